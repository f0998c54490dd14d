import type { CreateUserMessage, User as UserShown } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { normalisedAccess } from '../rules/access-string.ts'
import { identifier } from '../rules/identifier.ts'
import { tagsOf, withinTagQuota } from '../rules/tag.ts'
import { accessEngine, newAuthentication, userName } from '../rules/user.ts'
import { userShown } from '../shown/user.ts'
import { refusal } from '../wire/refusal.ts'
import { arnOf } from '../world/arn.ts'
import { schedule } from '../world/transition.ts'
import type { User } from '../world/user.ts'

export const operation: Operation<CreateUserMessage, UserShown> = ({ input, world, nowMs, profile, quotas }) => {
  const id = identifier('UserId', input.UserId, 40)
  const name = userName(input.UserName)
  const engine = accessEngine(input.Engine)
  const accessString = normalisedAccess(input.AccessString ?? '')
  const authentication = newAuthentication(input, { id, name })
  const tags = withinTagQuota(tagsOf(input.Tags), quotas)
  if (world.users.has(id)) throw refusal('UserAlreadyExists', `User ${id} already exists.`)
  // The default user does not count.
  if (world.users.size - 1 >= quotas.users) {
    throw refusal('UserQuotaExceeded', `The number of users exceeds the limit of ${quotas.users}.`)
  }

  const arn = arnOf(world, 'user', id)
  const user: User = { id, arn, name, engine, status: 'creating', accessString, ...authentication }
  world.users.set(id, user)
  if (tags.size > 0) world.tags.set(arn, tags)
  schedule(world, nowMs + profile.userMs, { do: 'settleUser', id })
  return userShown(world, user)
}
