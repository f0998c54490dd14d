import type { CreateServerlessCacheRequest, CreateServerlessCacheResponse } from '@aws-sdk/client-elasticache'
import type { Call, Operation } from '../operations.ts'
import { networkNeeds } from '../rules/engine-needs.ts'
import { kmsKeyOf } from '../rules/kms-key.ts'
import { networkOf } from '../rules/network.ts'
import {
  dailySnapshotTime,
  newServerlessName,
  notForMemcached,
  serverlessDescription,
  serverlessSecurityGroups,
  serverlessSubnets,
} from '../rules/serverless.ts'
import { newServerlessVersion } from '../rules/serverless-engine.ts'
import { usageLimitsOf } from '../rules/serverless-limits.ts'
import { serverlessSeeds } from '../rules/serverless-restore.ts'
import { tagsOf, withinTagQuota } from '../rules/tag.ts'
import { activeUserGroup, groupFitsVersion } from '../rules/user-group.ts'
import { retentionDays } from '../rules/windows.ts'
import { serverlessShown } from '../shown/serverless.ts'
import { invalidCombination, invalidValue } from '../wire/refusal.ts'
import { arnOf } from '../world/arn.ts'
import { atLeast, type EngineVersion } from '../world/engine-version.ts'
import type { ServerlessCache, ServerlessSettings } from '../world/serverless-cache.ts'
import { schedule } from '../world/transition.ts'
import { defaultSnapshotWindow } from '../world/window.ts'

/** `ConnectionType` is newer than the SDK. */
type Input = CreateServerlessCacheRequest & { readonly ConnectionType?: string | undefined }

const connectionOf = (asked: string | undefined, version: EngineVersion): 'vpc' | 'public' => {
  const type = asked ?? 'vpc'
  if (type !== 'vpc' && type !== 'public') {
    throw invalidValue(`Invalid ConnectionType: ${type}. Valid values are: vpc, public.`)
  }
  if (type === 'public' && !(version.engine === 'valkey' && atLeast(version.full, '9.0'))) {
    throw invalidCombination('ConnectionType public requires valkey 9 or later.')
  }
  return type
}

/** When snapshots are taken, and how long they are kept. With a limit and no time, AWS chooses one. */
const backupsOf = (input: Input, name: string, { engine }: EngineVersion) => {
  const snapshotRetentionDays = retentionDays(input.SnapshotRetentionLimit ?? 0)
  const asked = input.DailySnapshotTime === undefined ? undefined : dailySnapshotTime(input.DailySnapshotTime)
  if (snapshotRetentionDays > 0) notForMemcached(engine, 'SnapshotRetentionLimit')
  if (asked !== undefined) notForMemcached(engine, 'DailySnapshotTime')
  const time = asked ?? (snapshotRetentionDays > 0 ? defaultSnapshotWindow(name).slice(0, 5) : undefined)
  return { snapshotRetentionDays, ...(time === undefined ? {} : { dailySnapshotTime: time }) }
}

const settingsOf = (call: Call<Input>, name: string, version: EngineVersion): ServerlessSettings => {
  const { input, world } = call
  return {
    description: serverlessDescription(input.Description),
    engine: version.engine,
    engineVersion: version.full,
    limits: usageLimitsOf(input.CacheUsageLimits),
    securityGroups: serverlessSecurityGroups(world, input.SecurityGroupIds),
    ...backupsOf(input, name, version),
  }
}

const userGroupOf = ({ input, world }: Call<Input>, version: EngineVersion): { readonly userGroupId?: string } => {
  if (input.UserGroupId === undefined) return {}
  const group = activeUserGroup(world, input.UserGroupId, version.engine)
  groupFitsVersion(world, group, version)
  return { userGroupId: group.id }
}

const cacheOf = (call: Call<Input>): ServerlessCache => {
  const { input, world, nowMs } = call
  const name = newServerlessName(call, input.ServerlessCacheName)
  const version = newServerlessVersion(input.Engine, input.MajorEngineVersion)
  const settings = settingsOf(call, name, version)
  const { networkType } = networkOf({ NetworkType: input.NetworkType })
  networkNeeds(networkType, version)
  if ((input.SnapshotArnsToRestore ?? []).length > 0) notForMemcached(version.engine, 'SnapshotArnsToRestore')
  const firstStorage = settings.limits.storage?.maximum
  return {
    name,
    arn: arnOf(world, 'serverlesscache', name),
    createdAtMs: nowMs,
    status: 'creating',
    settings,
    ...userGroupOf(call, version),
    subnets: serverlessSubnets(world, input.SubnetIds),
    ...kmsKeyOf(world, input.KmsKeyId),
    networkType,
    connectionType: connectionOf(input.ConnectionType, version),
    ...(firstStorage === undefined ? {} : { firstStorage }),
    ...serverlessSeeds(call, input.SnapshotArnsToRestore, version),
  }
}

export const operation: Operation<Input, CreateServerlessCacheResponse> = (call) => {
  const { input, world, nowMs, profile, quotas } = call
  const cache = cacheOf(call)
  const tags = withinTagQuota(tagsOf(input.Tags), quotas)

  world.serverlessCaches.set(cache.name, cache)
  if (tags.size > 0) world.tags.set(cache.arn, tags)
  schedule(world, nowMs + profile.createMs, { do: 'settleServerless', id: cache.name })
  return { ServerlessCache: serverlessShown(call, cache) }
}
