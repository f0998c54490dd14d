import type { UserGroup as UserGroupShown, User as UserShown } from '@aws-sdk/client-elasticache'
import { minimumVersionOf, minimumVersionOfGroup } from '../world/minimum-version.ts'
import type { User } from '../world/user.ts'
import { replicationGroupsWith, serverlessCachesWith, type UserGroup } from '../world/user-group.ts'
import type { World } from '../world/world.ts'

/** A user as AWS shows it: how many passwords, never which. */
export const userShown = (world: World, user: User): UserShown => ({
  UserId: user.id,
  UserName: user.name,
  Status: user.status,
  Engine: user.engine,
  MinimumEngineVersion: minimumVersionOf(user),
  AccessString: user.accessString,
  UserGroupIds: [...world.userGroups.values()]
    .filter((group) => group.userIds.includes(user.id))
    .map((group) => group.id)
    .toSorted(),
  Authentication: {
    Type: user.authentication,
    ...(user.authentication === 'password' ? { PasswordCount: user.passwords.length } : {}),
  },
  ARN: user.arn,
})

const pendingShown = ({ applying }: UserGroup) =>
  applying && applying.add.length + applying.remove.length > 0
    ? {
        PendingChanges: {
          ...(applying.remove.length > 0 ? { UserIdsToRemove: [...applying.remove] } : {}),
          ...(applying.add.length > 0 ? { UserIdsToAdd: [...applying.add] } : {}),
        },
      }
    : {}

/** A user group as AWS shows it. */
export const userGroupShown = (world: World, group: UserGroup): UserGroupShown => ({
  UserGroupId: group.id,
  Status: group.status,
  Engine: group.engine,
  UserIds: [...group.userIds],
  MinimumEngineVersion: minimumVersionOfGroup(world, group),
  ...pendingShown(group),
  ReplicationGroups: replicationGroupsWith(world, group.id)
    .map(({ id }) => id)
    .toSorted(),
  ServerlessCaches: [...serverlessCachesWith(world, group.id)].toSorted(),
  ARN: group.arn,
})
