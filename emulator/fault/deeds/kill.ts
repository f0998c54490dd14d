import { hasProcesses, killNode } from '../../engines/kill.ts'
import type { Engines } from '../../engines/port.ts'
import { nodeKey } from '../../world/engines-wanted.ts'
import type { World } from '../../world/world.ts'
import type { NodeFault } from '../fault.ts'

/** A cluster's node id, when a fault names none. */
const FIRST_NODE = '0001'

const keyIn = (world: World, { id, node }: NodeFault): string | undefined => {
  const name = id.toLowerCase()
  const group = world.groups.get(name)
  if (group) {
    const members = group.shards.flatMap((shard) => shard.members)
    const member = node === undefined ? group.shards[0]?.primary : members.find((each) => each === node.toLowerCase())
    return member === undefined ? undefined : nodeKey(world, member, FIRST_NODE)
  }
  const found = world.clusters.get(name)?.nodes.find((each) => each.id === (node ?? FIRST_NODE))
  return found && nodeKey(world, name, found.id)
}

/** Keys of the node that a fault names, in every account and region that has it. */
export const keysToKill = (worlds: Iterable<World>, fault: NodeFault): readonly string[] =>
  [...worlds].flatMap((world) => keyIn(world, fault) ?? [])

/** What keeps a node from being killed, and the cure; undefined when it can be. */
export const killProblem = (engines: Engines, worlds: Iterable<World>, fault: NodeFault): string | undefined => {
  if (!hasProcesses(engines)) {
    return "killNode needs server processes, and nodes are 'none': start the emulator with nodes 'real'"
  }
  const keys = keysToKill(worlds, fault)
  const named = fault.node === undefined ? '' : ` with node ${fault.node}`
  if (keys.length === 0) {
    return `id ${fault.id}${named} is not there: id must be a cluster with node '0001' and so on, or a group with a member's id`
  }
  const runs = keys.some((key) => engines.pids().has(key))
  return runs ? undefined : `id ${fault.id}${named} has no process yet: wait until it is available`
}

/**
 * Kills once each process that is there, and was not killed already.
 * @param killed ids of the processes that this fault has killed
 * @returns whether one was
 */
export const killAgain = (
  engines: Engines,
  worlds: Iterable<World>,
  fault: NodeFault,
  killed: Set<number>,
): boolean => {
  if (!hasProcesses(engines)) return false
  const pids = engines.pids()
  const targets = keysToKill(worlds, fault).filter((key) => {
    const pid = pids.get(key)
    // The first time it is enough that it runs; later it has to be there again as wanted.
    return pid !== undefined && !killed.has(pid) && (killed.size === 0 || engines.ready().has(key))
  })
  for (const key of targets) {
    killed.add(pids.get(key) ?? 0)
    killNode(engines, key)
  }
  return targets.length > 0
}
