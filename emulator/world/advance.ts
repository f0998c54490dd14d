import type { CacheCluster } from './cache-cluster.ts'
import { clusterKeys, groupKeys } from './engines-wanted.ts'
import { record } from './event.ts'
import { beginClusterChange, beginGroupChange, withDeferredCluster, withDeferredGroup } from './lifecycle.ts'
import { applyParameters } from './parameter-status.ts'
import type { Profile } from './profile.ts'
import { type GroupChange, membersOf, type ReplicationGroup, shardsAfter } from './replication-group.ts'
import { schedule, type Transition, unschedule } from './transition.ts'
import type { World } from './world.ts'

/** What the server processes say about a key. */
export interface Readiness {
  isReady(key: string): boolean
  /** Why it cannot be had; undefined while it may still come. */
  failureOf(key: string): string | undefined
}

interface Tick {
  readonly world: World
  readonly profile: Profile
  readonly nodes: Readiness
  /** When the state change takes place: when it was due, or now if it had to wait for server processes. */
  readonly atMs: number
  readonly transition: Transition
}

const failureAmong = (nodes: Readiness, keys: readonly string[]): string | undefined => {
  for (const key of keys) {
    const failure = nodes.failureOf(key)
    if (failure !== undefined) return failure
  }
  return undefined
}

const followWithMembers = (tick: Tick, group: ReplicationGroup): void => {
  for (const id of membersOf(group)) {
    const cluster = tick.world.clusters.get(id)
    if (!cluster) continue
    cluster.settings = group.settings
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
  withoutMembers(group, new Set(joined))
  dropMembers(tick, group, joined)
  delete group.applying
  group.status = 'available'
  record(tick.world, tick.atMs, 'replication-group', group.id, `Failed applying modification to ${whatFailed(change)}.`)
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
  const leaving = change.leaving ?? []
  withoutMembers(group, new Set(leaving))
  dropMembers(tick, group, leaving)
  record(tick.world, tick.atMs, 'replication-group', group.id, `Finished modifying replication group ${group.id}`)
}

const settleGroup = (tick: Tick, id: string): boolean => {
  const group = tick.world.groups.get(id)
  if (!group || (group.status !== 'creating' && group.status !== 'modifying')) return true
  const keys = groupKeys(tick.world, group)
  const failure = failureAmong(tick.nodes, keys)
  if (failure !== undefined && group.status === 'modifying') {
    rollBack(tick, group)
    return true
  }
  if (failure !== undefined) {
    group.status = 'create-failed'
    record(tick.world, tick.atMs, 'replication-group', id, `Replication group ${id} could not be created: ${failure}`)
    return true
  }
  if (!keys.every((key) => tick.nodes.isReady(key))) return false
  if (group.status === 'creating') {
    record(tick.world, tick.atMs, 'replication-group', id, `Replication group ${id} created`)
  }
  completeChange(tick, group)
  group.status = 'available'
  followWithMembers(tick, group)
  return true
}

const completeNodes = (tick: Tick, cluster: CacheCluster): void => {
  for (const node of cluster.nodes) {
    const message =
      node.status === 'creating'
        ? `Added cache node ${node.id} in availability zone ${node.zone}`
        : node.status === 'deleting'
          ? `Removed cache node ${node.id} from availability zone ${node.zone}`
          : undefined
    if (message) record(tick.world, tick.atMs, 'cache-cluster', cluster.id, message)
  }
  if (cluster.status === 'modifying' && cluster.nodes.some((node) => node.status === 'creating')) {
    cluster.configurationVersion += 1
  }
  cluster.nodes = cluster.nodes
    .filter((node) => node.status !== 'deleting')
    .map((node) => ({ ...node, status: 'available' as const }))
}

const settleCluster = (tick: Tick, id: string): boolean => {
  const cluster = tick.world.clusters.get(id)
  if (!cluster || (cluster.status !== 'creating' && cluster.status !== 'modifying')) return true
  const keys = clusterKeys(tick.world, cluster)
  const failure = failureAmong(tick.nodes, keys)
  if (failure !== undefined && cluster.status === 'creating') {
    cluster.status = 'incompatible-network'
    record(tick.world, tick.atMs, 'cache-cluster', id, `Cache cluster could not be created: ${failure}`)
    return true
  }
  if (failure !== undefined) {
    const joining = new Set(cluster.nodes.filter((node) => node.status === 'creating').map((node) => node.id))
    cluster.nodes = cluster.nodes.filter((node) => !joining.has(node.id))
    delete cluster.applying
    record(tick.world, tick.atMs, 'cache-cluster', id, `Failed applying modification to the cache cluster: ${failure}`)
  } else if (!keys.every((key) => tick.nodes.isReady(key))) {
    return false
  }
  completeNodes(tick, cluster)
  if (cluster.status === 'creating') record(tick.world, tick.atMs, 'cache-cluster', id, 'Cache cluster created')
  cluster.settings = { ...cluster.settings, ...cluster.applying?.settings }
  delete cluster.applying
  cluster.status = 'available'
  return true
}

const removeGroup = (tick: Tick, id: string): boolean => {
  const group = tick.world.groups.get(id)
  if (!group) return true
  tick.world.groups.delete(id)
  tick.world.tags.delete(group.arn)
  record(tick.world, tick.atMs, 'replication-group', id, `Replication group ${id} deleted`)
  return true
}

const removeCluster = (tick: Tick, id: string): boolean => {
  const cluster = tick.world.clusters.get(id)
  if (!cluster) return true
  tick.world.clusters.delete(id)
  tick.world.tags.delete(cluster.arn)
  const group = cluster.groupId === undefined ? undefined : tick.world.groups.get(cluster.groupId)
  if (group) group.lingering = group.lingering.filter((member) => member !== id)
  unschedule(
    tick.world,
    (happening) => 'id' in happening && happening.id === id && happening.do === 'openClusterWindow',
  )
  record(tick.world, tick.atMs, 'cache-cluster', id, 'Cache cluster deleted')
  return true
}

const openGroupWindow = (tick: Tick, id: string): boolean => {
  const group = tick.world.groups.get(id)
  if (!group?.deferred) return true
  if (group.status !== 'available') return false
  beginGroupChange(tick.world, group, withDeferredGroup(tick.world, group, {}), tick.atMs, tick.profile.scaleMs, true)
  return true
}

const openClusterWindow = (tick: Tick, id: string): boolean => {
  const cluster = tick.world.clusters.get(id)
  if (!cluster?.deferred) return true
  if (cluster.status !== 'available') return false
  beginClusterChange(tick.world, cluster, withDeferredCluster(tick.world, cluster, {}), tick.atMs, tick.profile.scaleMs)
  return true
}

/** Carries a state change out; false when it has to wait for server processes. */
const fire = (tick: Tick): boolean => {
  const { transition } = tick
  switch (transition.do) {
    case 'settleGroup':
      return settleGroup(tick, transition.id)
    case 'settleCluster':
      return settleCluster(tick, transition.id)
    case 'removeGroup':
      return removeGroup(tick, transition.id)
    case 'removeCluster':
      return removeCluster(tick, transition.id)
    case 'openGroupWindow':
      return openGroupWindow(tick, transition.id)
    case 'openClusterWindow':
      return openClusterWindow(tick, transition.id)
    case 'applyParameters':
      applyParameters(tick.world, transition.name, tick.atMs)
      return true
  }
}

const nextDue = (world: World, nowMs: number, tried: ReadonlySet<Transition>): Transition | undefined => {
  for (const transition of world.due) {
    if (transition.atMs > nowMs) return undefined
    if (!tried.has(transition)) return transition
  }
  return undefined
}

/**
 * Brings a world up to date: carries out every state change that is due, in the order of time.
 * A change that needs server processes which do not answer yet stays due.
 * @returns whether anything changed
 */
export const advance = (world: World, profile: Profile, nodes: Readiness, nowMs: number): boolean => {
  const tried = new Set<Transition>()
  let changed = false
  for (;;) {
    const transition = nextDue(world, nowMs, tried)
    if (!transition) return changed
    tried.add(transition)
    const atMs = transition.held ? nowMs : transition.atMs
    if (!fire({ world, profile, nodes, atMs, transition })) {
      transition.held = true
      continue
    }
    changed = true
    const index = world.due.indexOf(transition)
    if (index >= 0) world.due.splice(index, 1)
  }
}
