import type { DeleteCacheClusterMessage, DeleteCacheClusterResult } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { clusterCalled } from '../rules/cache-cluster.ts'
import { leavesReplicas, modifiable } from '../rules/replication-group.ts'
import { clusterShown } from '../shown/cache-cluster.ts'
import { refusal } from '../wire/refusal.ts'
import type { CacheCluster } from '../world/cache-cluster.ts'
import { beginGroupChange } from '../world/lifecycle.ts'
import { membersOf, type ReplicationGroup } from '../world/replication-group.ts'
import { schedule, unschedule } from '../world/transition.ts'
import type { World } from '../world/world.ts'

const deletable = (cluster: CacheCluster): void => {
  if (cluster.status !== 'available' && cluster.status !== 'incompatible-network') {
    throw refusal('InvalidCacheClusterState', `Cache cluster ${cluster.id} is not in a valid state to be deleted.`)
  }
}

const removable = (world: World, group: ReplicationGroup, cluster: CacheCluster): void => {
  if (membersOf(group).length === 1) {
    throw refusal(
      'InvalidCacheClusterState',
      'Cannot delete the cache cluster since it is the only member of a replication group. Delete the replication group instead.',
    )
  }
  if (group.shards.some((shard) => shard.primary === cluster.id)) {
    throw refusal(
      'InvalidCacheClusterState',
      `Cache cluster ${cluster.id} is serving as primary for replication group ${group.id} and cannot be deleted.`,
    )
  }
  if (group.clusterMode !== 'disabled') {
    throw refusal(
      'InvalidCacheClusterState',
      `Cache cluster ${cluster.id} is a member of a replication group with cluster mode enabled and cannot be deleted by itself.`,
    )
  }
  modifiable(world, group)
  leavesReplicas(group, membersOf(group).length - 2)
}

export const operation: Operation<DeleteCacheClusterMessage, DeleteCacheClusterResult> = (call) => {
  const { input, world, nowMs, profile } = call
  const cluster = clusterCalled(world, input.CacheClusterId)
  if (input.FinalSnapshotIdentifier !== undefined) {
    throw refusal('SnapshotFeatureNotSupportedFault', 'Final snapshots are not supported by this endpoint.')
  }
  const group = world.groups.get(cluster.groupId ?? '')
  if (group) removable(world, group, cluster)
  deletable(cluster)
  const before = cluster.status
  cluster.status = 'deleting'
  delete cluster.deferred
  unschedule(world, (happening) => happening.do === 'openClusterWindow' && happening.id === cluster.id)
  if (group) beginGroupChange(world, group, { leaving: [cluster.id] }, nowMs, profile.scaleMs, false)
  else schedule(world, nowMs + profile.deleteMs, { do: 'removeCluster', id: cluster.id })
  const shown = clusterShown(call, cluster, false)
  cluster.reads = { as: before, untilMs: nowMs + profile.deleteReadsAvailableMs }
  return { CacheCluster: shown }
}
