import type { NodeGroupConfiguration } from '@aws-sdk/client-elasticache'
import { invalidCombination, invalidValue, refusal } from '../wire/refusal.ts'
import type { CacheCluster } from '../world/cache-cluster.ts'
import { membersOf, type ReplicationGroup } from '../world/replication-group.ts'
import type { World } from '../world/world.ts'

export const groupCalled = (world: World, id: string | undefined): ReplicationGroup => {
  const group = world.groups.get(id?.toLowerCase() ?? '')
  if (!group) throw refusal('ReplicationGroupNotFoundFault', `ReplicationGroup ${id} not found.`)
  return group
}

/** Not the words of a modification: for operations that only look whether the group is available. */
export const mustBeAvailable = (group: ReplicationGroup): void => {
  if (group.status !== 'available') {
    throw refusal('InvalidReplicationGroupState', `Replication group ${group.id} is not in available state.`)
  }
}

/** A group may be modified only when it is available and all of its members are. */
export const modifiable = (world: World, group: ReplicationGroup): void => {
  if (group.status !== 'available') {
    throw refusal('InvalidReplicationGroupState', 'Replication group must be in available state to modify.')
  }
  const busy = [...membersOf(group), ...group.lingering]
    .map((id) => world.clusters.get(id))
    .find((cluster): cluster is CacheCluster => cluster !== undefined && cluster.status !== 'available')
  if (busy) {
    throw refusal(
      'InvalidCacheClusterState',
      `Cache cluster ${busy.id} is not in available state; it is ${busy.status}.`,
    )
  }
}

export const requireImmediately = (applyImmediately: boolean | undefined): void => {
  if (applyImmediately !== true) throw invalidValue('ApplyImmediately must be true for this operation.')
}

const SLOTS = 16_384

/** 16384 slots split evenly: '0-5460', '5461-10922', '10923-16383' for three shards. */
export const evenSlots = (shards: number): readonly string[] => {
  const size = SLOTS / shards
  const end = (index: number) => (index === shards - 1 ? SLOTS - 1 : Math.round((index + 1) * size - 1))
  return Array.from({ length: shards }, (_, index) => `${index === 0 ? 0 : end(index - 1) + 1}-${end(index)}`)
}

const slotRanges = (text: string): readonly (readonly [number, number])[] =>
  text.split(',').map((part) => {
    const [, from, to] = /^(\d+)-(\d+)$/.exec(part.trim()) ?? []
    if (from === undefined || Number(from) > Number(to) || Number(to) >= SLOTS)
      throw invalidValue(`Invalid slots: ${text}`)
    return [Number(from), Number(to)]
  })

const covered = (all: readonly string[]): void => {
  const ranges = all.flatMap(slotRanges).toSorted((left, right) => left[0] - right[0])
  let next = 0
  for (const [from, to] of ranges) {
    if (from !== next) throw invalidValue('The slots of all node groups must cover 0-16383 without gaps or overlaps.')
    next = to + 1
  }
  if (next !== SLOTS) throw invalidValue('The slots of all node groups must cover 0-16383 without gaps or overlaps.')
}

/** The slots of each shard: all given and complete, or none given and even. */
export const slotsOf = (shards: number, configurations: readonly NodeGroupConfiguration[]): readonly string[] => {
  const given = configurations.flatMap((configuration) => configuration.Slots ?? [])
  if (given.length === 0) return evenSlots(shards)
  if (given.length !== shards) throw invalidCombination('Slots must be given for all node groups or for none.')
  covered(given)
  return given
}

export const replicasWithin = (replicas: number): number => {
  if (!Number.isInteger(replicas) || replicas < 0 || replicas > 5) {
    throw invalidValue('The number of replicas per node group must be within 0 and 5.')
  }
  return replicas
}

/** Refuses to take the last replica of a group that could then not fail over. */
export const leavesReplicas = (group: ReplicationGroup, replicas: number): void => {
  if (replicas >= 1 || group.clusterMode === 'enabled' || !group.automaticFailover) return
  throw invalidValue('Must have at least 1 replica when cluster mode is disabled with auto failover enabled.')
}
