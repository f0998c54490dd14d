import type { CreateReplicationGroupMessage } from '@aws-sdk/client-elasticache'
import type { Call } from '../operations.ts'
import { invalidCombination, refusal } from '../wire/refusal.ts'
import { arnOf } from '../world/arn.ts'
import { planGroupSnapshots } from '../world/automatic-snapshots.ts'
import { deferGroupChange } from '../world/lifecycle.ts'
import { joinGroup } from '../world/membership.ts'
import type { ReplicationGroup } from '../world/replication-group.ts'
import { schedule } from '../world/transition.ts'
import { clusterCalled } from './cache-cluster.ts'

type Input = CreateReplicationGroupMessage

/** All that may be said of a group whose primary exists: the rest comes from the primary. */
const MEMBERS = new Set([
  'ReplicationGroupId',
  'ReplicationGroupDescription',
  'PrimaryClusterId',
  'AutomaticFailoverEnabled',
  'MultiAZEnabled',
  'Tags',
])

/** Makes a replication group around a redis cluster that exists, and keeps its data. */
export const groupAround = (
  call: Call<Input>,
  id: string,
  description: string,
  tags: ReadonlyMap<string, string>,
): ReplicationGroup => {
  const { input, world, nowMs, profile } = call
  const cluster = clusterCalled(world, input.PrimaryClusterId)
  if (Object.keys(input).some((member) => !MEMBERS.has(member))) {
    throw invalidCombination('The settings of the replication group are those of its primary cluster.')
  }
  if (cluster.settings.engine === 'memcached') {
    throw invalidCombination(`Cache cluster ${cluster.id} has engine memcached, which has no replication.`)
  }
  if (cluster.groupId !== undefined) {
    throw refusal('InvalidCacheClusterState', `Cache cluster ${cluster.id} is a member of a replication group already.`)
  }
  if (cluster.status !== 'available') {
    throw refusal(
      'InvalidCacheClusterState',
      `Cache cluster ${cluster.id} is not in available state; it is ${cluster.status}.`,
    )
  }
  if (input.AutomaticFailoverEnabled) {
    throw invalidCombination(
      'When using automatic failover, there must be at least 2 cache clusters in the replication group.',
    )
  }
  if (input.MultiAZEnabled) throw invalidCombination('Multi-AZ requires automatic failover to be enabled.')

  const waiting = cluster.deferred
  joinGroup(world, cluster, id, '0001')
  const group: ReplicationGroup = {
    id,
    arn: arnOf(world, 'replicationgroup', id),
    createdAtMs: nowMs,
    description,
    status: 'creating',
    settings: cluster.settings,
    clusterMode: 'disabled',
    automaticFailover: false,
    multiAZ: false,
    shards: [{ id: '0001', primary: cluster.id, members: [cluster.id] }],
    dataTiering: false,
    lingering: [],
  }
  world.groups.set(id, group)
  if (tags.size > 0) {
    world.tags.set(group.arn, tags)
    world.tags.set(cluster.arn, new Map([...(world.tags.get(cluster.arn) ?? []), ...tags]))
  }
  if (waiting?.settings) deferGroupChange(world, group, { settings: waiting.settings }, nowMs)
  schedule(world, nowMs + profile.createMs, { do: 'settleGroup', id })
  planGroupSnapshots(world, group, nowMs)
  return group
}
