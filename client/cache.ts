import type { CacheError } from './errors.ts'
import { type Flight, flightsOf } from './flights.ts'
import { mayServeOnError, verdictOn } from './lifetime.ts'
import type { Policy } from './policy.ts'
import { shelfOf } from './shelf.ts'
import { noStats, type Stats } from './stats.ts'
import type { Store } from './stores/store.ts'
import type { Random } from './ttl.ts'
import { writeAround } from './writing/write-around.ts'
import { writeBehind } from './writing/write-behind.ts'
import { writeThrough } from './writing/write-through.ts'
import type { Save, WriteHands, Writer } from './writing/writer.ts'

/** A cache that applies a policy. None of its operations fails because of the cache. */
export interface Cache {
  readonly policy: Policy
  /** Counts since it was opened. */
  readonly stats: Readonly<Stats>
  /**
   * The value of the key: from the cache, else from `load`, which is then cached. Callers that ask at the same time share
   * one load, and one object: treat it as read-only.
   *
   * @throws what `load` throws, unless the policy lets a stale value stand in
   */
  cached<T>(key: string, load: () => Promise<T>): Promise<T>
  /** The value, if the cache has it fresh; it loads nothing. */
  get<T>(key: string): Promise<T | undefined>
  /**
   * Saves the value and treats the cache as the policy's write strategy says. With WriteBehind it returns before `save`
   * is called.
   *
   * @throws what `save` throws; the cache then keeps what it had
   */
  write<T>(key: string, value: T, save: Save<T>): Promise<void>
  /** Takes the key out of the cache. */
  invalidate(key: string): Promise<void>
  /** Saves what waits, lets go of the connections. @throws UnsavedWritesError when a buffered write can't be saved */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export interface CacheParts {
  readonly policy: Policy
  readonly store: Store
  readonly now?: () => number // Unix time in milliseconds
  readonly random?: Random
  readonly onError?: (error: CacheError) => void
}

/** A cache over any store. */
export const cacheOver = ({
  policy,
  store,
  now = Date.now,
  random = Math.random,
  onError = () => {},
}: CacheParts): Cache => {
  const stats = noStats()
  const shelf = shelfOf({ policy, store, stats, now, random, onError })
  const reads = flightsOf<unknown>()
  const refreshes = flightsOf<unknown>()
  const voidKey = (key: string): void => {
    reads.void(key)
    refreshes.void(key)
  }
  const writer = writerOf(policy, {
    void: voidKey,
    replace: shelf.replace,
    remove: shelf.remove,
    saved: () => {
      stats.writes += 1
    },
    failedToSave: () => {
      stats.failedSaves += 1
    },
  })

  const loadAndKeep = async (key: string, load: () => Promise<unknown>, flight: Flight): Promise<unknown> => {
    stats.loads += 1
    const value = await load()
    if (!flight.voided) await shelf.keep(key, value)
    return value
  }

  const refresh = (key: string, load: () => Promise<unknown>): void => {
    if (refreshes.underWay(key)) return
    refreshes.start(key, (flight) => loadAndKeep(key, load, flight)).catch(() => {}) // the next caller loads, and sees why
  }

  const read = async (key: string, load: () => Promise<unknown>, flight: Flight): Promise<unknown> => {
    const entry = await shelf.find(key)
    if (!entry) {
      stats.misses += 1
      return loadAndKeep(key, load, flight)
    }
    const verdict = verdictOn(policy, entry.freshUntilMs, now())
    if (verdict !== 'stale') {
      stats[verdict === 'revalidate' ? 'staleHits' : 'hits'] += 1
      if (verdict !== 'fresh') refresh(key, load)
      return entry.value
    }
    stats.misses += 1
    try {
      return await loadAndKeep(key, load, flight)
    } catch (error) {
      if (!mayServeOnError(policy, entry.freshUntilMs, now())) throw error
      stats.staleHits += 1
      return entry.value
    }
  }

  const close = async (): Promise<void> => {
    try {
      await writer.close()
    } finally {
      await Promise.all([reads.settled(), refreshes.settled()])
      await shelf.close()
    }
  }

  return {
    policy,
    get stats() {
      return { ...stats }
    },
    cached: async <T>(key: string, load: () => Promise<T>): Promise<T> => {
      const pending = writer.pending(key)
      if (pending) {
        stats.hits += 1
        return pending.value as T
      }
      const underWay = policy.stampedeProtection === 'None' ? undefined : reads.underWay(key)
      if (underWay) stats.joined += 1
      return (await (underWay ?? reads.start(key, (flight) => read(key, load, flight)))) as T
    },
    get: async <T>(key: string): Promise<T | undefined> => {
      const pending = writer.pending(key)
      const entry = pending ? undefined : await shelf.find(key)
      const found = pending ?? (entry && verdictOn(policy, entry.freshUntilMs, now()) !== 'stale' ? entry : undefined)
      stats[found ? 'hits' : 'misses'] += 1
      return found?.value as T | undefined
    },
    write: (key, value, save) => writer.write(key, value, save).finally(() => voidKey(key)),
    invalidate: async (key) => {
      voidKey(key)
      await shelf.remove(key)
      voidKey(key) // a read that began meanwhile may have found the old value: nobody joins it any more
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

const writerOf = (policy: Policy, hands: WriteHands): Writer => {
  switch (policy.strategy.write) {
    case 'WriteThrough':
      return writeThrough(hands)
    case 'WriteAround':
      return writeAround(hands, policy.invalidation.onWrite)
    case 'WriteBehind':
      return writeBehind(hands, policy.writeBehind)
  }
}
