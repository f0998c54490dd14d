import { createHash } from 'node:crypto'
import type { EngineUser, NodeWanted } from './port.ts'
import { DENIALS } from './restricted-commands.ts'

/** Users of our own on every redis and valkey server, with passwords that live as long as the emulator. */
export interface OwnUsers {
  readonly adminPassword: string
  readonly replicaPassword: string
}

export const ADMIN = 'larder-admin'
export const REPLICA = 'larder-replica'

/** The rules of the customer's `default` user: with tokens each of them is a password, without any none is asked. */
export function defaultUserRules(authTokens: readonly string[]): string[] {
  const passwords = authTokens.map((token) => `#${sha256(token)}`)
  return ['reset', 'on', ...(passwords.length > 0 ? passwords : ['nopass']), '~*', '&*', '+@all', ...DENIALS]
}

/** The rules of a customer's user. They take the place of all that it had before. */
export function userRules(user: EngineUser): readonly string[] {
  const words = user.accessString.match(/\([^()]*\)|[^\s()]+/g) ?? []
  // What a selector allows is not taken away by what stands outside of it.
  const rules = words.map((word) => (word.startsWith('(') ? `${word.slice(0, -1)} ${DENIALS.join(' ')})` : word))
  const selectors = rules.filter((rule) => rule.startsWith('('))
  const plain = rules.filter((rule) => !rule.startsWith('('))
  const credentials = user.noPassword ? ['nopass'] : user.passwords.map((hash) => `#${hash}`)
  return ['reset', ...credentials, ...plain, ...DENIALS, ...selectors]
}

/**
 * The rules of every user that a customer may log in as, by name. There is always a `default`: it is off when there are
 * users, and none of them has that name.
 */
export function customerRules(
  wanted: Pick<NodeWanted, 'authTokens' | 'users'>,
): ReadonlyMap<string, readonly string[]> {
  const byToken = wanted.users === undefined ? defaultUserRules(wanted.authTokens) : ['reset']
  return new Map([['default', byToken], ...(wanted.users ?? []).map((user) => [user.name, userRules(user)] as const)])
}

/** All `user` lines of a server's configuration file. It holds hashes only, and none of users: those are told live. */
export function userLines({ authTokens, users }: Pick<NodeWanted, 'authTokens' | 'users'>, own: OwnUsers): string[] {
  const customer = users === undefined ? defaultUserRules(authTokens).filter((rule) => rule !== 'reset') : ['off']
  return [
    `user default ${customer.join(' ')}`,
    `user ${ADMIN} on #${sha256(own.adminPassword)} ~* &* +@all`,
    `user ${REPLICA} on #${sha256(own.replicaPassword)} +psync +replconf +ping ~* +select +restore +restore-asking`,
  ]
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
