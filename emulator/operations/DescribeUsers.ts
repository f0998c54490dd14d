import type { DescribeUsersMessage, DescribeUsersResult } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { userCalled } from '../rules/user.ts'
import { userShown } from '../shown/user.ts'
import { invalidCombination } from '../wire/refusal.ts'
import { pageOf } from '../world/page.ts'
import type { User } from '../world/user.ts'

type Input = DescribeUsersMessage

/** What a filter looks at, by its name without hyphens: AWS writes UserId, others user-id. */
const PROPERTIES: Readonly<Record<string, (user: User) => string>> = {
  userid: (user) => user.id,
  username: (user) => user.name,
  status: (user) => user.status,
  engine: (user) => user.engine,
}

const filterOf = (filter: NonNullable<Input['Filters']>[number]) => {
  const name = (filter.Name ?? '').toLowerCase().replaceAll('-', '')
  const property = Object.hasOwn(PROPERTIES, name) ? PROPERTIES[name] : undefined
  if (!property) throw invalidCombination(`Invalid filter name: ${filter.Name}`)
  const values = new Set(filter.Values)
  if (values.size === 0) throw invalidCombination(`The filter ${filter.Name} needs values.`)
  return (user: User) => values.has(property(user))
}

export const operation: Operation<Input, DescribeUsersResult> = ({ input, world }) => {
  const engine = input.Engine?.toLowerCase()
  if (engine !== undefined && engine !== 'redis' && engine !== 'valkey') {
    throw invalidCombination(`Invalid Engine: ${input.Engine}`)
  }
  const filters = (input.Filters ?? []).map(filterOf)
  const named = input.UserId ? [userCalled(world, input.UserId)] : [...world.users.values()]
  const users = named.filter(
    (user) => (engine === undefined || user.engine === engine) && filters.every((passes) => passes(user)),
  )
  const { items, ...next } = pageOf(users, (user) => user.id, input)
  return { Users: items.map((user) => userShown(world, user)), ...next }
}
