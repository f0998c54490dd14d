import { REPLICA } from './access-rules.ts'
import type { Seen } from './cluster-view.ts'
import { hasDoor } from './redis-config.ts'
import { type RedisConnection, RedisError } from './resp.ts'

const KEYS_AT_ONCE = 100
/** What one MIGRATE may carry: its sender serves nobody meanwhile, and its receiver holds all of it beside the keys. */
const BYTES_AT_ONCE = 256 * 1024
const SEND_TIMEOUT_MS = '2000'

type Keys = readonly string[]

/** Keys of a slot that a server has, one character for each byte; some of them when they are many. */
export const keysIn = async (server: RedisConnection, slot: number): Promise<readonly string[]> =>
  (await server.callBytes('CLUSTER', 'GETKEYSINSLOT', String(slot), String(KEYS_AT_ONCE))) as string[]

/** Keys of one slot by what one MIGRATE may carry. It takes keys of one slot only. */
const parcelsOf = async (source: RedisConnection, keys: Keys): Promise<readonly Keys[]> => {
  const sizes = await Promise.all(keys.map((key) => source.callBytes('MEMORY', 'USAGE', key)))
  const parcels: string[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const [index, key] of keys.entries()) {
    const size = Number(sizes[index] ?? 0)
    if (bytes + size > BYTES_AT_ONCE) {
      parcels.push([])
      bytes = 0
    }
    parcels.at(-1)?.push(key)
    bytes += size
  }
  return parcels
}

const migrate = (source: RedisConnection, to: Seen, password: string, options: readonly string[], keys: Keys) => {
  const { host } = to.server.place
  const credentials = ['AUTH2', REPLICA, password]
  return source.callBytes(
    ...['MIGRATE', host, innerPort(to), '', '0', SEND_TIMEOUT_MS, ...options, ...credentials, 'KEYS', ...keys],
  )
}

/**
 * Sends the keys of some slots until none is left; a copy that is there already is replaced.
 * @throws RedisError when the receiver takes no more, for instance for want of memory
 */
export const sendKeys = async (
  source: RedisConnection,
  to: Seen,
  password: string,
  slots: readonly number[],
): Promise<void> => {
  for (let left = slots; left.length > 0; ) {
    const found = await Promise.all(left.map(async (slot) => ({ slot, keys: await keysIn(source, slot) })))
    const full = found.filter(({ keys }) => keys.length > 0)
    const parcels = await Promise.all(full.map(({ keys }) => parcelsOf(source, keys)))
    // One by one: what still stood in line when the receiver died would be sent to whatever answers there next.
    for (const keys of parcels.flat()) await migrate(source, to, password, ['REPLACE'], keys)
    left = full.map(({ slot }) => slot)
  }
}

/** Sends keys of one slot to the slot's owner until none is left. What the owner has itself is newer, and stays. */
export const returnKeys = async (stray: RedisConnection, owner: Seen, password: string, slot: number) => {
  for (let keys = await keysIn(stray, slot); keys.length > 0; keys = await keysIn(stray, slot)) {
    for (const key of keys) {
      try {
        await migrate(stray, owner, password, [], [key])
      } catch (error) {
        if (!(error instanceof RedisError) || !error.message.includes('BUSYKEY')) throw error
        await Promise.all([stray.call('ASKING'), stray.callBytes('DEL', key)])
      }
    }
  }
}

/** Where the server itself listens, behind a door of ours too. Servers speak TLS among each other where they can. */
function innerPort({ wanted, server: { place } }: Seen): string {
  if (!hasDoor(wanted)) return String(place.port)
  return String(wanted.tls === 'disabled' ? place.plainPort : place.tlsPort)
}
