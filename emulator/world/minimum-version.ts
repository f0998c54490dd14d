import type { User } from './user.ts'
import type { UserGroup } from './user-group.ts'
import type { World } from './world.ts'

/** The engine version that a user asks for: channels came with 6.2, selectors and key permissions and IAM with 7.0. */
export const minimumVersionOf = (user: Pick<User, 'engine' | 'accessString' | 'authentication'>): string => {
  if (user.engine === 'valkey') return '7.2'
  if (user.authentication === 'iam' || /(^| )[%(]/.test(user.accessString)) return '7.0'
  return /(^| )(&|resetchannels)/.test(user.accessString) ? '6.2' : '6.0'
}

/** The engine version that a user group asks for: the highest that one of its users needs. */
export const minimumVersionOfGroup = (world: World, group: Pick<UserGroup, 'engine' | 'userIds'>): string =>
  group.userIds
    .flatMap((id) => world.users.get(id) ?? [])
    .map(minimumVersionOf)
    .reduce((high, each) => (Number(each) > Number(high) ? each : high), group.engine === 'valkey' ? '7.2' : '6.0')
