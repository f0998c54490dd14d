import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Address, Figures } from './port.ts'
import type { RedisConnection } from './resp.ts'

const PATIENCE_MS = 2_000
const NUMBER = /^-?\d+(?:\.\d+)?$/

/** What INFO says in words, as 0 or 1. */
const WORDS: Readonly<Record<string, string>> = { role: 'master', master_link_status: 'up' }

/** `db0:keys=3,expires=1,avg_ttl=9` as db0_keys, db0_expires and db0_avg_ttl. */
const keyspace = (name: string, text: string): readonly (readonly [string, number])[] =>
  text.split(',').flatMap((pair) => {
    const [field, value = ''] = pair.split('=')
    return NUMBER.test(value) ? [[`${name}_${field}`, Number(value)] as const] : []
  })

const figureOf = (name: string, text: string): readonly (readonly [string, number])[] => {
  if (NUMBER.test(text)) return [[name, Number(text)]]
  const word = WORDS[name]
  if (word !== undefined) return [[name, text === word ? 1 : 0]]
  return /^db\d+$/.test(name) ? keyspace(name, text) : []
}

/** The numbers of INFO, under its own names; role is 1 for a primary, and `keys` counts those of all databases. */
export const infoFigures = (info: string): Figures => {
  const figures = Object.fromEntries(
    info.split('\r\n').flatMap((line) => {
      const colon = line.indexOf(':')
      return colon < 1 ? [] : figureOf(line.slice(0, colon), line.slice(colon + 1))
    }),
  )
  const counts = Object.entries(figures).filter(([name]) => /^db\d+_keys$/.test(name))
  return { ...figures, keys: counts.reduce((sum, [, count]) => sum + count, 0) }
}

/**
 * Calls and microseconds by command, as cmdstat_get_calls and cmdstat_get_usec; those of `xgroup|create` count as
 * xgroup's. `commandstats` is how many commands there are.
 */
export const commandFigures = (info: string): Figures => {
  const figures: Record<string, number> = { commandstats: 0 }
  for (const [, command, calls, usec] of info.matchAll(/^cmdstat_([^|:\r\n]+)[^:\r\n]*:calls=(\d+),usec=(\d+),/gm)) {
    for (const [field, count] of [
      [`cmdstat_${command}_calls`, calls],
      [`cmdstat_${command}_usec`, usec],
      ['commandstats', 1],
    ] as const) {
      figures[field] = (figures[field] ?? 0) + Number(count)
    }
  }
  return figures
}

/** The numbers of `stats`, under memcached's own names. */
export const statsFigures = (stats: string): Figures =>
  Object.fromEntries(
    stats.split('\r\n').flatMap((line) => {
      const [, name, text = ''] = /^STAT (\S+) (\S+)$/.exec(line) ?? []
      return name !== undefined && NUMBER.test(text) ? [[name, Number(text)]] : []
    }),
  )

/** Asks a redis or valkey server. */
export const redisFigures = async (redis: RedisConnection): Promise<Figures> => ({
  ...infoFigures(String(await redis.call('INFO'))),
  ...commandFigures(String(await redis.call('INFO', 'commandstats'))),
})

/** Asks a memcached, over TLS when there is an authority to trust. Rejects when it does not answer within 2 s. */
export const memcachedFigures = (at: Address, ca: string | undefined): Promise<Figures> =>
  new Promise((resolve, reject) => {
    const socket = ca === undefined ? connectTcp(at) : connectTls({ ...at, ca })
    let heard = ''
    const fail = (error: Error) => {
      socket.destroy()
      reject(error)
    }
    socket.setTimeout(PATIENCE_MS, () => fail(new Error('the server does not answer')))
    socket.on('error', fail)
    socket.on('close', () => fail(new Error('the connection was closed')))
    socket.on('data', (chunk) => {
      heard += chunk.toString()
      if (!heard.endsWith('END\r\n')) return
      resolve(statsFigures(heard))
      socket.destroy()
    })
    socket.write('stats\r\n')
  })
