import { createHash } from 'node:crypto'

/** Above so many seconds a memcached server reads an expiry as a Unix time (memcached protocol.txt, "Expiration times"). */
const longestRelativeSeconds = 30 * 24 * 60 * 60

/** The server keeps an expiry in 32 bits with a sign. */
const lastSecond = 2 ** 31 - 1

/**
 * The expiry to send, in the server's terms: 0 is without end, up to 30 days is a number of seconds, beyond that it is a
 * Unix time, at most the last one it can hold. Parts of a second are dropped, so that a value never outlives its TTL, save
 * that less than a second becomes one: the server has nothing shorter.
 *
 * @param nowMs Unix time in milliseconds
 */
export const exptimeOf = (ttlMs: number | undefined, nowMs: number): number => {
  if (ttlMs === undefined) return 0
  const seconds = Math.max(1, Math.floor(ttlMs / 1000))
  return seconds <= longestRelativeSeconds ? seconds : Math.min(Math.floor(nowMs / 1000) + seconds, lastSecond)
}

/** A key that memcached takes: up to 250 bytes, no blanks and no control characters. Any other is replaced by its SHA-256. */
export const memcachedKey = (key: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what the server refuses
  key !== '' && Buffer.byteLength(key) <= 250 && !/[\s\x00-\x20\x7f]/.test(key)
    ? key
    : `sha256:${createHash('sha256').update(key).digest('hex')}`
