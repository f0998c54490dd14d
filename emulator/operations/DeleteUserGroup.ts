import type { DeleteUserGroupMessage, UserGroup as UserGroupShown } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { userGroupCalled } from '../rules/user-group.ts'
import { userGroupShown } from '../shown/user.ts'
import { refusal } from '../wire/refusal.ts'
import { schedule } from '../world/transition.ts'
import { replicationGroupsTouching, serverlessCachesWith } from '../world/user-group.ts'

export const operation: Operation<DeleteUserGroupMessage, UserGroupShown> = ({ input, world, nowMs, profile }) => {
  const group = userGroupCalled(world, input.UserGroupId)
  if (group.status !== 'active') {
    throw refusal(
      'InvalidUserGroupState',
      `User group ${group.id} has status ${group.status}. Only active user groups can be deleted.`,
    )
  }
  const users = [
    ...replicationGroupsTouching(world, group.id).map(({ id }) => id),
    ...serverlessCachesWith(world, group.id),
  ]
  if (users.length > 0) {
    throw refusal('InvalidUserGroupState', `User group ${group.id} is in use by ${users.join(', ')}.`)
  }

  group.status = 'deleting'
  schedule(world, nowMs + profile.userMs, { do: 'removeUserGroup', id: group.id })
  return userGroupShown(world, group)
}
