import type { ModifyCacheClusterMessage } from '@aws-sdk/client-elasticache'
import type { Call } from '../operations.ts'
import { invalidCombination, invalidValue } from '../wire/refusal.ts'
import type { CacheCluster, ClusterChange } from '../world/cache-cluster.ts'
import { atLeast, entryOf } from '../world/engine-version.ts'
import type { Settings } from '../world/settings.ts'
import { authChange } from './auth.ts'
import { memcachedNodeHasTls } from './encryption.ts'
import { parameterGroupCalled, parameterGroupOf, refuseClusterMode } from './engine.ts'
import { logsAfter } from './log-delivery.ts'
import { withinNodeLimit } from './new-cluster.ts'
import { keepsFixedValues } from './parameter-group.ts'
import { plainChange } from './plain-change.ts'
import { nodeTypeMove, notBothUpgrades, versionMove } from './upgrade.ts'

type Input = ModifyCacheClusterMessage

const MEMCACHED_LACKS = ['SnapshotRetentionLimit', 'SnapshotWindow', 'AuthToken', 'AuthTokenUpdateStrategy'] as const

const fitsEngine = (input: Input, engine: string): void => {
  if (engine === 'memcached') {
    const lacking = MEMCACHED_LACKS.find((member) => input[member] !== undefined)
    if (lacking) throw invalidCombination(`${lacking} is not supported for engine memcached.`)
    if ((input.LogDeliveryConfigurations ?? []).length > 0) {
      throw invalidCombination('LogDeliveryConfigurations is not supported for engine memcached.')
    }
    return
  }
  if (input.Engine !== undefined && input.Engine.toLowerCase() !== engine) {
    throw invalidCombination('The engine can be changed only for replication groups; put the cluster into one first.')
  }
  if (input.NumCacheNodes !== undefined && input.NumCacheNodes !== 1) {
    throw invalidValue('The parameter NumCacheNodes must be 1 if cache engine is redis.')
  }
  if (input.ScaleConfig !== undefined || input.AZMode !== undefined || (input.NewAvailabilityZones ?? []).length > 0) {
    throw invalidCombination('ScaleConfig, AZMode and NewAvailabilityZones are supported only for engine memcached.')
  }
}

const scaleOf = (input: Input, settings: Settings): ClusterChange['scale'] => {
  const { ScaleConfig: config, CacheNodeType: nodeType } = input
  if (config === undefined) return undefined
  if (nodeType === undefined) throw invalidCombination('ScaleConfig needs CacheNodeType.')
  if (!atLeast(settings.engineVersion, '1.5')) throw invalidCombination('ScaleConfig requires memcached 1.5 or later.')
  const scale = { percentage: config.ScalePercentage ?? 20, intervalMinutes: config.ScaleIntervalMinutes ?? 5 }
  if (scale.percentage < 10 || scale.percentage > 100) throw invalidValue('ScalePercentage must be between 10 and 100.')
  if (scale.intervalMinutes < 2 || scale.intervalMinutes > 30) {
    throw invalidValue('ScaleIntervalMinutes must be between 2 and 30.')
  }
  return scale
}

const heavySettings = (call: Call<Input>, cluster: CacheCluster): Partial<Settings> => {
  const { input, world } = call
  const { settings } = cluster
  const nodeType = nodeTypeMove(settings, input.CacheNodeType)
  if (settings.engine === 'memcached' && nodeType !== undefined && !atLeast(settings.engineVersion, '1.5')) {
    throw invalidCombination('CacheNodeType can be modified only for memcached 1.5 or later.')
  }
  if (settings.engine === 'memcached' && settings.tls !== 'disabled' && nodeType !== undefined) {
    memcachedNodeHasTls(nodeType)
  }
  const version = versionMove(settings, input.Engine, input.EngineVersion)
  notBothUpgrades({ nodeType, engineVersion: version?.full }, cluster.deferred?.settings)
  const entry = version ?? entryOf(settings.engine, settings.engineVersion)
  const changesFamily =
    version !== undefined && version.family !== entryOf(settings.engine, settings.engineVersion).family
  const named = input.CacheParameterGroupName
  const keeps = named === undefined && (!changesFamily || !settings.parameterGroup.startsWith('default.'))
  const group = parameterGroupOf(world, entry, keeps ? settings.parameterGroup : named, false)
  refuseClusterMode(group)
  keepsFixedValues(parameterGroupCalled(world, settings.parameterGroup), group)
  const logs =
    input.LogDeliveryConfigurations === undefined
      ? undefined
      : logsAfter(settings.logs, input.LogDeliveryConfigurations)
  return {
    ...(nodeType === undefined ? {} : { nodeType }),
    ...(version === undefined ? {} : { engine: version.engine, engineVersion: version.full }),
    ...(group.name === settings.parameterGroup ? {} : { parameterGroup: group.name }),
    ...(logs === undefined ? {} : { logs }),
  }
}

export interface ClusterModification {
  /** Takes effect at once, whatever ApplyImmediately says. */
  readonly plain: Partial<Settings>
  /** Waits for the window unless ApplyImmediately is true. */
  readonly change: ClusterChange
}

/** What a ModifyCacheCluster asks of a cluster without a group, apart from the number of nodes. */
export const clusterModification = (call: Call<Input>, cluster: CacheCluster): ClusterModification => {
  const { input, nowMs } = call
  fitsEngine(input, cluster.settings.engine)
  if (input.NumCacheNodes !== undefined) withinNodeLimit(call, input.NumCacheNodes)
  const plain = plainChange(input, cluster.settings)
  const auth = authChange(input, cluster.settings, nowMs)
  const scale = scaleOf(input, cluster.settings)
  const settings = { ...heavySettings(call, cluster), ...(auth ? { auth: auth.auth } : {}) }
  return {
    plain,
    change: {
      ...(Object.keys(settings).length > 0 ? { settings } : {}),
      ...(scale === undefined ? {} : { scale }),
      ...(auth ? { authStatus: auth.authStatus } : {}),
    },
  }
}
