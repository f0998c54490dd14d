import { type CacheCluster, type ClusterChange, mergedClusterChange } from './cache-cluster.ts'
import { type GroupChange, membersOf, mergedChange, type ReplicationGroup } from './replication-group.ts'
import { schedule, unschedule } from './transition.ts'
import { switchParameterGroup, takeOnNodes } from './waiting-values.ts'
import { nextOpening } from './window.ts'
import type { World } from './world.ts'

/** Sets members to modifying; those that come or go keep what they are. */
const disturbMembers = (world: World, group: ReplicationGroup): void => {
  for (const id of membersOf(group)) {
    const cluster = world.clusters.get(id)
    if (cluster?.status === 'available') cluster.status = 'modifying'
  }
}

/** A change together with everything that waited for the window, which then waits no more. */
export const withDeferredGroup = (world: World, group: ReplicationGroup, change: GroupChange): GroupChange => {
  const merged = mergedChange(group.deferred, change)
  delete group.deferred
  unschedule(world, (happening) => happening.do === 'openGroupWindow' && happening.id === group.id)
  return merged
}

/** A change that replaces or restarts every node brings its processes all values of their parameter group. */
const restarts = ({ settings, clusterMode }: Pick<GroupChange, 'settings' | 'clusterMode'>): boolean =>
  [settings?.nodeType, settings?.engineVersion, clusterMode].some((value) => value !== undefined)

/** The members of a group follow the parameter group of a change that begins, or are led back from one that is undone. */
export const switchMembers = (world: World, group: ReplicationGroup, change: GroupChange, undone: boolean): void => {
  const before = group.settings.parameterGroup
  const after = change.settings?.parameterGroup ?? before
  const [from, to] = undone ? [after, before] : [before, after]
  for (const id of membersOf(group)) {
    const cluster = world.clusters.get(id)
    if (cluster) switchParameterGroup(world, cluster, { from, to, restarts: restarts(change) })
  }
}

/** Starts a change of a group; it is done `durationMs` later, or when the server processes have followed. */
export const beginGroupChange = (
  world: World,
  group: ReplicationGroup,
  change: GroupChange,
  nowMs: number,
  durationMs: number,
  disturbsMembers: boolean,
): void => {
  group.applying = change
  group.status = 'modifying'
  switchMembers(world, group, change, false)
  if (disturbsMembers) disturbMembers(world, group)
  schedule(world, nowMs + durationMs, { do: 'settleGroup', id: group.id })
}

/** Keeps a change of a group until its maintenance window. */
export const deferGroupChange = (world: World, group: ReplicationGroup, change: GroupChange, nowMs: number): void => {
  group.deferred = mergedChange(group.deferred, change)
  unschedule(world, (happening) => happening.do === 'openGroupWindow' && happening.id === group.id)
  schedule(world, nextOpening(group.settings.maintenanceWindow, nowMs), { do: 'openGroupWindow', id: group.id })
}

/** A node that failed is replaced, and what waits for the window comes with its replacement if that is sooner. */
export const hastenDeferred = (
  world: World,
  nowMs: number,
  what: 'openGroupWindow' | 'openClusterWindow',
  id: string,
) => {
  const owner = what === 'openGroupWindow' ? world.groups.get(id) : world.clusters.get(id)
  if (!owner?.deferred) return
  unschedule(world, (happening) => happening.do === what && happening.id === id)
  schedule(world, nowMs, { do: what, id })
}

/** Nodes that leave are de-listed before they are deleted; nodes that come are there, and not listed yet. */
const startNodeChanges = (cluster: CacheCluster, change: ClusterChange, nowMs: number): void => {
  const leaving = new Set(change.removeNodes)
  const highest = Math.max(0, ...cluster.nodes.map((node) => Number(node.id)))
  const joining = (change.newZones ?? []).map((zone, index) => ({
    id: String(highest + 1 + index).padStart(4, '0'),
    status: 'creating' as const,
    createdAtMs: nowMs,
    zone,
  }))
  if (leaving.size > 0) cluster.configurationVersion += 1
  cluster.nodes = [
    ...cluster.nodes.map((node) => (leaving.has(node.id) ? { ...node, status: 'deleting' as const } : node)),
    ...joining,
  ]
  takeOnNodes(
    cluster,
    joining.map(({ id }) => id),
  )
}

/** The same for a cluster without a group. */
export const switchCluster = (world: World, cluster: CacheCluster, change: ClusterChange, undone: boolean): void => {
  const before = cluster.settings.parameterGroup
  const after = change.settings?.parameterGroup ?? before
  const [from, to] = undone ? [after, before] : [before, after]
  switchParameterGroup(world, cluster, { from, to, restarts: restarts(change) })
  // Memcached reads its values only when it starts; on AWS too its upgrades and new node types begin empty.
  if (restarts(change) && cluster.settings.engine === 'memcached') cluster.generation += 1
}

/** A change together with everything that waited for the window, which then waits no more. */
export const withDeferredCluster = (world: World, cluster: CacheCluster, change: ClusterChange): ClusterChange => {
  const merged = mergedClusterChange(cluster.deferred, change)
  delete cluster.deferred
  unschedule(world, (happening) => happening.do === 'openClusterWindow' && happening.id === cluster.id)
  return merged
}

/** Starts a change of a cluster that belongs to no group. */
export const beginClusterChange = (
  world: World,
  cluster: CacheCluster,
  change: ClusterChange,
  nowMs: number,
  durationMs: number,
): void => {
  cluster.applying = change
  cluster.status = 'modifying'
  switchCluster(world, cluster, change, false)
  startNodeChanges(cluster, change, nowMs)
  schedule(world, nowMs + durationMs, { do: 'settleCluster', id: cluster.id })
}

/** Keeps a change of a cluster until its maintenance window. */
export const deferClusterChange = (world: World, cluster: CacheCluster, change: ClusterChange, nowMs: number): void => {
  cluster.deferred = mergedClusterChange(cluster.deferred, change)
  unschedule(world, (happening) => happening.do === 'openClusterWindow' && happening.id === cluster.id)
  schedule(world, nextOpening(cluster.settings.maintenanceWindow, nowMs), { do: 'openClusterWindow', id: cluster.id })
}
