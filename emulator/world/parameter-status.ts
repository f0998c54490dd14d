import type { CacheCluster } from './cache-cluster.ts'
import { record } from './event.ts'
import type { Tick } from './tick.ts'
import type { World } from './world.ts'

/** Clusters that use a parameter group, members of groups among them. */
export const clustersUsing = (world: World, parameterGroup: string): readonly CacheCluster[] =>
  [...world.clusters.values()].filter((cluster) => cluster.settings.parameterGroup === parameterGroup)

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
    cluster.parameterStatus = Object.keys(cluster.untilReboot).length > 0 ? 'pending-reboot' : 'in-sync'
  }
  record(world, atMs, 'cache-parameter-group', name, `Updated parameters of cache parameter group ${name}`)
  return true
}
