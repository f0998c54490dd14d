import type { EngineName } from './engine-version.ts'
import type { World } from './world.ts'

export type ServerlessStatus = 'creating' | 'available' | 'modifying' | 'deleting' | 'create-failed'

/** An upper and a lower limit of use; either may be left open. */
export interface UsageRange {
  readonly maximum?: number
  readonly minimum?: number
}

export interface UsageLimits {
  /** Gigabytes of data. */
  readonly storage?: UsageRange
  /** ElastiCache Processing Units in a second. */
  readonly ecpu?: UsageRange
}

/** What can be changed about a serverless cache. */
export interface ServerlessSettings {
  readonly description: string
  readonly engine: EngineName
  /** With the patch, as in the table of engine versions. */
  readonly engineVersion: string
  readonly limits: UsageLimits
  readonly securityGroups: readonly string[]
  readonly snapshotRetentionDays: number
  /** HH:MM, UTC. */
  readonly dailySnapshotTime?: string
}

/** A change on its way. `userGroupId` is null when the user group is being removed. */
export type ServerlessChange = Partial<ServerlessSettings> & { readonly userGroupId?: string | null }

export interface ServerlessCache {
  /** In lower case. */
  readonly name: string
  readonly arn: string
  readonly createdAtMs: number
  status: ServerlessStatus
  settings: ServerlessSettings
  /** The user group in force. */
  userGroupId?: string
  readonly subnets: readonly string[]
  readonly kmsKeyId?: string
  readonly networkType: string
  readonly connectionType: 'vpc' | 'public'
  /** RDB files that it begins with, until it is there. */
  seeds?: readonly string[]
  /** Gigabytes that memcached began with: another limit would cost it its data. */
  readonly firstStorage?: number
  /** Being carried out now. */
  applying?: ServerlessChange
  /** What Describe still says about one that is being deleted. */
  reads?: { readonly as: ServerlessStatus; readonly untilMs: number }
}

/** The settings as they are being made true. */
export const serverlessUnderway = (cache: ServerlessCache): ServerlessSettings => {
  const { userGroupId: _group, ...settings } = cache.applying ?? {}
  return { ...cache.settings, ...settings }
}

/** The user group that its server must know; undefined without one. */
export const userGroupUnderway = ({ applying, userGroupId }: ServerlessCache): string | undefined =>
  applying?.userGroupId === undefined ? userGroupId : (applying.userGroupId ?? undefined)

/** Caches that use a user group, or are to use it. */
export const serverlessTouching = (world: World, userGroupId: string): readonly ServerlessCache[] =>
  [...world.serverlessCaches.values()].filter(
    (cache) => cache.userGroupId === userGroupId || cache.applying?.userGroupId === userGroupId,
  )
