import type { DeleteCacheClusterMessage, DeleteCacheClusterResult } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { clusterCalled } from '../rules/cache-cluster.ts'
import { leavesReplicas, modifiable } from '../rules/replication-group.ts'
import { finalSnapshotName } from '../rules/snapshot.ts'
import { clusterShown } from '../shown/cache-cluster.ts'
import { refusal } from '../wire/refusal.ts'
import type { CacheCluster } from '../world/cache-cluster.ts'
import { beginClusterDeletion } from '../world/deletion.ts'
import { membersOf, type ReplicationGroup } from '../world/replication-group.ts'
import { takeSnapshot } from '../world/snapshot-taking.ts'
import type { World } from '../world/world.ts'

const deletable = (cluster: CacheCluster): void => {
  if (!['available', 'incompatible-network', 'restore-failed'].includes(cluster.status)) {
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
  const group = world.groups.get(cluster.groupId ?? '')
  if (group) removable(world, group, cluster)
  deletable(cluster)
  if (input.FinalSnapshotIdentifier !== undefined) {
    const subject = { is: 'cluster', cluster, group } as const
    const name = finalSnapshotName(call, subject, input.FinalSnapshotIdentifier)
    takeSnapshot(world, profile, subject, { name, source: 'manual', thenDelete: 'cluster' }, nowMs)
    return { CacheCluster: clusterShown(call, cluster, false) }
  }
  const before = cluster.status
  beginClusterDeletion(world, profile, cluster, nowMs)
  const shown = clusterShown(call, cluster, false)
  cluster.reads = { as: before, untilMs: nowMs + profile.deleteReadsAvailableMs }
  return { CacheCluster: shown }
}
