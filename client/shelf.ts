import { decode, type Entry, encode } from './entry.ts'
import { CacheError } from './errors.ts'
import { serverKey } from './keys.ts'
import { isAbsent, type Lifetime, lifetimeOf } from './lifetime.ts'
import type { Policy } from './policy.ts'
import type { Stats } from './stats.ts'
import { BreakerOpen } from './stores/breaker.ts'
import type { Store } from './stores/store.ts'
import type { Random } from './ttl.ts'

/** The store as the policy wants it used: its keys, its lifetimes, and no exception ever. */
export interface Shelf {
  /** What the cache holds; undefined also when it can't say. */
  find(key: string): Promise<Entry | undefined>
  /** Stores what a load found, for as long as the policy says; nothing when it says not at all. */
  keep(key: string, value: unknown): Promise<void>
  /** Stores what was written in place of an older value, or takes the older one away when the new one must not be stored. */
  replace(key: string, value: unknown): Promise<void>
  remove(key: string): Promise<void>
  close(): Promise<void>
}

export interface ShelfParts {
  readonly policy: Policy
  readonly store: Store
  readonly stats: Stats
  readonly now: () => number // Unix time in milliseconds
  readonly random: Random
  readonly onError: (error: CacheError) => void
}

/** Past so many keys the oldest debt is forgotten; its value then lives until its TTL ends. */
const mostDebts = 10_000

export const shelfOf = ({ policy, store, stats, now, random, onError }: ShelfParts): Shelf => {
  // Keys whose removal or update failed. What the cache holds there is older than the source, so this process
  // removes it before it reads there again.
  const debts = new Set<string>()

  const owe = (key: string): void => {
    debts.add(key)
    const [oldest] = debts
    if (debts.size > mostDebts && oldest !== undefined) debts.delete(oldest)
  }

  const attempt = async <T>(
    operation: () => Promise<T>,
  ): Promise<{ readonly done: true; readonly value: T } | undefined> => {
    try {
      return { done: true, value: await operation() }
    } catch (error) {
      if (error instanceof BreakerOpen) {
        stats.skipped += 1
        return undefined
      }
      stats.errors += 1
      onError(error instanceof CacheError ? error : new CacheError(error instanceof Error ? error.message : 'unknown'))
      return undefined
    }
  }

  const remove = async (key: string): Promise<void> => {
    const removed = await attempt(() => store.delete(serverKey(policy, key)))
    if (removed) debts.delete(key)
    else owe(key)
  }

  const put = async (key: string, value: unknown, { ttlMs, ...freshness }: Lifetime): Promise<boolean> => {
    const stored = await attempt(async () =>
      store.set(serverKey(policy, key), encode({ value, absent: isAbsent(value), ...freshness }), ttlMs),
    )
    if (stored) debts.delete(key)
    return stored !== undefined
  }

  return {
    find: async (key) => {
      if (debts.has(key)) await remove(key)
      if (debts.has(key)) return undefined
      const found = await attempt(() => store.get(serverKey(policy, key)))
      return found?.value === undefined ? undefined : decode(found.value)
    },
    keep: async (key, value) => {
      const lifetime = lifetimeOf(policy, key, value, now(), random)
      if (lifetime) await put(key, value, lifetime)
    },
    replace: async (key, value) => {
      const lifetime = lifetimeOf(policy, key, value, now(), random)
      if (!lifetime) return remove(key)
      if (!(await put(key, value, lifetime))) owe(key)
    },
    remove,
    close: async () => {
      await attempt(() => store.close())
    },
  }
}
