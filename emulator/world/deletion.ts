import type { CacheCluster } from './cache-cluster.ts'
import { beginGroupChange } from './lifecycle.ts'
import type { Profile } from './profile.ts'
import { membersOf, type ReplicationGroup } from './replication-group.ts'
import { schedule, unschedule } from './transition.ts'
import type { World } from './world.ts'

/** A group and its members begin to go. What waited for a window is forgotten. */
export const beginGroupDeletion = (world: World, profile: Profile, group: ReplicationGroup, nowMs: number): void => {
  unschedule(
    world,
    (happening) =>
      (happening.do === 'openGroupWindow' || happening.do === 'openGroupSnapshotWindow') && happening.id === group.id,
  )
  for (const id of membersOf(group)) {
    const cluster = world.clusters.get(id)
    if (!cluster) continue
    cluster.status = 'deleting'
    schedule(world, nowMs + profile.deleteMs + profile.memberLagMs, { do: 'removeCluster', id })
  }
  group.status = 'deleting'
  delete group.applying
  delete group.deferred
  schedule(world, nowMs + profile.deleteMs, { do: 'removeGroup', id: group.id })
}

/** A cluster begins to go: by itself, or as a replica that leaves its group. */
export const beginClusterDeletion = (world: World, profile: Profile, cluster: CacheCluster, nowMs: number): void => {
  cluster.status = 'deleting'
  delete cluster.deferred
  unschedule(
    world,
    (happening) =>
      (happening.do === 'openClusterWindow' || happening.do === 'openClusterSnapshotWindow') &&
      happening.id === cluster.id,
  )
  const group = world.groups.get(cluster.groupId ?? '')
  if (group) beginGroupChange(world, group, { leaving: [cluster.id] }, nowMs, profile.scaleMs, false)
  else schedule(world, nowMs + profile.deleteMs, { do: 'removeCluster', id: cluster.id })
}
