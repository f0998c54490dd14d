import type { CreateReplicationGroupMessage, NodeGroupConfiguration } from '@aws-sdk/client-elasticache'
import { invalidCombination, invalidValue } from '../wire/refusal.ts'
import { atLeast, type EngineVersion } from '../world/engine-version.ts'
import { type ParameterGroup, turnsClusterModeOn } from '../world/parameter-group.ts'
import type { ClusterMode } from '../world/replication-group.ts'
import type { World } from '../world/world.ts'
import { parameterGroupCalled, parameterGroupOf } from './engine.ts'
import { spreadZone, zone } from './network.ts'
import { replicasWithin, slotsOf } from './replication-group.ts'

export interface PlannedShard {
  readonly id: string
  readonly slots?: string
  /** One for each member, the primary's first. */
  readonly zones: readonly string[]
}

export interface Topology {
  readonly clusterMode: ClusterMode
  readonly parameterGroup: ParameterGroup
  readonly shards: readonly PlannedShard[]
}

type Input = Partial<CreateReplicationGroupMessage>

/** The cluster mode that a create asks for, by itself or by its parameter group. */
export const modeOf = (world: World, input: Input): ClusterMode => {
  const asked = input.ClusterMode
  if (asked !== undefined && asked !== 'enabled' && asked !== 'disabled' && asked !== 'compatible') {
    throw invalidValue(`Invalid ClusterMode: ${asked}. Valid values are: enabled, disabled, compatible.`)
  }
  const named = input.CacheParameterGroupName
  const group = named === undefined ? undefined : parameterGroupCalled(world, named)
  if (asked === undefined) return group && turnsClusterModeOn(group) ? 'enabled' : 'disabled'
  if (group && turnsClusterModeOn(group) !== (asked !== 'disabled')) {
    throw invalidCombination(`The parameter group ${group.name} does not fit ClusterMode ${asked}.`)
  }
  return asked
}

const memberZones = (
  world: World,
  replicas: number,
  configuration: NodeGroupConfiguration | undefined,
): readonly string[] => {
  const asked = configuration?.ReplicaAvailabilityZones
  if (asked !== undefined && asked.length !== replicas) {
    throw invalidCombination('The number of ReplicaAvailabilityZones must match the number of replicas.')
  }
  const primary = configuration?.PrimaryAvailabilityZone ?? spreadZone(world, 0)
  const rest = asked ?? Array.from({ length: replicas }, (_, index) => spreadZone(world, index + 1))
  return [primary, ...rest].map((name) => zone(world, name))
}

const numberedShardIds = (count: number, configurations: readonly NodeGroupConfiguration[]): readonly string[] => {
  const given = configurations.flatMap((configuration) => configuration.NodeGroupId ?? [])
  if (given.length === 0) return Array.from({ length: count }, (_, index) => String(index + 1).padStart(4, '0'))
  if (given.length !== count || new Set(given).size !== count || given.some((id) => !/^\d{1,4}$/.test(id))) {
    throw invalidValue('NodeGroupId must be one to four digits, different, and given for all node groups or for none.')
  }
  return given
}

const shardCount = (input: Input): number => {
  const configurations = input.NodeGroupConfiguration
  const count = input.NumNodeGroups ?? configurations?.length ?? 1
  if (!Number.isInteger(count) || count < 1) throw invalidValue('NumNodeGroups must be at least 1.')
  if (configurations !== undefined && configurations.length > 0 && configurations.length !== count) {
    throw invalidCombination('The number of NodeGroupConfiguration elements must match NumNodeGroups.')
  }
  return count
}

const replicasOf = (input: Input, configuration: NodeGroupConfiguration | undefined): number => {
  const own = configuration?.ReplicaCount ?? configuration?.ReplicaAvailabilityZones?.length
  if (own !== undefined && input.ReplicasPerNodeGroup !== undefined && own !== input.ReplicasPerNodeGroup) {
    throw invalidCombination('ReplicaCount must match ReplicasPerNodeGroup when both are given.')
  }
  return replicasWithin(own ?? input.ReplicasPerNodeGroup ?? 0)
}

const shardedTopology = (world: World, input: Input): readonly PlannedShard[] => {
  if (input.NumCacheClusters !== undefined || (input.PreferredCacheClusterAZs ?? []).length > 0) {
    throw invalidCombination(
      'NumCacheClusters and PreferredCacheClusterAZs are not supported with cluster mode enabled; use NumNodeGroups and ReplicasPerNodeGroup.',
    )
  }
  const count = shardCount(input)
  const configurations = input.NodeGroupConfiguration ?? []
  const slots = slotsOf(count, configurations)
  return numberedShardIds(count, configurations).map((id, index) => {
    const replicas = replicasOf(input, configurations[index])
    return { id, slots: slots[index] ?? '', zones: memberZones(world, replicas, configurations[index]) }
  })
}

const singleTopology = (world: World, input: Input): readonly PlannedShard[] => {
  if (shardCount(input) > 1) {
    throw invalidCombination('NumNodeGroups greater than 1 requires a parameter group with cluster mode enabled.')
  }
  const configuration = input.NodeGroupConfiguration?.[0]
  const grouped = input.ReplicasPerNodeGroup !== undefined || configuration !== undefined
  if (grouped && input.NumCacheClusters !== undefined) {
    throw invalidCombination('NumCacheClusters cannot be used with ReplicasPerNodeGroup or NodeGroupConfiguration.')
  }
  if (configuration?.NodeGroupId !== undefined && configuration.NodeGroupId !== '0001') {
    throw invalidValue('NodeGroupId must be 0001 when cluster mode is disabled.')
  }
  if (configuration?.Slots !== undefined)
    throw invalidCombination('Slots cannot be given when cluster mode is disabled.')
  const clusters = grouped ? 1 + replicasOf(input, configuration) : (input.NumCacheClusters ?? 1)
  if (!Number.isInteger(clusters) || clusters < 1 || clusters > 6) {
    throw invalidValue('The number of cache clusters in a replication group must be within 1 and 6.')
  }
  const preferred = input.PreferredCacheClusterAZs ?? []
  if (preferred.length > 0 && preferred.length !== clusters) {
    throw invalidCombination('The number of PreferredCacheClusterAZs must match NumCacheClusters.')
  }
  if (preferred.length > 0) return [{ id: '0001', zones: preferred.map((name) => zone(world, name)) }]
  return [{ id: '0001', zones: memberZones(world, clusters - 1, configuration) }]
}

const failoverFits = (input: Input, mode: ClusterMode, shards: readonly PlannedShard[]): void => {
  const on = input.AutomaticFailoverEnabled ?? false
  if (mode === 'enabled' && !on) {
    throw invalidCombination('Redis with cluster mode enabled cannot be created with auto failover turned off.')
  }
  if (mode !== 'enabled' && on && (shards[0]?.zones.length ?? 0) < 2) {
    throw invalidCombination(
      'When using automatic failover, there must be at least 2 cache clusters in the replication group.',
    )
  }
  if (mode === 'compatible' && !on) throw invalidCombination('ClusterMode compatible requires automatic failover.')
  if (input.MultiAZEnabled && !on) throw invalidCombination('Multi-AZ requires automatic failover to be enabled.')
  if (input.MultiAZEnabled && shards.some((shard) => shard.zones.length < 2)) {
    throw invalidCombination('Multi-AZ requires at least one replica in each node group.')
  }
}

/** How many shards and members a new group gets, where they lie, and which parameter group decides that. */
export const topologyOf = (world: World, input: Input, version: EngineVersion): Topology => {
  const clusterMode = modeOf(world, input)
  const parameterGroup = parameterGroupOf(world, version, input.CacheParameterGroupName, clusterMode !== 'disabled')
  if (clusterMode === 'compatible' && !atLeast(version.full, '7.0')) {
    throw invalidCombination('ClusterMode compatible requires engine version 7.0 or later.')
  }
  const shards = clusterMode === 'enabled' ? shardedTopology(world, input) : singleTopology(world, input)
  failoverFits(input, clusterMode, shards)
  return { clusterMode, parameterGroup, shards }
}
