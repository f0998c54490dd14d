import { type CacheCluster, clusterSettingsUnderway } from './cache-cluster.ts'
import { record } from './event.ts'
import { settingsUnderway } from './replication-group.ts'
import type { Tick } from './tick.ts'
import { settleParameterStatus } from './waiting-values.ts'
import type { World } from './world.ts'

/** Clusters that use a parameter group, members of groups among them. */
export const clustersUsing = (world: World, parameterGroup: string): readonly CacheCluster[] =>
  [...world.clusters.values()].filter((cluster) => cluster.settings.parameterGroup === parameterGroup)

const groupUnderway = (world: World, cluster: CacheCluster): string => {
  const group = cluster.groupId === undefined ? undefined : world.groups.get(cluster.groupId)
  return (group ? settingsUnderway(group) : clusterSettingsUnderway(cluster)).parameterGroup
}

/** Clusters whose processes have a parameter group, also those that are just getting it. */
export const clustersFollowing = (world: World, parameterGroup: string): readonly CacheCluster[] =>
  [...world.clusters.values()].filter((cluster) => groupUnderway(world, cluster) === parameterGroup)

/** Whether clusters use a parameter group, or will once a change is done or its window comes. */
export const isParameterGroupUsed = (world: World, name: string): boolean =>
  clustersUsing(world, name).length > 0 ||
  [...world.groups.values(), ...world.clusters.values()].some(({ applying, deferred }) =>
    [applying, deferred].some((change) => change?.settings?.parameterGroup === name),
  )

/** Changed values have reached the clusters; what needs a reboot says so. */
export const applyParameters = ({ world, atMs }: Tick, name: string): boolean => {
  const group = world.parameterGroups.get(name)
  if (!group || group.changingUntilMs > atMs) return true
  for (const cluster of clustersUsing(world, name)) {
    settleParameterStatus(world, cluster, atMs)
  }
  record(world, atMs, 'cache-parameter-group', name, `Updated parameters of cache parameter group ${name}`)
  return true
}
