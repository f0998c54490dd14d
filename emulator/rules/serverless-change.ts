import type { ModifyServerlessCacheRequest } from '@aws-sdk/client-elasticache'
import { invalidCombination } from '../wire/refusal.ts'
import { entryOf } from '../world/engine-version.ts'
import {
  type ServerlessCache,
  type ServerlessChange,
  type ServerlessSettings,
  serverlessUnderway,
} from '../world/serverless-cache.ts'
import { defaultSnapshotWindow } from '../world/window.ts'
import type { World } from '../world/world.ts'
import { securityGroupsOf } from './network.ts'
import { dailySnapshotTime, notForMemcached, serverlessDescription } from './serverless.ts'
import { serverlessUpgrade } from './serverless-engine.ts'
import { usageLimitsOf } from './serverless-limits.ts'
import { activeUserGroup, groupFitsVersion } from './user-group.ts'
import { retentionDays } from './windows.ts'

type Input = ModifyServerlessCacheRequest

/** What a request may change, each as one field: the engine goes together with its version. */
const FIELDS: readonly (readonly (keyof Input)[])[] = [
  ['Description'],
  ['CacheUsageLimits'],
  ['UserGroupId', 'RemoveUserGroup'],
  ['SecurityGroupIds'],
  ['SnapshotRetentionLimit'],
  ['DailySnapshotTime'],
  ['Engine', 'MajorEngineVersion'],
]

const given = (input: Input, name: keyof Input): boolean => {
  const value = input[name]
  return value !== undefined && !(Array.isArray(value) && value.length === 0)
}

/** AWS counts what is sent, changed or not (terraform-provider-aws issues 35897 and 37499). */
const oneField = (input: Input): void => {
  if (FIELDS.filter((names) => names.some((name) => given(input, name))).length > 1) {
    throw invalidCombination('Serverless Cache modifications only support modifying one field per request.')
  }
}

const userGroupChange = (world: World, input: Input, cache: ServerlessCache): ServerlessChange => {
  if (input.RemoveUserGroup && input.UserGroupId !== undefined) {
    throw invalidCombination('RemoveUserGroup cannot be used together with UserGroupId.')
  }
  if (input.RemoveUserGroup) {
    if (cache.userGroupId === undefined) throw invalidCombination('The serverless cache has no user group.')
    return { userGroupId: null }
  }
  if (input.UserGroupId === undefined) return {}
  const { engine, engineVersion } = cache.settings
  const group = activeUserGroup(world, input.UserGroupId, engine)
  groupFitsVersion(world, group, entryOf(engine, engineVersion))
  return group.id === cache.userGroupId ? {} : { userGroupId: group.id }
}

const engineChange = (input: Input, { settings }: ServerlessCache): ServerlessChange => {
  const version = serverlessUpgrade(settings, input.Engine, input.MajorEngineVersion)
  return version ? { engine: version.engine, engineVersion: version.full } : {}
}

/** With the first limit comes a time, which AWS chooses. */
const backupChange = (input: Input, { name, settings }: ServerlessCache): Partial<ServerlessSettings> => {
  const { SnapshotRetentionLimit: days, DailySnapshotTime: time } = input
  if (days !== undefined) {
    const snapshotRetentionDays = retentionDays(days)
    if (snapshotRetentionDays > 0) notForMemcached(settings.engine, 'SnapshotRetentionLimit')
    const chosen = settings.dailySnapshotTime ?? defaultSnapshotWindow(name).slice(0, 5)
    return { snapshotRetentionDays, ...(snapshotRetentionDays > 0 ? { dailySnapshotTime: chosen } : {}) }
  }
  if (time === undefined) return {}
  const asked = dailySnapshotTime(time)
  notForMemcached(settings.engine, 'DailySnapshotTime')
  return { dailySnapshotTime: asked }
}

const plainChange = (input: Input, { settings }: ServerlessCache): Partial<ServerlessSettings> => ({
  ...(input.Description === undefined ? {} : { description: serverlessDescription(input.Description) }),
  ...(input.CacheUsageLimits === undefined ? {} : { limits: usageLimitsOf(input.CacheUsageLimits, settings.limits) }),
  // Security groups can be exchanged, never left out.
  ...(given(input, 'SecurityGroupIds') ? { securityGroups: securityGroupsOf(input.SecurityGroupIds) } : {}),
})

/** Whether a change would leave everything as it is. */
const changesNothing = (cache: ServerlessCache, change: ServerlessChange): boolean => {
  const after = serverlessUnderway({ ...cache, applying: change })
  const same = (name: keyof ServerlessSettings) => JSON.stringify(cache.settings[name]) === JSON.stringify(after[name])
  return change.userGroupId === undefined && (Object.keys(after) as (keyof ServerlessSettings)[]).every(same)
}

/**
 * What a modification changes.
 * @throws InvalidParameterCombination for more than one field, and for none; what is wrong with the field itself
 */
export const serverlessChangeOf = (world: World, input: Input, cache: ServerlessCache): ServerlessChange => {
  oneField(input)
  const change = {
    ...plainChange(input, cache),
    ...backupChange(input, cache),
    ...engineChange(input, cache),
    ...userGroupChange(world, input, cache),
  }
  if (changesNothing(cache, change)) throw invalidCombination('No modifications were requested')
  return change
}
