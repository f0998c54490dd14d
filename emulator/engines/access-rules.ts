import { createHash } from 'node:crypto'

/** Users of our own on every redis and valkey server, with passwords that live as long as the emulator. */
export interface OwnUsers {
  readonly adminPassword: string
  readonly replicaPassword: string
}

export const ADMIN = 'larder-admin'
export const REPLICA = 'larder-replica'

/**
 * Commands that ElastiCache refuses to customers (its user guide, "Restricted commands"). The service renames them away;
 * here the ACL denies them, so that the answer is NOPERM and not "unknown command".
 * Beyond its list: failover, module and the server's own restart, which no managed cache lets through either.
 */
const RESTRICTED = [
  ...['acl|deluser', 'acl|load', 'acl|save', 'acl|setuser', 'bgrewriteaof', 'bgsave', 'config', 'debug', 'failover'],
  ...['migrate', 'module', 'psync', 'replicaof', 'replconf', 'save', 'shutdown', 'slaveof', 'sync'],
  ...['addslots', 'addslotsrange', 'bumpepoch', 'delslots', 'delslotsrange', 'failover', 'flushslots', 'forget'].map(
    (command) => `cluster|${command}`,
  ),
  ...['meet', 'replicate', 'reset', 'saveconfig', 'set-config-epoch', 'setslot'].map((command) => `cluster|${command}`),
]

/** The rules of the customer's `default` user: with tokens each of them is a password, without any none is asked. */
export function defaultUserRules(authTokens: readonly string[]): string[] {
  const passwords = authTokens.map((token) => `#${sha256(token)}`)
  return [
    'reset',
    'on',
    ...(passwords.length > 0 ? passwords : ['nopass']),
    '~*',
    '&*',
    '+@all',
    ...RESTRICTED.map((command) => `-${command}`),
  ]
}

/** All `user` lines of a server's configuration file. It holds hashes only. */
export function userLines(authTokens: readonly string[], own: OwnUsers): string[] {
  const customer = defaultUserRules(authTokens).filter((rule) => rule !== 'reset')
  return [
    `user default ${customer.join(' ')}`,
    `user ${ADMIN} on #${sha256(own.adminPassword)} ~* &* +@all`,
    `user ${REPLICA} on #${sha256(own.replicaPassword)} +psync +replconf +ping`,
  ]
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
