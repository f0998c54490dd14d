import type { EngineUser } from '../engines/port.ts'
import type { ReplicationGroup } from './replication-group.ts'
import { serverlessTouching } from './serverless-cache.ts'
import type { AccessEngine, User } from './user.ts'
import type { World } from './world.ts'

/** What a modification of a user group changes once it is done. */
export interface UserGroupChange {
  readonly add: readonly string[]
  readonly remove: readonly string[]
  readonly engine?: AccessEngine
}

export interface UserGroup {
  readonly id: string
  readonly arn: string
  engine: AccessEngine
  status: 'creating' | 'active' | 'modifying' | 'deleting'
  /** Ids of the users that are in force. */
  userIds: readonly string[]
  /** Being carried out now. */
  applying?: UserGroupChange
}

/** The users of a group as a change leaves them. */
export const userIdsAfter = (group: UserGroup, change: UserGroupChange | undefined): readonly string[] => {
  const remove = new Set(change?.remove)
  return [...group.userIds, ...(change?.add ?? [])].filter((id) => !remove.has(id))
}

/** Users of a group, as they are being made true. */
export const usersUnderway = (world: World, group: UserGroup): readonly User[] =>
  userIdsAfter(group, group.applying).flatMap((id) => world.users.get(id) ?? [])

/** Ids of the user groups that a user is in. */
export const groupsWithUser = (world: World, userId: string): readonly UserGroup[] =>
  [...world.userGroups.values()].filter((group) => userIdsAfter(group, group.applying).includes(userId))

const names = (ids: readonly string[] | undefined, id: string) => ids?.includes(id) ?? false

/** Replication groups that use a user group now. */
export const replicationGroupsWith = (world: World, id: string): readonly ReplicationGroup[] =>
  [...world.groups.values()].filter((group) => names(group.settings.userGroupIds, id))

/** Replication groups that use a user group, or are to use it. */
export const replicationGroupsTouching = (world: World, id: string): readonly ReplicationGroup[] =>
  [...world.groups.values()].filter((group) =>
    [group.settings, group.applying?.settings, group.deferred?.settings].some((settings) =>
      names(settings?.userGroupIds, id),
    ),
  )

/** Names of the serverless caches that use a user group, or are to use it. */
export const serverlessCachesWith = (world: World, id: string): readonly string[] =>
  serverlessTouching(world, id).map(({ name }) => name)

/** The users that a server must know; undefined where no user group is in use and the tokens decide. */
export const engineUsersOf = (
  world: World,
  userGroupIds: readonly string[] | undefined,
): readonly EngineUser[] | undefined => {
  if (userGroupIds === undefined || userGroupIds.length === 0) return undefined
  return userGroupIds
    .flatMap((id) => world.userGroups.get(id) ?? [])
    .flatMap((group) => usersUnderway(world, group))
    .filter((user) => user.status !== 'deleting')
    .map((user) => ({
      name: user.name,
      accessString: user.accessString,
      passwords: user.passwords,
      noPassword: user.authentication === 'no-password',
    }))
}
