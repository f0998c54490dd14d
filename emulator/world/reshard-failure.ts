import { slotsOf } from '../engines/cluster-view.ts'
import type { ReplicationGroup } from './replication-group.ts'
import type { Readiness, Tick } from './tick.ts'
import type { World } from './world.ts'

const ALL_SLOTS = 16_384

/** Names a group with cluster mode to the engines. */
export const clusterKey = (world: World, group: Pick<ReplicationGroup, 'id'>) =>
  `${world.account}/${world.region}/${group.id}`

/** Whether slots have begun to move: their keys would be lost with the shards that come. */
export const movesSlots = (
  world: World,
  nodes: Pick<Readiness, 'slotsMovedPercent'>,
  group: ReplicationGroup,
): boolean => group.applying?.slots !== undefined && nodes.slotsMovedPercent(clusterKey(world, group)) > 0

/** A member that is being made, and that may have keys already: its shard comes with a reshard that moves slots. */
export const holdsMovedSlots = (world: World, nodes: Readiness, group: ReplicationGroup, id: string): boolean =>
  movesSlots(world, nodes, group) && group.applying?.joining?.includes(id) === true

/** The slots of each shard of a group whose reshard does not get on, by shard id; undefined when it may still do so. */
export const slotsWhereStuck = (
  { world, nodes }: Tick,
  group: ReplicationGroup,
): Readonly<Record<string, string>> | undefined => {
  const key = clusterKey(world, group)
  if (group.applying?.slots === undefined || nodes.failureOf(key) === undefined) return undefined
  const held = nodes.slotsHeld(key)
  return held && Object.values(held).flatMap(slotsOf).length === ALL_SLOTS ? held : undefined
}
