import type { CreateCacheClusterMessage } from '@aws-sdk/client-elasticache'
import type { Call } from '../operations.ts'
import { invalidCombination, invalidValue, refusal } from '../wire/refusal.ts'
import type { EngineVersion } from '../world/engine-version.ts'
import { isDataTiered } from '../world/node-type.ts'
import type { Settings } from '../world/settings.ts'
import { defaultMaintenanceWindow } from '../world/window.ts'
import type { World } from '../world/world.ts'
import { newAuth } from './auth.ts'
import { memcachedNodeHasTls, newTls } from './encryption.ts'
import { nodeTypeOf, parameterGroupOf, refuseClusterMode } from './engine.ts'
import { networkNeeds } from './engine-needs.ts'
import { backupsFitNode } from './first-nodes.ts'
import { logsAfter } from './log-delivery.ts'
import {
  networkOf,
  portOf,
  refuseCacheSecurityGroups,
  securityGroupsOf,
  spreadZone,
  subnetGroupOf,
  topicOf,
  zone,
} from './network.ts'
import { maintenanceWindow, retentionDays, windowsOf } from './windows.ts'

type Input = CreateCacheClusterMessage

/** What memcached does not have. */
const MEMCACHED_LACKS = [
  'SnapshotRetentionLimit',
  'SnapshotWindow',
  'SnapshotName',
  'SnapshotArns',
  'AuthToken',
] as const

const memcachedFits = (input: Input, nodeType: string): void => {
  const lacking = MEMCACHED_LACKS.find((member) => input[member] !== undefined)
  if (lacking) throw invalidCombination(`${lacking} is not supported for engine memcached.`)
  if ((input.LogDeliveryConfigurations ?? []).length > 0) {
    throw invalidCombination('LogDeliveryConfigurations is not supported for engine memcached.')
  }
  if (input.TransitEncryptionEnabled) memcachedNodeHasTls(nodeType)
}

const redisFits = (input: Input, nodeType: string): void => {
  if (input.AZMode !== undefined || (input.PreferredAvailabilityZones ?? []).length > 0) {
    throw invalidCombination('AZMode and PreferredAvailabilityZones are supported only for engine memcached.')
  }
  if (input.TransitEncryptionEnabled || input.AuthToken !== undefined) {
    throw invalidCombination('Encryption-in-transit is supported only for replication groups and for engine memcached.')
  }
  if (isDataTiered(nodeType)) throw invalidCombination('Data tiering is supported only for replication groups.')
  backupsFitNode(nodeType, input.SnapshotRetentionLimit)
}

const windows = (id: string, input: Input, version: EngineVersion) => {
  if (version.engine !== 'memcached') {
    const both = windowsOf(id, input.PreferredMaintenanceWindow, input.SnapshotWindow)
    return { ...both, snapshotRetentionDays: retentionDays(input.SnapshotRetentionLimit ?? 0) }
  }
  const asked = input.PreferredMaintenanceWindow
  return {
    maintenanceWindow: asked === undefined ? defaultMaintenanceWindow(id) : maintenanceWindow(asked),
    snapshotRetentionDays: 0,
  }
}

/** The settings of a cluster without a group. */
export const newClusterSettings = (call: Call<Input>, id: string, version: EngineVersion): Settings => {
  const { input, world, nowMs } = call
  const memcached = version.engine === 'memcached'
  const nodeType = nodeTypeOf(version, input.CacheNodeType)
  if (memcached) memcachedFits(input, nodeType)
  else redisFits(input, nodeType)
  if (
    input.OutpostMode !== undefined ||
    input.PreferredOutpostArn !== undefined ||
    input.PreferredOutpostArns !== undefined
  ) {
    throw invalidValue('Outposts are not available in this account.')
  }
  refuseCacheSecurityGroups(input.CacheSecurityGroupNames)
  const parameterGroup = parameterGroupOf(world, version, input.CacheParameterGroupName, false)
  refuseClusterMode(parameterGroup)
  networkNeeds(input.NetworkType, version)
  const tls = newTls({ TransitEncryptionEnabled: input.TransitEncryptionEnabled }, version)
  return {
    engine: version.engine,
    engineVersion: version.full,
    nodeType,
    parameterGroup: parameterGroup.name,
    subnetGroup: subnetGroupOf(world, input.CacheSubnetGroupName),
    securityGroupIds: securityGroupsOf(input.SecurityGroupIds),
    port: portOf(input.Port, memcached ? 11211 : 6379),
    ...windows(id, input, version),
    autoMinorVersionUpgrade: input.AutoMinorVersionUpgrade ?? true,
    ...(input.NotificationTopicArn === undefined ? {} : { topic: topicOf(input.NotificationTopicArn) }),
    tls,
    atRest: false,
    auth: newAuth(input.AuthToken, tls, version.full, nowMs),
    ...networkOf(input),
    logs: logsAfter([], input.LogDeliveryConfigurations),
  }
}

/** How many nodes a new cluster has: redis one, memcached as many as the quota allows. */
export const nodeCountOf = (call: Call<Input>, version: EngineVersion): number => {
  const count = call.input.NumCacheNodes
  if (version.engine !== 'memcached') {
    if (count !== undefined && count !== 1) {
      throw invalidValue('The parameter NumCacheNodes must be 1 if cache engine is redis.')
    }
    return 1
  }
  if (count === undefined) throw invalidValue('The parameter NumCacheNodes must be provided.')
  return withinNodeLimit(call, count)
}

export const withinNodeLimit = (call: Pick<Call<unknown>, 'quotas'>, count: number): number => {
  const limit = call.quotas.nodesPerMemcachedCluster
  if (!Number.isInteger(count) || count < 1) throw invalidValue(`NumCacheNodes must be between 1 and ${limit}.`)
  if (count > limit) {
    throw refusal('NodeQuotaForClusterExceeded', `The number of nodes exceeds the limit of ${limit} for a cluster.`)
  }
  return count
}

/** The zones of a memcached cluster's first nodes: all in one, or spread. */
const memcachedZones = (world: World, input: Input, count: number): readonly string[] => {
  const mode = input.AZMode ?? 'single-az'
  const preferred = input.PreferredAvailabilityZones ?? []
  if (mode !== 'single-az' && mode !== 'cross-az') throw invalidValue(`Invalid AZMode: ${mode}.`)
  if (mode === 'cross-az' && count < 2) throw invalidCombination('AZMode cross-az requires at least two cache nodes.')
  if (preferred.length > 0 && preferred.length !== count) {
    throw invalidCombination('The number of PreferredAvailabilityZones must match NumCacheNodes.')
  }
  if (preferred.length > 0 && input.PreferredAvailabilityZone !== undefined) {
    throw invalidCombination('PreferredAvailabilityZone and PreferredAvailabilityZones cannot be used together.')
  }
  if (mode === 'single-az' && new Set(preferred).size > 1) {
    throw invalidCombination('Nodes in several availability zones require AZMode cross-az.')
  }
  if (preferred.length > 0) return preferred.map((name) => zone(world, name))
  const first = zone(world, input.PreferredAvailabilityZone ?? spreadZone(world, 0))
  return Array.from({ length: count }, (_, index) => (mode === 'cross-az' ? spreadZone(world, index) : first))
}

export const zonesOfNew = (world: World, input: Input, engine: string, count: number): readonly string[] =>
  engine === 'memcached'
    ? memcachedZones(world, input, count)
    : [zone(world, input.PreferredAvailabilityZone ?? spreadZone(world, 0))]
