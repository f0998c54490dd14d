import type { DeleteUserMessage, User as UserShown } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { changeableUser } from '../rules/user.ts'
import { userShown } from '../shown/user.ts'
import { refusal } from '../wire/refusal.ts'
import { schedule } from '../world/transition.ts'
import { DEFAULT_USER } from '../world/user.ts'
import { groupsWithUser } from '../world/user-group.ts'
import { beginUserGroupChange } from '../world/user-lifecycle.ts'

export const operation: Operation<DeleteUserMessage, UserShown> = ({ input, world, nowMs, profile }) => {
  const user = changeableUser(world, input.UserId)
  const groups = groupsWithUser(world, user.id)
  if (user.name === DEFAULT_USER && groups.length > 0) {
    throw refusal(
      'DefaultUserAssociatedToUserGroup',
      `User ${user.id} has the user name default and is associated to user group ${groups[0]?.id}.`,
    )
  }

  user.status = 'deleting'
  // A deleted user leaves its user groups, and with them the caches.
  for (const group of groups) beginUserGroupChange(world, profile, group, { add: [], remove: [user.id] }, nowMs)
  schedule(world, nowMs + profile.userMs, { do: 'removeUser', id: user.id })
  return userShown(world, user)
}
