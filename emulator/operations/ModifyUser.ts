import type { ModifyUserMessage, User as UserShown } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { normalisedAccess } from '../rules/access-string.ts'
import { accessEngine, authenticationOf, changeableUser } from '../rules/user.ts'
import { fitTogether } from '../rules/user-group.ts'
import { userShown } from '../shown/user.ts'
import { invalidCombination } from '../wire/refusal.ts'
import { schedule } from '../world/transition.ts'
import type { AccessEngine, User } from '../world/user.ts'
import { groupsWithUser, usersUnderway } from '../world/user-group.ts'

type Input = ModifyUserMessage

const engineAfter = (input: Input, user: User): AccessEngine => {
  const engine = input.Engine === undefined ? user.engine : accessEngine(input.Engine)
  if (user.engine === 'valkey' && engine === 'redis') {
    throw invalidCombination('The engine of a user cannot be modified from valkey to redis.')
  }
  return engine
}

const accessAfter = (input: Input, user: User): string => {
  const { AccessString: access, AppendAccessString: append } = input
  if (access !== undefined && append !== undefined) {
    throw invalidCombination('AccessString and AppendAccessString cannot be used together.')
  }
  if (access !== undefined) return normalisedAccess(access)
  return append === undefined ? user.accessString : normalisedAccess(`${user.accessString} ${append}`)
}

const MEMBERS = [
  'AccessString',
  'AppendAccessString',
  'Passwords',
  'NoPasswordRequired',
  'AuthenticationMode',
  'Engine',
]

export const operation: Operation<Input, UserShown> = ({ input, world, nowMs, profile, quotas }) => {
  const user = changeableUser(world, input.UserId)
  if (!Object.keys(input).some((member) => MEMBERS.includes(member))) {
    throw invalidCombination('No modifications were requested')
  }
  const engine = engineAfter(input, user)
  const accessString = accessAfter(input, user)
  const authentication = authenticationOf(input, user) ?? {}
  const next: User = { ...user, engine, accessString, ...authentication }
  for (const group of groupsWithUser(world, user.id)) {
    const others = usersUnderway(world, group).filter((other) => other.id !== user.id)
    fitTogether(group.applying?.engine ?? group.engine, [...others, next], quotas)
  }

  Object.assign(user, { engine, accessString, ...authentication, status: 'modifying' })
  schedule(world, nowMs + profile.userMs, { do: 'settleUser', id: user.id })
  return userShown(world, user)
}
