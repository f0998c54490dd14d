import type { CreateReplicationGroupMessage, CreateReplicationGroupResult } from '@aws-sdk/client-elasticache'
import type { Call, Operation } from '../operations.ts'
import { newAuth } from '../rules/auth.ts'
import { durabilityFor } from '../rules/durability.ts'
import { atRestOf, newTls } from '../rules/encryption.ts'
import { engineNamed, nodeTypeOf, versionOf } from '../rules/engine.ts'
import { dataTieringNeeds, networkNeeds } from '../rules/engine-needs.ts'
import { groupAround } from '../rules/existing-primary.ts'
import { backupsFitNode, failoverFitsNode } from '../rules/first-nodes.ts'
import { inheritsSettings } from '../rules/global-group.ts'
import { newUserGroups } from '../rules/group-users.ts'
import { identifier } from '../rules/identifier.ts'
import { kmsKeyOf } from '../rules/kms-key.ts'
import { logsAfter } from '../rules/log-delivery.ts'
import {
  networkOf,
  portOf,
  refuseCacheSecurityGroups,
  securityGroupsOf,
  subnetGroupOf,
  topicOf,
} from '../rules/network.ts'
import { withinClusterModeGroup, withinRegion, withinShards } from '../rules/node-quotas.ts'
import {
  beginRestore,
  type RestoreSource,
  restoreFits,
  restoreSourceOf,
  seedsOf,
  withSnapshotDurability,
  withSnapshotEngine,
  withSnapshotShards,
} from '../rules/restore.ts'
import { tagsOf, withinTagQuota } from '../rules/tag.ts'
import { modeOf, type Topology, topologyOf } from '../rules/topology.ts'
import { retentionDays, windowsOf } from '../rules/windows.ts'
import { groupShown } from '../shown/replication-group.ts'
import { invalidCombination, invalidValue, refusal } from '../wire/refusal.ts'
import { arnOf } from '../world/arn.ts'
import { planGroupSnapshots } from '../world/automatic-snapshots.ts'
import type { EngineVersion } from '../world/engine-version.ts'
import { addMember, memberId } from '../world/members.ts'
import { isDataTiered } from '../world/node-type.ts'
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

/** What a group may be joined to, and this account has none of. */
const refuseSources = (call: CreateCall): void => {
  const { input } = call
  if (input.GlobalReplicationGroupId !== undefined) {
    inheritsSettings(input)
    throw refusal(
      'GlobalReplicationGroupNotFoundFault',
      `Global Replication Group ${input.GlobalReplicationGroupId} not found.`,
    )
  }
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
  failoverFitsNode(nodeType, input.AutomaticFailoverEnabled)
  backupsFitNode(nodeType, input.SnapshotRetentionLimit)
}

const settingsOf = (call: CreateCall, id: string, version: EngineVersion, topology: Topology): Settings => {
  const { input, world, nowMs } = call
  const tls = newTls(input, version)
  const userGroupIds = newUserGroups(world, input, tls, version)
  refuseCacheSecurityGroups(input.CacheSecurityGroupNames)
  return {
    engine: version.engine,
    engineVersion: version.full,
    nodeType: nodeTypeOf(version, input.CacheNodeType),
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
    ...(userGroupIds.length === 0 ? {} : { userGroupIds }),
    ...networkOf(input),
    logs: logsAfter([], input.LogDeliveryConfigurations),
  }
}

const within = (call: CreateCall, topology: Topology, version: EngineVersion): void => {
  const { clusterMode, shards } = topology
  withinShards(call.quotas, version.engine, version.full, shards.length)
  const nodes = shards.reduce((sum, shard) => sum + shard.zones.length, 0)
  withinRegion(call, nodes)
  if (clusterMode === 'enabled') withinClusterModeGroup(call.quotas, nodes, 'NodeQuotaForClusterExceeded')
}

const plannedMembers = (id: string, topology: Topology) =>
  topology.shards.map((shard) => ({
    ...shard,
    members: shard.zones.map((_, index) => memberId(id, shard.id, index + 1, topology.clusterMode === 'enabled')),
  }))

/** A create with what its snapshot says of engine, durability and shards, where it leaves them open. */
const withSource = (asked: CreateCall, source: RestoreSource | undefined): CreateCall => {
  const mode = modeOf(asked.world, asked.input)
  const open = withSnapshotDurability(withSnapshotEngine(asked.input, source), source)
  return { ...asked, input: withSnapshotShards(open, source, mode) }
}

export const operation: Operation<Input, CreateReplicationGroupResult> = (asked) => {
  const id = identifier('ReplicationGroupId', asked.input.ReplicationGroupId, 40)
  // A create that is sent again hears of its group, not of the snapshot that is restoring meanwhile.
  const source = asked.world.groups.has(id) ? undefined : restoreSourceOf(asked, asked.input)
  const call = source ? withSource(asked, source) : asked
  const { input, world, nowMs } = call
  const text = description(input.ReplicationGroupDescription)
  const version = versionOf(engineNamed(input.Engine ?? 'redis', ['redis', 'valkey']), input.EngineVersion)
  const tags = withinTagQuota(tagsOf(input.Tags), call.quotas)
  if (world.groups.has(id)) {
    throw refusal('ReplicationGroupAlreadyExists', 'Replication group with specified name already exists.')
  }
  refuseSources(call)
  if (input.PrimaryClusterId !== undefined) {
    return { ReplicationGroup: groupShown(call, groupAround(call, id, text, tags)) }
  }
  const topology = topologyOf(world, input, version)
  const settings = settingsOf(call, id, version, topology)
  nodeTypeFits(input, settings.nodeType, version)
  networkNeeds(input.NetworkType, version)
  dataTieringNeeds(input.DataTieringEnabled ?? false, topology.parameterGroup)
  if (source) restoreFits(source, version, settings.nodeType, topology.shards.length)
  const durability = durabilityFor(input.Durability, {
    engine: version.engine,
    engineVersion: version.full,
    encrypted: input.TransitEncryptionEnabled === true,
  })
  const shards = plannedMembers(id, topology)
  const taken = shards.flatMap((shard) => shard.members).find((member) => world.clusters.has(member))
  if (taken) throw refusal('InvalidCacheClusterState', `Cache cluster ${taken} exists already.`)
  within(call, topology, version)

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
    ...kmsKeyOf(world, input.KmsKeyId),
    ...(durability === undefined ? {} : { durability }),
    dataTiering: input.DataTieringEnabled ?? false,
    ...(source ? { seeds: seedsOf(source, topology.shards) } : {}),
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
  if (source) beginRestore(call, source, 'group', id)
  planGroupSnapshots(world, group, nowMs)
  return { ReplicationGroup: groupShown(call, group) }
}
