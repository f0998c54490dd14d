import { nodeKey } from './engines-wanted.ts'
import { record } from './event.ts'
import { beginRecovery, endRecovery, NODE, restartNode } from './recovery.ts'
import type { Failover, ReplicationGroup, Shard } from './replication-group.ts'
import { holdsMovedSlots } from './reshard-failure.ts'
import type { Tick } from './tick.ts'
import { schedule } from './transition.ts'
import type { World } from './world.ts'

const shardOf = (group: ReplicationGroup, id: string): Shard | undefined =>
  group.shards.find((shard) => shard.id === id)

const deedId = (group: ReplicationGroup, shardId: string) => `${group.id}/${shardId}`

const setFailover = (group: ReplicationGroup, shardId: string, failover: Failover | undefined): void => {
  const { [shardId]: _before, ...others } = group.failovers ?? {}
  const failovers = failover ? { ...others, [shardId]: failover } : others
  if (Object.keys(failovers).length > 0) group.failovers = failovers
  else delete group.failovers
}

/** Whether the data of a group's nodes outlives their processes. */
export const isDurable = (group: ReplicationGroup): boolean =>
  group.durability === 'sync' || group.durability === 'async'

/** A shard begins to change its primary. Half of the time passes before another member takes over. */
export const beginFailover = (
  world: World,
  group: ReplicationGroup,
  shard: Shard,
  cause: Failover['cause'],
  nowMs: number,
  failoverMs: number,
): void => {
  const held = group.status === 'available'
  if (held) group.status = 'modifying'
  const cluster = world.clusters.get(shard.primary)
  if (cluster?.status === 'available') cluster.status = 'modifying'
  setFailover(group, shard.id, { cause, from: shard.primary, stage: 'electing', recoverMs: failoverMs / 2, held })
  schedule(world, nowMs + failoverMs / 2, { do: 'stepFailover', id: deedId(group, shard.id) })
}

const heirOf = (tick: Tick, group: ReplicationGroup, shard: Shard): string | undefined =>
  shard.members.find((id) => {
    const key = nodeKey(tick.world, id, NODE)
    const status = tick.world.clusters.get(id)?.status
    const made = status !== 'creating' || holdsMovedSlots(tick.world, tick.nodes, group, id)
    return id !== shard.primary && made && status !== 'deleting' && !tick.nodes.isLost(key)
  })

/** The heir is the primary from now on; a promotion that was under way in the shard is overtaken. */
const promote = (tick: Tick, group: ReplicationGroup, shard: Shard, heir: string): void => {
  group.shards = group.shards.map((other) => (other.id === shard.id ? { ...shard, primary: heir } : other))
  if (group.applying?.primary !== undefined && shard.members.includes(group.applying.primary)) {
    const { primary: _overtaken, ...rest } = group.applying
    group.applying = rest
  }
  for (const id of shard.members) tick.nodes.forget(nodeKey(tick.world, id, NODE))
}

const finish = (group: ReplicationGroup, shardId: string): void => {
  const held = group.failovers?.[shardId]?.held === true
  setFailover(group, shardId, undefined)
  const other = Object.entries(group.failovers ?? {})[0]
  if (!held) return
  // The last of several that run at once makes the group available again.
  if (other) setFailover(group, other[0], { ...other[1], held: true })
  else if (group.status === 'modifying' && !group.applying) group.status = 'available'
}

/** Takes the first step: another member is promoted, or the old primary has to come back with its data before. */
const elect = (tick: Tick, group: ReplicationGroup, shard: Shard, failover: Failover): Failover | undefined => {
  const { world } = tick
  const durable = isDurable(group) && failover.cause === 'loss'
  if (durable && !tick.nodes.isReady(nodeKey(world, failover.from, NODE))) return undefined
  const heir = heirOf(tick, group, shard)
  if (heir === undefined) {
    // Nobody is left to take over: the primary itself comes back.
    if (!durable) restartNode(tick, failover.from)
    beginRecovery(world, failover.from, NODE, tick.atMs)
    return { ...failover, stage: 'recovering' }
  }
  promote(tick, group, shard, heir)
  if (failover.cause === 'loss' && !durable) restartNode(tick, failover.from)
  return { ...failover, stage: 'promoting', to: heir }
}

const promoted = (tick: Tick, group: ReplicationGroup, failover: Failover): Failover | undefined => {
  const { world, atMs } = tick
  const heir = nodeKey(world, failover.to ?? '', NODE)
  if (tick.nodes.isLost(heir)) {
    // The new primary is lost as well: once more, and the old one is a replica like others.
    schedule(world, atMs, { do: 'settleCluster', id: failover.from })
    return { ...failover, cause: 'loss', from: failover.to ?? '', stage: 'electing' }
  }
  if (!tick.nodes.isReady(heir)) return undefined
  const message = `Failover from primary node ${failover.from} to replica node ${failover.to} completed`
  record(world, atMs, 'cache-cluster', failover.from, message)
  record(world, atMs, 'replication-group', group.id, message)
  if (failover.cause === 'test') restartNode(tick, failover.from)
  beginRecovery(world, failover.from, NODE, atMs)
  return { ...failover, stage: 'recovering' }
}

/** A failover takes its next step; it waits for the processes in between. */
export const stepFailover = (tick: Tick, id: string): boolean => {
  const [groupId = '', shardId = ''] = id.split('/')
  const group = tick.world.groups.get(groupId)
  const failover = group?.failovers?.[shardId]
  const shard = group && shardOf(group, shardId)
  if (!group || !failover || !shard || group.status === 'deleting') return true
  if (failover.stage === 'recovering') {
    const whole = shard.members.every((member) => tick.nodes.isReady(nodeKey(tick.world, member, NODE)))
    if (!whole) return false
    endRecovery(tick.world, failover.from, NODE, tick.atMs)
    finish(group, shardId)
    return true
  }
  const next = failover.stage === 'electing' ? elect(tick, group, shard, failover) : promoted(tick, group, failover)
  if (!next) return false
  setFailover(group, shardId, next)
  const restMs = next.stage === 'recovering' ? failover.recoverMs : 0
  schedule(tick.world, tick.atMs + restMs, { do: 'stepFailover', id })
  return true
}
