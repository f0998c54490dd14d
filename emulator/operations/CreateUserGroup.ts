import type { CreateUserGroupMessage, UserGroup as UserGroupShown } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { identifier } from '../rules/identifier.ts'
import { tagsOf, withinTagQuota } from '../rules/tag.ts'
import { accessEngine } from '../rules/user.ts'
import { fitTogether, usersNamed } from '../rules/user-group.ts'
import { userGroupShown } from '../shown/user.ts'
import { refusal } from '../wire/refusal.ts'
import { arnOf } from '../world/arn.ts'
import { schedule } from '../world/transition.ts'
import type { UserGroup } from '../world/user-group.ts'

export const operation: Operation<CreateUserGroupMessage, UserGroupShown> = (call) => {
  const { input, world, nowMs, profile, quotas } = call
  const id = identifier('UserGroupId', input.UserGroupId, 40)
  const engine = accessEngine(input.Engine)
  const tags = withinTagQuota(tagsOf(input.Tags), quotas)
  if (world.userGroups.has(id)) throw refusal('UserGroupAlreadyExists', `User Group ${id} already exists.`)
  const users = usersNamed(world, input.UserIds)
  fitTogether(engine, users, quotas)
  if (world.userGroups.size >= quotas.userGroups) {
    throw refusal('UserGroupQuotaExceeded', `The number of user groups exceeds the limit of ${quotas.userGroups}.`)
  }

  const arn = arnOf(world, 'usergroup', id)
  const group: UserGroup = { id, arn, engine, status: 'creating', userIds: users.map((user) => user.id) }
  world.userGroups.set(id, group)
  if (tags.size > 0) world.tags.set(arn, tags)
  schedule(world, nowMs + profile.userMs, { do: 'settleUserGroup', id })
  return userGroupShown(world, group)
}
