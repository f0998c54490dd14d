import type { CacheCluster } from './cache-cluster.ts'
import { effectiveValues, findParameterGroup, type ParameterGroup } from './parameter-group.ts'
import { parametersOfFamily } from './parameters.ts'
import type { World } from './world.ts'

type Values = Readonly<Record<string, string>>

/** Cluster mode is decided by the topology and has steps of its own; no reboot brings it. */
const OF_THE_TOPOLOGY = 'cluster-enabled'

/** Values that a process goes on with until its next start, where a parameter group asks for others that need one. */
const heldBack = (family: string, runsWith: Values, asked: Values): Values =>
  Object.fromEntries(
    [...parametersOfFamily(family).values()].flatMap(({ name, change }) => {
      const value = runsWith[name]
      const differs = value !== undefined && asked[name] !== undefined && asked[name] !== value
      return change === 'requires-reboot' && name !== OF_THE_TOPOLOGY && differs ? [[name, value]] : []
    }),
  )

const isEmpty = (values: Values): boolean => Object.keys(values).length === 0

/**
 * A cluster's parameter group has, or becomes one that has, other values. What its processes were started with counts,
 * not what was asked for in between: a value that is changed back before the reboot needs none.
 */
export const holdValues = (cluster: CacheCluster, before: Values, after: ParameterGroup): void => {
  const asked = effectiveValues(after)
  const waiting = heldBack(after.family, { ...before, ...cluster.untilReboot }, asked)
  // Nodes that had their reboot run with the group's values already.
  const ofRebooted = (cluster.rebooted ?? []).length > 0 ? heldBack(after.family, before, asked) : {}
  cluster.untilReboot = { ...ofRebooted, ...waiting }
  if (!isEmpty(ofRebooted) || isEmpty(waiting)) delete cluster.rebooted
  cluster.parameterStatus = 'applying'
}

/** Values that waited for a restart take effect. */
export const takeWaitingValues = (cluster: CacheCluster): void => {
  cluster.untilReboot = {}
  delete cluster.rebooted
  cluster.parameterStatus = 'in-sync'
}

/** Nodes that start anew take the values that waited; nothing waits any more once all nodes have them. */
export const takeOnNodes = (cluster: CacheCluster, nodes: readonly string[]): void => {
  if (isEmpty(cluster.untilReboot)) return
  const having = new Set([...(cluster.rebooted ?? []), ...nodes])
  if (cluster.nodes.every(({ id }) => having.has(id))) takeWaitingValues(cluster)
  else if (having.size > 0) cluster.rebooted = [...having]
}

export interface Switch {
  /** Names of parameter groups. */
  readonly from: string
  readonly to: string
  /** Whether the nodes are replaced or restarted for the change that brings it. */
  readonly restarts: boolean
}

/**
 * A cluster's processes begin to follow another parameter group, or the same one with new processes. A change that is
 * undone is a switch back.
 */
export const switchParameterGroup = (world: World, cluster: CacheCluster, { from, to, restarts }: Switch): void => {
  const [before, after] = [findParameterGroup(world, from), findParameterGroup(world, to)]
  if (!before || !after) return
  if (!restarts) {
    if (from !== to) holdValues(cluster, effectiveValues(before), after)
    return
  }
  const followed = from === to && isEmpty(cluster.untilReboot)
  takeWaitingValues(cluster)
  if (!followed) cluster.parameterStatus = 'applying'
}

/** All values have reached the nodes but for those that need a reboot; not while the group's own are still on their way. */
export const settleParameterStatus = (world: World, cluster: CacheCluster, atMs: number): void => {
  const group = findParameterGroup(world, cluster.settings.parameterGroup)
  if (group && group.changingUntilMs > atMs) return
  // The nodes that had their reboot may be the only ones left.
  takeOnNodes(cluster, [])
  cluster.parameterStatus = isEmpty(cluster.untilReboot) ? 'in-sync' : 'pending-reboot'
}
