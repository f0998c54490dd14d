import { groupKeys } from './engines-wanted.ts'
import { record } from './event.ts'
import { beginGroupChange, switchMembers, withDeferredGroup } from './lifecycle.ts'
import { type GroupChange, membersOf, type ReplicationGroup, shardsAfter } from './replication-group.ts'
import { movesSlots, slotsWhereStuck } from './reshard-failure.ts'
import { dropAutomaticSnapshots } from './snapshot-happenings.ts'
import { failureAmong, type Tick } from './tick.ts'
import { schedule } from './transition.ts'
import { settleParameterStatus } from './waiting-values.ts'

const followWithMembers = (tick: Tick, group: ReplicationGroup): void => {
  for (const id of membersOf(group)) {
    const cluster = tick.world.clusters.get(id)
    if (!cluster) continue
    cluster.settings = group.settings
    settleParameterStatus(tick.world, cluster, tick.atMs)
    if (cluster.status !== 'creating' && cluster.status !== 'modifying') continue
    schedule(tick.world, tick.atMs + tick.profile.memberLagMs, { do: 'settleCluster', id })
  }
}

const dropMembers = (tick: Tick, group: ReplicationGroup, ids: readonly string[]): void => {
  group.lingering = [...group.lingering, ...ids]
  for (const id of ids) {
    const cluster = tick.world.clusters.get(id)
    if (cluster) cluster.status = 'deleting'
    schedule(tick.world, tick.atMs + tick.profile.memberLagMs, { do: 'removeCluster', id })
  }
}

const withoutMembers = (group: ReplicationGroup, ids: ReadonlySet<string>): void => {
  group.shards = group.shards
    .map((shard) => ({ ...shard, members: shard.members.filter((id) => !ids.has(id)) }))
    .filter((shard) => shard.members.length > 0)
}

const whatFailed = (change: GroupChange): string =>
  change.settings?.nodeType ? `cache node type to ${change.settings.nodeType}` : 'the replication group'

/** A change that cannot be carried out is undone; only an event tells. */
const rollBack = (tick: Tick, group: ReplicationGroup): void => {
  const change = group.applying ?? {}
  const joined = change.joining ?? []
  switchMembers(tick.world, group, change, true)
  withoutMembers(group, new Set(joined))
  dropMembers(tick, group, joined)
  delete group.applying
  group.status = 'available'
  record(tick.world, tick.atMs, 'replication-group', group.id, `Failed applying modification to ${whatFailed(change)}.`)
  followWithMembers(tick, group)
}

/**
 * Ends a reshard whose slots cannot be moved, say because the memory of a shard is full. Every slot stays where it is;
 * shards that have none by now go, and all others stay, those that were to leave too.
 */
const leaveSlots = (tick: Tick, group: ReplicationGroup, held: Readonly<Record<string, string>>): void => {
  const empty = group.shards.filter(({ id }) => !held[id]).flatMap(({ members }) => members)
  group.shards = group.shards.map((shard) => ({ ...shard, slots: held[shard.id] ?? '' }))
  withoutMembers(group, new Set(empty))
  dropMembers(tick, group, empty)
  delete group.applying
  group.status = 'available'
  const message = 'Failed applying modification to the replication group.'
  record(tick.world, tick.atMs, 'replication-group', group.id, message)
  followWithMembers(tick, group)
}

const completeChange = (tick: Tick, group: ReplicationGroup): void => {
  const change = group.applying
  if (!change) return
  delete group.applying
  group.shards = shardsAfter(group, change)
  group.settings = { ...group.settings, ...change.settings }
  group.automaticFailover = change.automaticFailover ?? group.automaticFailover
  group.multiAZ = change.multiAZ ?? group.multiAZ
  group.clusterMode = change.clusterMode ?? group.clusterMode
  if (change.durability !== undefined) group.durability = change.durability
  const leaving = change.leaving ?? []
  withoutMembers(group, new Set(leaving))
  dropMembers(tick, group, leaving)
  record(tick.world, tick.atMs, 'replication-group', group.id, `Finished modifying replication group ${group.id}`)
}

/** A group whose data cannot be restored keeps its members, which say so until they are deleted. */
const failRestore = (tick: Tick, group: ReplicationGroup): void => {
  for (const id of membersOf(group)) {
    const cluster = tick.world.clusters.get(id)
    if (!cluster) continue
    cluster.status = 'restore-failed'
    record(tick.world, tick.atMs, 'cache-cluster', id, `Restore from snapshot failed for node ${id}`)
  }
}

/** A group whose change is due becomes available, or says why not. */
export const settleGroup = (tick: Tick, id: string): boolean => {
  const group = tick.world.groups.get(id)
  if (!group || (group.status !== 'creating' && group.status !== 'modifying')) return true
  const keys = groupKeys(tick.world, group)
  const failure = failureAmong(tick.nodes, keys)
  const held = slotsWhereStuck(tick, group)
  if (held) {
    leaveSlots(tick, group, held)
    return true
  }
  if (failure !== undefined && group.status === 'modifying') {
    if (movesSlots(tick.world, tick.nodes, group)) return false
    rollBack(tick, group)
    return true
  }
  if (failure !== undefined) {
    group.status = 'create-failed'
    if (group.seeds) failRestore(tick, group)
    record(tick.world, tick.atMs, 'replication-group', id, `Replication group ${id} could not be created: ${failure}`)
    return true
  }
  if (!keys.every((key) => tick.nodes.isReady(key))) return false
  if (group.status === 'creating') {
    record(tick.world, tick.atMs, 'replication-group', id, `Replication group ${id} created`)
  }
  completeChange(tick, group)
  group.status = 'available'
  delete group.seeds
  followWithMembers(tick, group)
  return true
}

/** A deleted group is gone. */
export const removeGroup = (tick: Tick, id: string): boolean => {
  const group = tick.world.groups.get(id)
  if (!group) return true
  tick.world.groups.delete(id)
  dropAutomaticSnapshots(tick.world, 'group', id)
  tick.world.tags.delete(group.arn)
  record(tick.world, tick.atMs, 'replication-group', id, `Replication group ${id} deleted`)
  return true
}

/** What waited for the maintenance window begins, once no node is being replaced. */
export const openGroupWindow = (tick: Tick, id: string): boolean => {
  const group = tick.world.groups.get(id)
  if (!group?.deferred) return true
  const recovering = membersOf(group).some((member) => tick.world.clusters.get(member)?.recovering !== undefined)
  if (group.status !== 'available' || recovering) return false
  beginGroupChange(tick.world, group, withDeferredGroup(tick.world, group, {}), tick.atMs, tick.profile.scaleMs, true)
  return true
}
