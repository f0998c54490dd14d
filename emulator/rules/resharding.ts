import type { ModifyReplicationGroupShardConfigurationMessage } from '@aws-sdk/client-elasticache'
import type { Call } from '../operations.ts'
import { invalidCombination, invalidValue } from '../wire/refusal.ts'
import { atLeast } from '../world/engine-version.ts'
import { membersOf, type ReplicationGroup, type Shard } from '../world/replication-group.ts'
import type { World } from '../world/world.ts'
import { notBetweenModes } from './group-change.ts'
import { spreadZone, zone } from './network.ts'
import { withinClusterModeGroup, withinRegion, withinShards } from './node-quotas.ts'

type Input = ModifyReplicationGroupShardConfigurationMessage

/** A shard that comes. */
export interface ComingShard {
  readonly id: string
  /** One for each member, the primary's first. */
  readonly zones: readonly string[]
}

/** Which shards come and go. */
export interface ShardPlan {
  readonly coming: readonly ComingShard[]
  readonly leaving: readonly Shard[]
}

/** What can be said of a call without looking at its group. Gives the number of shards that it asks for. */
export const shardsAsked = (input: Input): number => {
  const count = input.NodeGroupCount ?? Number.NaN
  if (!Number.isInteger(count) || count < 1) throw invalidValue('NodeGroupCount must be at least 1.')
  if ((input.NodeGroupsToRemove ?? []).length > 0 && (input.NodeGroupsToRetain ?? []).length > 0) {
    throw invalidCombination('NodeGroupsToRemove and NodeGroupsToRetain cannot be specified together.')
  }
  return count
}

/** Only groups with cluster mode have shards to change, and only from an engine version on. */
export const reshardable = (group: ReplicationGroup): void => {
  notBetweenModes(group)
  if (group.clusterMode !== 'enabled') {
    throw invalidCombination('Shard configuration can be modified only when cluster mode is enabled.')
  }
  if (!atLeast(group.settings.engineVersion, '3.2.10')) {
    throw invalidCombination('Shard configuration can be modified only for engine version 3.2.10 or later.')
  }
}

/** The shards that the call names; each must be there, and none may be named twice. */
const shardsNamed = (group: ReplicationGroup, names: readonly string[]): ReadonlySet<string> => {
  for (const name of names) {
    if (!group.shards.some(({ id }) => id === name)) {
      throw invalidValue(`Node group ${name} is not part of the replication group.`)
    }
  }
  const named = new Set(names)
  if (named.size !== names.length) throw invalidCombination('A node group is named twice.')
  return named
}

const leavingShards = (input: Input, count: number, group: ReplicationGroup): readonly Shard[] => {
  const [removed, retained] = [input.NodeGroupsToRemove ?? [], input.NodeGroupsToRetain ?? []]
  const falls = group.shards.length - count
  if (falls <= 0) {
    if (removed.length + retained.length === 0) return []
    throw invalidCombination(
      'NodeGroupsToRemove and NodeGroupsToRetain can be specified only when NodeGroupCount is less than the current number of node groups.',
    )
  }
  if (removed.length + retained.length === 0) {
    throw invalidCombination(
      'Either NodeGroupsToRemove or NodeGroupsToRetain must be specified when NodeGroupCount is less than the current number of node groups.',
    )
  }
  const named = shardsNamed(group, [...removed, ...retained])
  const leaving = group.shards.filter(({ id }) => named.has(id) === removed.length > 0)
  if (leaving.length !== falls) {
    throw invalidCombination('The number of node groups to remove or retain does not match NodeGroupCount.')
  }
  return leaving
}

/** As many as the leanest shard has. */
const replicasOf = (group: ReplicationGroup) => Math.min(...group.shards.map(({ members }) => members.length - 1))

/** The ids of shards that come: the next four-digit numbers. */
const nextIds = (group: ReplicationGroup, count: number): readonly string[] => {
  const highest = Math.max(...group.shards.map(({ id }) => Number(id)))
  return Array.from({ length: count }, (_, index) => String(highest + 1 + index).padStart(4, '0'))
}

/** Zones for each shard that comes. A list for all shards counts too: the last ones are then those of the new. */
const zonesAsked = (world: World, input: Input, ids: readonly string[], members: number) => {
  const given = input.ReshardingConfiguration ?? []
  if (given.length === 0) return undefined
  if (given.length !== ids.length && given.length !== input.NodeGroupCount) {
    throw invalidCombination('The number of ReshardingConfiguration elements must match the number of new node groups.')
  }
  return given.slice(-ids.length).map((configuration, index) => {
    if (configuration.NodeGroupId !== undefined && configuration.NodeGroupId !== ids[index]) {
      throw invalidValue(`The id of the next node group is ${ids[index]}.`)
    }
    const zones = configuration.PreferredAvailabilityZones ?? []
    if (zones.length !== members) {
      throw invalidCombination('The number of PreferredAvailabilityZones must be the number of replicas plus 1.')
    }
    return zones.map((name) => zone(world, name))
  })
}

const comingShards = (world: World, input: Input, count: number, group: ReplicationGroup): readonly ComingShard[] => {
  if (count <= group.shards.length) {
    if ((input.ReshardingConfiguration ?? []).length === 0) return []
    throw invalidCombination(
      'ReshardingConfiguration can be specified only when NodeGroupCount is greater than the current number of node groups.',
    )
  }
  const ids = nextIds(group, count - group.shards.length)
  const members = replicasOf(group) + 1
  const asked = zonesAsked(world, input, ids, members)
  const spread = Array.from({ length: members }, (_, index) => spreadZone(world, index))
  return ids.map((id, index) => ({ id, zones: asked?.[index] ?? spread }))
}

/** Which shards come and go when there are to be `count`. */
export const shardPlan = (world: World, input: Input, count: number, group: ReplicationGroup): ShardPlan => ({
  leaving: leavingShards(input, count, group),
  coming: comingShards(world, input, count, group),
})

/** Refuses more shards and nodes than a group may have, and more nodes than a region may. */
export const withinQuotas = (call: Call<Input>, group: ReplicationGroup, { coming }: ShardPlan): void => {
  if (coming.length === 0) return
  const { engine, engineVersion } = group.settings
  withinShards(call.quotas, engine, engineVersion, call.input.NodeGroupCount ?? 0)
  const nodes = coming.reduce((sum, { zones }) => sum + zones.length, 0)
  withinRegion(call, nodes)
  withinClusterModeGroup(call.quotas, membersOf(group).length + nodes, 'NodeQuotaForCustomerExceeded')
}
