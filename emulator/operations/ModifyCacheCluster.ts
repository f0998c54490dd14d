import type { ModifyCacheClusterMessage, ModifyCacheClusterResult } from '@aws-sdk/client-elasticache'
import type { Call, Operation } from '../operations.ts'
import { clusterCalled } from '../rules/cache-cluster.ts'
import { clusterModification } from '../rules/cluster-change.ts'
import { nodeRequest } from '../rules/memcached-nodes.ts'
import { withinRegion } from '../rules/node-quotas.ts'
import { clusterShown } from '../shown/cache-cluster.ts'
import { invalidCombination, refusal } from '../wire/refusal.ts'
import { changesBackups, planClusterSnapshots } from '../world/automatic-snapshots.ts'
import type { CacheCluster, ClusterChange } from '../world/cache-cluster.ts'
import { beginClusterChange, deferClusterChange, withDeferredCluster } from '../world/lifecycle.ts'

type Input = ModifyCacheClusterMessage

/** A new request for nodes replaces one that waits. */
const forgetWaitingNodes = (cluster: CacheCluster): void => {
  const { nodeCount: _count, newZones: _zones, removeNodes: _nodes, ...rest } = cluster.deferred ?? {}
  if (Object.keys(rest).length > 0) cluster.deferred = rest
  else delete cluster.deferred
}

const isHeavy = (change: ClusterChange) =>
  change.nodeCount !== undefined ||
  change.settings?.nodeType !== undefined ||
  change.settings?.engineVersion !== undefined

const modifyAlone = (call: Call<Input>, cluster: CacheCluster): void => {
  const { input, world, nowMs, profile } = call
  if (cluster.status !== 'available') {
    throw refusal(
      'InvalidCacheClusterState',
      `Cache cluster ${cluster.id} is not in available state; it is ${cluster.status}.`,
    )
  }
  const { plain, change: other } = clusterModification(call, cluster)
  const nodes = nodeRequest(world, cluster, input)
  if (cluster.azMode === 'cross-az' && input.AZMode === 'single-az') {
    throw invalidCombination('AZMode cannot be changed to single-az while the nodes are spread over several zones.')
  }
  withinRegion(call, nodes.is === 'change' ? (nodes.change.newZones ?? []).length : 0)
  const change: ClusterChange = { ...other, ...(nodes.is === 'change' ? nodes.change : {}) }
  const flushes = input.ApplyImmediately === true && cluster.deferred !== undefined
  const azMode = input.AZMode !== undefined && input.AZMode !== cluster.azMode
  const something = Object.keys(change).length > 0 || Object.keys(plain).length > 0
  if (!something && !flushes && !azMode && nodes.is === 'none')
    throw invalidCombination('No modifications were requested')

  if (nodes.is !== 'none') forgetWaitingNodes(cluster)
  // Nothing moves in AWS when all that is asked for is to forget what waits.
  if (nodes.is === 'cancel' && !something && cluster.deferred === undefined) return
  if (azMode) cluster.azMode = input.AZMode === 'cross-az' ? 'cross-az' : 'single-az'
  cluster.settings = { ...cluster.settings, ...plain }
  if (changesBackups(plain)) planClusterSnapshots(world, cluster, nowMs)
  if (input.ApplyImmediately !== true && Object.keys(change).length > 0) {
    deferClusterChange(world, cluster, change, nowMs)
    if (Object.keys(plain).length === 0) return
  }
  const now = input.ApplyImmediately === true ? withDeferredCluster(world, cluster, change) : {}
  beginClusterChange(world, cluster, now, nowMs, isHeavy(now) ? profile.scaleMs : profile.modifyMs)
}

export const operation: Operation<Input, ModifyCacheClusterResult> = (call) => {
  const cluster = clusterCalled(call.world, call.input.CacheClusterId)
  if (cluster.groupId !== undefined) {
    throw invalidCombination(
      `Cache cluster ${cluster.id} is a member of replication group ${cluster.groupId}. Modify the replication group instead.`,
    )
  }
  modifyAlone(call, cluster)
  return { CacheCluster: clusterShown(call, cluster, false) }
}
