import type { CreateReplicationGroupMessage, CreateReplicationGroupResult } from '@aws-sdk/client-elasticache'
import type { Call, Operation } from '../operations.ts'
import { newAuth } from '../rules/auth.ts'
import { atRestOf, newTls } from '../rules/encryption.ts'
import { engineNamed, nodeTypeOf, versionOf } from '../rules/engine.ts'
import { identifier } from '../rules/identifier.ts'
import { logsAfter } from '../rules/log-delivery.ts'
import {
  networkOf,
  portOf,
  refuseCacheSecurityGroups,
  securityGroupsOf,
  subnetGroupOf,
  topicOf,
} from '../rules/network.ts'
import { tagsOf, withinTagQuota } from '../rules/tag.ts'
import { type Topology, topologyOf } from '../rules/topology.ts'
import { retentionDays, windowsOf } from '../rules/windows.ts'
import { groupShown } from '../shown/replication-group.ts'
import { invalidCombination, invalidValue, refusal } from '../wire/refusal.ts'
import { arnOf } from '../world/arn.ts'
import type { EngineVersion } from '../world/engine-version.ts'
import { addMember, memberId, nodesInWorld } from '../world/members.ts'
import { isDataTiered, nodeFamily } from '../world/node-type.ts'
import type { ReplicationGroup } from '../world/replication-group.ts'
import type { Settings } from '../world/settings.ts'
import { schedule } from '../world/transition.ts'

type Input = CreateReplicationGroupMessage
type CreateCall = Call<Input>

const description = (text: string | undefined): string => {
  if (text === undefined || text.length < 1 || text.length > 255) {
    throw invalidValue('The replication group description must be 1 to 255 characters.')
  }
  return text
}

/** What a group may be made from or joined to, and this account has none of. */
const refuseSources = (call: CreateCall): void => {
  const { input, world } = call
  if (input.GlobalReplicationGroupId !== undefined) {
    throw refusal(
      'GlobalReplicationGroupNotFoundFault',
      `Global Replication Group ${input.GlobalReplicationGroupId} not found.`,
    )
  }
  if ((input.UserGroupIds ?? []).length > 0) {
    throw refusal('UserGroupNotFound', `UserGroup ${input.UserGroupIds?.join(', ')} not found.`)
  }
  if (input.PrimaryClusterId !== undefined) {
    if (!world.clusters.has(input.PrimaryClusterId.toLowerCase())) {
      throw refusal('CacheClusterNotFound', `CacheCluster not found: ${input.PrimaryClusterId}`)
    }
    throw invalidCombination('PrimaryClusterId is not supported by this endpoint.')
  }
  const seeds = [input.SnapshotName, input.ServerlessCacheSnapshotName, ...(input.SnapshotArns ?? [])]
  const seed = seeds.find((name) => name !== undefined)
  if (seed !== undefined) throw invalidValue(`Snapshot ${seed} cannot be used: it is not found.`)
}

const nodeTypeFits = (input: Input, nodeType: string, version: EngineVersion): void => {
  const tiering = input.DataTieringEnabled ?? false
  if (isDataTiered(nodeType) !== tiering) {
    throw invalidCombination(
      tiering
        ? `Data tiering is not supported for cache node type ${nodeType}.`
        : `Data tiering must be enabled for cache node type ${nodeType}.`,
    )
  }
  if (tiering && version.engine === 'redis' && Number.parseFloat(version.version) < 6.2) {
    throw invalidCombination('Data tiering requires engine version 6.2 or later.')
  }
  if (nodeFamily(nodeType) !== 't1') return
  if (input.AutomaticFailoverEnabled) {
    throw invalidCombination('Automatic failover is not supported for T1 and T2 cache node types.')
  }
  if (input.SnapshotRetentionLimit !== undefined) {
    throw invalidCombination(
      'Instance type does not support snapshotting. Snapshot retention limit parameter should not be specified.',
    )
  }
}

const durabilityOf = (input: Input, version: EngineVersion): string | undefined => {
  const asked = input.Durability
  if (asked === undefined) return undefined
  if (!['default', 'async', 'sync', 'disabled'].includes(asked)) throw invalidValue(`Invalid Durability: ${asked}`)
  const durable = asked === 'async' || asked === 'sync'
  if (
    durable &&
    (version.engine !== 'valkey' || Number.parseFloat(version.version) < 9 || !input.TransitEncryptionEnabled)
  ) {
    throw invalidCombination('Durability requires Valkey 9.0 or later with encryption-in-transit enabled.')
  }
  return asked
}

const settingsOf = (call: CreateCall, id: string, version: EngineVersion, topology: Topology): Settings => {
  const { input, world, nowMs } = call
  const tls = newTls(input, version)
  refuseCacheSecurityGroups(input.CacheSecurityGroupNames)
  return {
    engine: version.engine,
    engineVersion: version.full,
    nodeType: nodeTypeOf(version.engine, input.CacheNodeType),
    parameterGroup: topology.parameterGroup.name,
    subnetGroup: subnetGroupOf(world, input.CacheSubnetGroupName),
    securityGroupIds: securityGroupsOf(input.SecurityGroupIds),
    port: portOf(input.Port, 6379),
    ...windowsOf(id, input.PreferredMaintenanceWindow, input.SnapshotWindow),
    snapshotRetentionDays: retentionDays(input.SnapshotRetentionLimit ?? 0),
    autoMinorVersionUpgrade: input.AutoMinorVersionUpgrade ?? true,
    ...(input.NotificationTopicArn === undefined ? {} : { topic: topicOf(input.NotificationTopicArn) }),
    tls,
    atRest: atRestOf(input, version),
    auth: newAuth(input.AuthToken, tls, version.full, nowMs),
    ...networkOf(input),
    logs: logsAfter([], input.LogDeliveryConfigurations),
  }
}

const within = (call: CreateCall, topology: Topology): void => {
  const { quotas, world } = call
  if (topology.shards.length > quotas.shardsPerGroup) {
    throw refusal(
      'NodeGroupsPerReplicationGroupQuotaExceeded',
      `The number of node groups exceeds the limit of ${quotas.shardsPerGroup} for a replication group.`,
    )
  }
  const nodes = topology.shards.reduce((sum, shard) => sum + shard.zones.length, 0)
  if (nodesInWorld(world) + nodes > quotas.nodesPerRegion) {
    throw refusal(
      'NodeQuotaForCustomerExceeded',
      `The number of nodes exceeds the limit of ${quotas.nodesPerRegion} for this customer.`,
    )
  }
}

const plannedMembers = (id: string, topology: Topology) =>
  topology.shards.map((shard) => ({
    ...shard,
    members: shard.zones.map((_, index) => memberId(id, shard.id, index + 1, topology.clusterMode === 'enabled')),
  }))

export const operation: Operation<Input, CreateReplicationGroupResult> = (call) => {
  const { input, world, nowMs } = call
  const id = identifier('ReplicationGroupId', input.ReplicationGroupId, 40)
  const text = description(input.ReplicationGroupDescription)
  const version = versionOf(engineNamed(input.Engine ?? 'redis', ['redis', 'valkey']), input.EngineVersion)
  const tags = withinTagQuota(tagsOf(input.Tags), call.quotas)
  if (world.groups.has(id)) {
    throw refusal('ReplicationGroupAlreadyExists', 'Replication group with specified name already exists.')
  }
  refuseSources(call)
  const topology = topologyOf(world, input, version)
  const settings = settingsOf(call, id, version, topology)
  nodeTypeFits(input, settings.nodeType, version)
  const durability = durabilityOf(input, version)
  const shards = plannedMembers(id, topology)
  const taken = shards.flatMap((shard) => shard.members).find((member) => world.clusters.has(member))
  if (taken) throw refusal('InvalidCacheClusterState', `Cache cluster ${taken} exists already.`)
  within(call, topology)

  const group: ReplicationGroup = {
    id,
    arn: arnOf(world, 'replicationgroup', id),
    createdAtMs: nowMs,
    description: text,
    status: 'creating',
    settings,
    clusterMode: topology.clusterMode,
    automaticFailover: input.AutomaticFailoverEnabled ?? false,
    multiAZ: input.MultiAZEnabled ?? false,
    shards: shards.map(({ id: shardId, slots, members }) => ({
      id: shardId,
      primary: members[0] ?? '',
      members,
      ...(slots === undefined ? {} : { slots }),
    })),
    ...(input.KmsKeyId === undefined ? {} : { kmsKeyId: input.KmsKeyId }),
    ...(durability === undefined ? {} : { durability }),
    dataTiering: input.DataTieringEnabled ?? false,
    lingering: [],
  }
  world.groups.set(id, group)
  if (tags.size > 0) world.tags.set(group.arn, tags)
  for (const shard of shards) {
    for (const [index, member] of shard.members.entries()) {
      addMember(world, { id: member, groupId: id, shardId: shard.id, zone: shard.zones[index] ?? '', settings }, nowMs)
      if (tags.size > 0) world.tags.set(arnOf(world, 'cluster', member), tags)
    }
  }
  schedule(world, nowMs + call.profile.createMs, { do: 'settleGroup', id })
  return { ReplicationGroup: groupShown(call, group) }
}
