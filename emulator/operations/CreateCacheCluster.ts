import type { CreateCacheClusterMessage, CreateCacheClusterResult } from '@aws-sdk/client-elasticache'
import type { Call, Operation } from '../operations.ts'
import { engineNamed, versionOf } from '../rules/engine.ts'
import { identifier } from '../rules/identifier.ts'
import { newClusterSettings, nodeCountOf, zonesOfNew } from '../rules/new-cluster.ts'
import { createReplica } from '../rules/new-replica.ts'
import { withinRegion } from '../rules/node-quotas.ts'
import {
  beginRestore,
  type RestoreSource,
  restoreFits,
  restoreSourceOf,
  singleSeeds,
  withSnapshotEngine,
} from '../rules/restore.ts'
import { tagsOf, withinTagQuota } from '../rules/tag.ts'
import { clusterShown } from '../shown/cache-cluster.ts'
import { refusal } from '../wire/refusal.ts'
import { arnOf } from '../world/arn.ts'
import { planClusterSnapshots } from '../world/automatic-snapshots.ts'
import { type CacheCluster, nodeId } from '../world/cache-cluster.ts'
import { schedule } from '../world/transition.ts'

type Input = CreateCacheClusterMessage

/** What a cluster begins with; memcached has no snapshots, and says so itself. */
const sourceOf = (call: Call<Input>): RestoreSource | undefined =>
  (call.input.Engine ?? 'memcached').toLowerCase() === 'memcached' ? undefined : restoreSourceOf(call, call.input)

const createAlone = (asked: Call<Input>, id: string, tags: ReadonlyMap<string, string>): CacheCluster => {
  const source = sourceOf(asked)
  const call = { ...asked, input: withSnapshotEngine(asked.input, source) }
  const { input, world, nowMs, profile } = call
  const version = versionOf(engineNamed(input.Engine ?? 'memcached', ['memcached', 'redis']), input.EngineVersion)
  const settings = newClusterSettings(call, id, version)
  if (source) restoreFits(source, version, settings.nodeType, 1)
  const seeds = source && singleSeeds(source)
  const count = nodeCountOf(call, version)
  const zones = zonesOfNew(world, input, version.engine, count)
  withinRegion(call, count)
  const cluster: CacheCluster = {
    id,
    arn: arnOf(world, 'cluster', id),
    createdAtMs: nowMs,
    status: 'creating',
    settings,
    azMode: input.AZMode === 'cross-az' ? 'cross-az' : 'single-az',
    nodes: zones.map((zone, index) => ({ id: nodeId(index + 1), status: 'creating', createdAtMs: nowMs, zone })),
    parameterStatus: 'in-sync',
    untilReboot: {},
    generation: 1,
    configurationVersion: 1,
    ...(seeds === undefined ? {} : { seeds }),
  }
  world.clusters.set(id, cluster)
  if (tags.size > 0) world.tags.set(cluster.arn, tags)
  schedule(world, nowMs + profile.createMs, { do: 'settleCluster', id })
  if (source) beginRestore(call, source, 'cluster', id)
  planClusterSnapshots(world, cluster, nowMs)
  return cluster
}

export const operation: Operation<Input, CreateCacheClusterResult> = (call) => {
  const { input, world, quotas } = call
  const id = identifier('CacheClusterIdentifier', input.CacheClusterId, 50)
  const tags = withinTagQuota(tagsOf(input.Tags), quotas)
  if (world.clusters.has(id))
    throw refusal('CacheClusterAlreadyExists', 'Cache cluster with specified id already exists.')
  const cluster = input.ReplicationGroupId === undefined ? createAlone(call, id, tags) : createReplica(call, id, tags)
  return cluster ? { CacheCluster: clusterShown(call, cluster, false) } : {}
}
