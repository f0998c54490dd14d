import type { ConfigureShard } from '@aws-sdk/client-elasticache'
import { invalidCombination, invalidValue, refusal } from '../wire/refusal.ts'
import type { ReplicationGroup, Shard } from '../world/replication-group.ts'
import type { World } from '../world/world.ts'
import { spreadZone, zone } from './network.ts'
import { replicasWithin } from './replication-group.ts'

export interface ReplicaFields {
  readonly NewReplicaCount?: number | undefined
  readonly ReplicaConfiguration?: readonly ConfigureShard[] | undefined
}

/** One shard and the replicas it is to have. */
export interface ShardTarget {
  readonly shard: Shard
  readonly replicas: number
  /** Of all members, the primary's first; absent when nobody asked. */
  readonly zones?: readonly string[]
}

const replicasOf = (shard: Shard) => shard.members.length - 1

const configured = (world: World, group: ReplicationGroup, configuration: ConfigureShard): ShardTarget => {
  const shard = group.shards.find(({ id }) => id === configuration.NodeGroupId)
  if (!shard) throw invalidValue(`Node group ${configuration.NodeGroupId} is not part of the replication group.`)
  const replicas = replicasWithin(configuration.NewReplicaCount ?? Number.NaN)
  const zones = configuration.PreferredAvailabilityZones
  if (zones === undefined || zones.length === 0) return { shard, replicas }
  if (zones.length !== replicas + 1) {
    throw invalidCombination('The number of PreferredAvailabilityZones must be NewReplicaCount plus 1.')
  }
  return { shard, replicas, zones: zones.map((name) => zone(world, name)) }
}

/** The shards that are to change, from a number for all of them or from one for each. */
export const shardTargets = (world: World, group: ReplicationGroup, fields: ReplicaFields): readonly ShardTarget[] => {
  const configurations = fields.ReplicaConfiguration ?? []
  if (fields.NewReplicaCount !== undefined) {
    const replicas = replicasWithin(fields.NewReplicaCount)
    return group.shards.map((shard) => ({ shard, replicas }))
  }
  const ids = configurations.map((configuration) => configuration.NodeGroupId)
  if (new Set(ids).size !== ids.length) throw invalidCombination('ReplicaConfiguration names a node group twice.')
  return configurations.map((configuration) => configured(world, group, configuration))
}

/** Refuses a call that would change nothing, and one that goes the other way. */
export const goes = (targets: readonly ShardTarget[], direction: 'up' | 'down'): void => {
  const steps = targets.map(({ shard, replicas }) => (replicas - replicasOf(shard)) * (direction === 'up' ? 1 : -1))
  if (steps.some((step) => step < 0)) {
    throw invalidValue(`The new replica count must be ${direction === 'up' ? 'greater' : 'less'} than the current one.`)
  }
  if (steps.every((step) => step === 0)) {
    throw refusal('NoOperationFault', 'The operation was not performed because no changes were required.')
  }
}

/** The zone of each replica that comes: of those asked for, the ones that no member uses yet. */
export const zonesOfJoining = (world: World, target: ShardTarget): readonly string[] => {
  const count = target.replicas - replicasOf(target.shard)
  const first = target.shard.members.length
  if (!target.zones) return Array.from({ length: count }, (_, index) => spreadZone(world, first + index))
  const left = [...target.zones]
  for (const id of target.shard.members) {
    const index = left.indexOf(world.clusters.get(id)?.nodes[0]?.zone ?? '')
    if (index >= 0) left.splice(index, 1)
  }
  return left.slice(-count)
}
