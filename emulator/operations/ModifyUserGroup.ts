import type { ModifyUserGroupMessage, UserGroup as UserGroupShown } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { accessEngine } from '../rules/user.ts'
import { fitTogether, userGroupCalled, usersNamed } from '../rules/user-group.ts'
import { userGroupShown } from '../shown/user.ts'
import { invalidCombination, invalidValue, refusal } from '../wire/refusal.ts'
import { serverlessTouching } from '../world/serverless-cache.ts'
import type { AccessEngine } from '../world/user.ts'
import { replicationGroupsTouching, type UserGroup, userIdsAfter } from '../world/user-group.ts'
import { beginUserGroupChange } from '../world/user-lifecycle.ts'
import type { World } from '../world/world.ts'

type Input = ModifyUserGroupMessage

const engineAfter = (world: World, input: Input, group: UserGroup): AccessEngine => {
  const engine = input.Engine === undefined ? group.engine : accessEngine(input.Engine)
  if (engine === group.engine) return engine
  if (engine === 'redis') {
    throw invalidCombination('The engine of a user group cannot be modified from valkey to redis.')
  }
  const caches = serverlessTouching(world, group.id).map(({ name, settings }) => ({ id: name, settings }))
  const users = [...replicationGroupsTouching(world, group.id), ...caches]
  const redis = users.find(({ settings }) => settings.engine === 'redis')
  if (redis) throw invalidCombination(`The user group ${group.id} is in use by ${redis.id}, whose engine is redis.`)
  return engine
}

const changeOf = (world: World, input: Input, group: UserGroup) => {
  const add = usersNamed(world, input.UserIdsToAdd).map((user) => user.id)
  const remove = (input.UserIdsToRemove ?? []).map((id) => id.toLowerCase())
  const present = add.find((id) => group.userIds.includes(id))
  if (present !== undefined) throw invalidValue(`User ${present} is in user group ${group.id} already.`)
  const absent = remove.find((id) => !group.userIds.includes(id))
  if (absent !== undefined) throw refusal('UserNotFound', `User ${absent} is not in user group ${group.id}.`)
  return { add, remove }
}

export const operation: Operation<Input, UserGroupShown> = ({ input, world, nowMs, profile, quotas }) => {
  const group = userGroupCalled(world, input.UserGroupId)
  if (group.status !== 'active') {
    throw refusal(
      'InvalidUserGroupState',
      `User group ${group.id} has status ${group.status}. Only active user groups can be modified.`,
    )
  }
  const engine = engineAfter(world, input, group)
  const change = changeOf(world, input, group)
  if (change.add.length + change.remove.length === 0 && engine === group.engine) {
    throw invalidCombination('No modifications were requested')
  }
  const users = userIdsAfter(group, change).flatMap((id) => world.users.get(id) ?? [])
  fitTogether(engine, users, quotas)

  const wanted = engine === group.engine ? change : { ...change, engine }
  beginUserGroupChange(world, profile, group, wanted, nowMs)
  return userGroupShown(world, group)
}
