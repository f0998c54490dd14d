import type { ModifyReplicationGroupMessage } from '@aws-sdk/client-elasticache'
import type { Call } from '../operations.ts'
import { invalidCombination, invalidValue, refusal } from '../wire/refusal.ts'
import { atLeast, type EngineVersion, entryOf } from '../world/engine-version.ts'
import { turnsClusterModeOn } from '../world/parameter-group.ts'
import { type ClusterMode, type GroupChange, membersOf, type ReplicationGroup } from '../world/replication-group.ts'
import type { Settings } from '../world/settings.ts'
import { authChange } from './auth.ts'
import { tlsAfter } from './encryption.ts'
import { parameterGroupCalled, parameterGroupOf } from './engine.ts'
import { dataTieringNeeds } from './engine-needs.ts'
import { failoverFitsNode } from './first-nodes.ts'
import { tokensFit, userGroupsAfter } from './group-users.ts'
import { logsAfter } from './log-delivery.ts'
import { keepsFixedValues } from './parameter-group.ts'
import { nodeTypeMove, notBothUpgrades, versionMove } from './upgrade.ts'

type Input = ModifyReplicationGroupMessage

const failoverChange = (input: Input, group: ReplicationGroup): GroupChange => {
  const failover = input.AutomaticFailoverEnabled ?? group.automaticFailover
  const multiAZ = input.MultiAZEnabled ?? group.multiAZ
  if (group.clusterMode === 'enabled' && !failover) {
    throw invalidCombination(
      'Turning off automatic failover for replication group with cluster mode enabled is not supported.',
    )
  }
  if (group.clusterMode === 'compatible' && !failover) {
    throw invalidCombination('Automatic failover cannot be turned off while ClusterMode is compatible.')
  }
  failoverFitsNode(group.settings.nodeType, failover)
  if (failover && group.clusterMode !== 'enabled' && membersOf(group).length < 2) {
    throw invalidCombination('Replication group must have at least one read replica to enable autofailover.')
  }
  if (multiAZ && !failover) throw invalidCombination('Multi-AZ requires automatic failover to be enabled.')
  if (multiAZ && !group.multiAZ && group.shards.some((shard) => shard.members.length < 2)) {
    throw invalidCombination('Multi-AZ requires at least one replica in each node group.')
  }
  return {
    ...(failover === group.automaticFailover ? {} : { automaticFailover: failover }),
    ...(multiAZ === group.multiAZ ? {} : { multiAZ }),
  }
}

/** All that may travel with a change of cluster mode. */
const WITH_CLUSTER_MODE = new Set(['ReplicationGroupId', 'ApplyImmediately', 'ClusterMode', 'CacheParameterGroupName'])

const clusterModeChange = (input: Input, group: ReplicationGroup): ClusterMode | undefined => {
  const asked = input.ClusterMode
  if (asked === undefined) return undefined
  if (asked !== 'enabled' && asked !== 'disabled' && asked !== 'compatible') {
    throw invalidValue(`Invalid ClusterMode: ${asked}. Valid values are: enabled, disabled, compatible.`)
  }
  if (Object.keys(input).some((member) => !WITH_CLUSTER_MODE.has(member))) {
    throw invalidCombination('ClusterMode can be modified only together with CacheParameterGroupName.')
  }
  if (asked === group.clusterMode) return undefined
  const step = `${group.clusterMode} to ${asked}`
  if (!['disabled to compatible', 'compatible to enabled', 'compatible to disabled'].includes(step)) {
    throw invalidCombination(`ClusterMode cannot be modified from ${step}.`)
  }
  if (!atLeast(group.settings.engineVersion, '7.0')) {
    throw invalidCombination('ClusterMode can be modified only for engine version 7.0 or later.')
  }
  if (!group.automaticFailover) throw invalidCombination('ClusterMode compatible requires automatic failover.')
  return asked
}

/** While a group is between the two modes it can neither be scaled nor upgraded. */
export const notBetweenModes = (group: ReplicationGroup): void => {
  if (group.clusterMode === 'compatible') {
    throw invalidCombination('The replication group cannot be scaled or upgraded while ClusterMode is compatible.')
  }
}

const parameterGroupChange = (
  call: Call<Input>,
  group: ReplicationGroup,
  version: EngineVersion,
  mode: ClusterMode,
) => {
  const { input, world } = call
  const { settings } = group
  const current = entryOf(settings.engine, settings.engineVersion)
  const changesDefault = version.family !== current.family || mode !== group.clusterMode
  const named = input.CacheParameterGroupName
  const inherited =
    changesDefault && settings.parameterGroup.startsWith('default.') ? undefined : settings.parameterGroup
  const chosen = parameterGroupOf(world, version, named ?? inherited, mode !== 'disabled')
  if (turnsClusterModeOn(chosen) !== (mode !== 'disabled')) {
    throw invalidCombination(`The parameter group ${chosen.name} does not fit ClusterMode ${mode}.`)
  }
  keepsFixedValues(parameterGroupCalled(world, settings.parameterGroup), chosen)
  dataTieringNeeds(group.dataTiering, chosen)
  return chosen.name === settings.parameterGroup ? {} : { parameterGroup: chosen.name }
}

const upgrades = (input: Input, group: ReplicationGroup) => {
  const nodeType = nodeTypeMove(group.settings, input.CacheNodeType)
  const version = versionMove(group.settings, input.Engine, input.EngineVersion)
  if (nodeType !== undefined || version !== undefined) notBetweenModes(group)
  notBothUpgrades({ nodeType, engineVersion: version?.full }, group.deferred?.settings)
  return { nodeType, version }
}

/** What a ModifyReplicationGroup asks for that may wait for the maintenance window. */
export const groupChange = (call: Call<Input>, group: ReplicationGroup): GroupChange => {
  const { input, nowMs } = call
  const { settings: before } = group
  const mode = clusterModeChange(input, group)
  const failover = failoverChange(input, group)
  const { nodeType, version } = upgrades(input, group)
  const current = entryOf(before.engine, before.engineVersion)
  const waiting = { ...before, ...group.deferred?.settings }
  const userGroupIds = userGroupsAfter(call.world, input, { before, waiting }, version ?? current)
  tokensFit(input, waiting)
  const tls = tlsAfter(input, before)
  const auth = authChange(input, before, nowMs)
  const logs =
    input.LogDeliveryConfigurations === undefined ? undefined : logsAfter(before.logs, input.LogDeliveryConfigurations)
  const settings: Partial<Settings> = {
    ...(nodeType === undefined ? {} : { nodeType }),
    ...(version === undefined ? {} : { engine: version.engine, engineVersion: version.full }),
    ...(tls === undefined || tls === before.tls ? {} : { tls }),
    ...(auth === undefined ? {} : { auth: auth.auth }),
    ...(userGroupIds === undefined ? {} : { userGroupIds }),
    ...(logs === undefined ? {} : { logs }),
    ...parameterGroupChange(call, group, version ?? current, mode ?? group.clusterMode),
  }
  return {
    ...failover,
    ...(mode === undefined ? {} : { clusterMode: mode }),
    ...(auth?.authStatus === undefined ? {} : { authStatus: auth.authStatus }),
    ...(Object.keys(settings).length > 0 ? { settings } : {}),
  }
}

/** Makes another member the primary; only by hand, so automatic failover and Multi-AZ must be off. */
export const promotion = (input: Input, group: ReplicationGroup): GroupChange => {
  const id = input.PrimaryClusterId?.toLowerCase()
  const shard = group.shards[0]
  if (id === undefined || !shard || id === shard.primary) return {}
  if (group.clusterMode !== 'disabled') {
    throw invalidCombination('PrimaryClusterId can be modified only when cluster mode is disabled.')
  }
  if (!shard.members.includes(id)) throw refusal('CacheClusterNotFound', `CacheCluster not found: ${id}`)
  if (group.automaticFailover || group.multiAZ) {
    throw invalidCombination('Automatic failover and Multi-AZ must be disabled to promote a read replica.')
  }
  return { primary: id }
}
