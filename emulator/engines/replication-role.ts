import type { Address } from './port.ts'
import type { RedisServer } from './server.ts'

/** What a server says of its part in replication. */
export interface Role {
  readonly is: 'master' | 'slave'
  /** Whom it follows. */
  readonly of: Address | undefined
  /** A replica whose link is up and that has its first copy. */
  readonly linked: boolean
  /** Replicas that it streams writes to: those that have acknowledged their first copy. */
  readonly feeds: readonly Address[]
}

/** Asks a server for its role. */
export async function roleOf(server: RedisServer): Promise<Role> {
  return readRole(String(await (await server.admin()).call('INFO', 'replication')))
}

/** Reads the answer to INFO replication. */
export function readRole(info: string): Role {
  const field = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim()
  const host = field('master_host')
  const online = info.matchAll(/^slave\d+:ip=([^,]+),port=(\d+),state=online,/gm)
  return {
    is: field('role') === 'slave' ? 'slave' : 'master',
    of: host === undefined ? undefined : { host, port: Number(field('master_port')) },
    linked: field('master_link_status') === 'up' && field('master_sync_in_progress') === '0',
    feeds: [...online].map(([, ip = '', port]) => ({ host: ip, port: Number(port) })),
  }
}

/** Whether a server streams its writes to the one at this address. */
export function feeds(role: Role, replica: Address): boolean {
  return role.feeds.some((fed) => same(fed, replica))
}

export function same(one: Address | undefined, other: Address): boolean {
  return one?.host === other.host && one.port === other.port
}
