import type { CacheCluster } from './cache-cluster.ts'
import { unschedule } from './transition.ts'
import type { World } from './world.ts'

/** A cluster of its own becomes a member of a group: what it planned for itself is the group's matter from now on. */
export const joinGroup = (world: World, cluster: CacheCluster, groupId: string, shardId: string): CacheCluster => {
  const { deferred: _deferred, ...rest } = cluster
  const member: CacheCluster = { ...rest, groupId, shardId }
  world.clusters.set(member.id, member)
  unschedule(
    world,
    (happening) =>
      (happening.do === 'openClusterWindow' || happening.do === 'openClusterSnapshotWindow') &&
      happening.id === member.id,
  )
  return member
}

/** A member becomes a cluster of its own, with its data. */
export const leaveGroup = (world: World, cluster: CacheCluster): CacheCluster => {
  const { groupId: _group, shardId: _shard, ...alone } = cluster
  world.clusters.set(alone.id, alone)
  return alone
}
