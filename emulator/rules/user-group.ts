import { invalidCombination, invalidValue, refusal } from '../wire/refusal.ts'
import { atLeast, type EngineName, type EngineVersion } from '../world/engine-version.ts'
import { minimumVersionOfGroup } from '../world/minimum-version.ts'
import type { Quotas } from '../world/quota.ts'
import { type AccessEngine, DEFAULT_USER, type User } from '../world/user.ts'
import type { UserGroup } from '../world/user-group.ts'
import type { World } from '../world/world.ts'
import { userCalled } from './user.ts'

/** The user group of an id, or UserGroupNotFound. */
export const userGroupCalled = (world: World, id: string | undefined): UserGroup => {
  const group = world.userGroups.get(id?.toLowerCase() ?? '')
  if (!group) throw refusal('UserGroupNotFound', `UserGroup ${id} not found.`)
  return group
}

/**
 * The user group of an id, for a cache of this engine: it must be active, and one of Valkey does not fit Redis.
 * @throws UserGroupNotFound, InvalidUserGroupState, InvalidParameterCombination
 */
export const activeUserGroup = (world: World, id: string, engine: EngineName): UserGroup => {
  const group = userGroupCalled(world, id)
  if (group.status !== 'active') {
    throw refusal('InvalidUserGroupState', `User group ${group.id} has status ${group.status}, and is not active.`)
  }
  if (engine === 'memcached') throw invalidCombination('User groups are not supported for memcached.')
  if (engine === 'redis' && group.engine !== 'redis') {
    throw invalidCombination(`The user group ${group.id} of engine valkey cannot be used with engine redis.`)
  }
  return group
}

/** Refuses a user group whose users need a newer engine. Valkey has all that they may need from its first version on. */
export const groupFitsVersion = (world: World, group: UserGroup, version: EngineVersion): void => {
  const minimum = minimumVersionOfGroup(world, group)
  if (version.engine === 'redis' && !atLeast(version.full, minimum)) {
    throw invalidCombination(`The user group ${group.id} needs engine version ${minimum} or later.`)
  }
}

/** The users that a request names. Those that are being deleted are not there any more. */
export const usersNamed = (world: World, ids: readonly string[] | undefined): readonly User[] =>
  (ids ?? []).map((id) => {
    const user = userCalled(world, id)
    if (user.status === 'deleting') throw refusal('UserNotFound', `User ${id} not found.`)
    return user
  })

const engineTakes = (engine: AccessEngine, user: User): void => {
  if (engine === 'redis' && user.engine !== 'redis') {
    throw invalidValue(`The user ${user.id} of engine valkey cannot be in a user group of engine redis.`)
  }
  if (engine === 'valkey' && user.authentication === 'no-password') {
    throw invalidValue(`The user ${user.id} needs a password or IAM to be in a user group of engine valkey.`)
  }
}

/** Refuses users that cannot be together in a user group of this engine. */
export const fitTogether = (engine: AccessEngine, users: readonly User[], quotas: Quotas): void => {
  for (const user of users) engineTakes(engine, user)
  const twice = users.find((user, index) => users.findIndex((other) => other.name === user.name) !== index)
  if (twice) {
    throw refusal('DuplicateUserName', `User group cannot contain two users with the user name ${twice.name}.`)
  }
  if (engine === 'redis' && !users.some((user) => user.name === DEFAULT_USER)) {
    throw refusal('DefaultUserRequired', 'User group needs to contain a user with the user name default.')
  }
  if (users.length > quotas.usersPerUserGroup) {
    throw invalidValue(`The number of users exceeds the limit of ${quotas.usersPerUserGroup} for a user group.`)
  }
}
