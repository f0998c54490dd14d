import type { Random } from '../time/clock.ts'

/** How long each key waits after failing again and again. */
export interface Backoff {
  /** Counts one more failure of `key` and says how long to wait for the next try. */
  nextMs(key: string): number
  failures(key: string): number
  /** The key did well, or someone changed it: the next failure waits the shortest time again. */
  forget(key: string): void
}

export interface BackoffOptions {
  readonly random: Random
  /** The first wait; client-go's default. */
  readonly baseMs?: number
  readonly capMs?: number
  /** The share of each wait that chance may take away, 0 to 1, so that keys that failed together don't return together. */
  readonly jitter?: number
}

/** `baseMs` × 2^failures, at most `capMs`, less up to `jitter` of it. */
export const exponentialMs = (
  failures: number,
  { random, baseMs = 5, capMs = 300_000, jitter = 0.5 }: BackoffOptions,
): number => Math.min(capMs, baseMs * 2 ** failures) * (1 - jitter * random())

export const backoffOf = (options: BackoffOptions): Backoff => {
  const counts = new Map<string, number>()
  return {
    nextMs: (key) => {
      const failures = counts.get(key) ?? 0
      counts.set(key, failures + 1)
      return exponentialMs(failures, options)
    },
    failures: (key) => counts.get(key) ?? 0,
    forget: (key) => void counts.delete(key),
  }
}
