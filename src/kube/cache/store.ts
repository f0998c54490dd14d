import { keyOf, textOf } from '../key.ts'
import type { KubeLog } from '../log.ts'
import type { Key, ObjectMeta } from '../port.ts'
import { type Field, indexOf } from './field-index.ts'
import type { Sink } from './reflector.ts'
import { isOlder, reaches } from './resource-version.ts'

/**
 * How soon a notice wants to be reconciled: someone changed something, or we see it for the first time since we started, or what we
 * wrote ourselves has come back, so that a reconcile can go on.
 */
export type Urgency = 'user' | 'resync'

/** What a store can hold. */
export interface Stored {
  readonly metadata: ObjectMeta
}

export interface StoreOptions<T extends Stored> {
  /** Whether a change is news. `own`: this very version is what our own last write returned. */
  readonly matters: (before: T, after: T, own: boolean) => boolean
  /**
   * `item` as it is now, or as it was before it was deleted. `before` is what the store held until now, where this is news of a
   * change: what the object referred to, and belonged to, until now is to be told too.
   */
  readonly notice: (key: Key, item: T, urgency: Urgency, before: T | undefined) => void
  /** By name: the values under which `by` finds an item; undefined leaves it out. */
  readonly indexes?: Readonly<Record<string, Field<T>>>
  readonly log: KubeLog
}

/** The objects of one kind as last seen, and what we know to be newer than that. */
export interface Store<T extends Stored> extends Sink<T> {
  get(key: Key): T | undefined
  list(): readonly T[]
  /** The items of which that index says `value`. */
  by(index: string, value: string): readonly T[]
  /** How many items each value of that index has. */
  counts(index: string): ReadonlyMap<string, number>
  readonly size: number
  /** True once a whole list has come in. */
  synced(): boolean
  whenSynced(): Promise<void>
  /** Our own write of `key` stands at this version: until it is seen here, `fresh` is false (after KEP-5647). */
  expect(key: Key, resourceVersion: string): void
  /** False while our own last write is not seen yet. Who asked and got false gets a notice when it is. */
  fresh(key: Key): boolean
}

export const storeOf = <T extends Stored>({ matters, notice, indexes = {}, log }: StoreOptions<T>): Store<T> => {
  let items = new Map<string, T>()
  const expected = new Map<string, { readonly key: Key; readonly version: string; asked: boolean }>()
  let newest: string | undefined
  let listed = false
  const synced = Promise.withResolvers<void>()
  const indexed = new Map(Object.entries(indexes).map(([name, fieldOf]) => [name, indexOf(fieldOf)]))
  const indexFor = (name: string) => {
    const index = indexed.get(name)
    if (!index) throw new Error(`there is no index ${name}`)
    return index
  }

  const tell = (item: T, urgency: Urgency, before?: T) => {
    try {
      notice(keyOf(item.metadata), item, urgency, before)
    } catch (error) {
      log.warn('a notice failed', { key: textOf(keyOf(item.metadata)), error: String(error) })
    }
  }
  const isNews = (before: T | undefined, after: T): boolean => {
    if (!before || before.metadata.uid !== after.metadata.uid) return true
    const own = expected.get(textOf(keyOf(after.metadata)))?.version === after.metadata.resourceVersion
    return before.metadata.resourceVersion !== after.metadata.resourceVersion && matters(before, after, own)
  }
  /** Drops what has come true; tells those who waited for it. */
  const fulfil = (met: (version: string) => boolean) => {
    for (const [text, { version, asked }] of expected) {
      if (!met(version)) continue
      expected.delete(text)
      const item = items.get(text)
      if (asked && item) tell(item, 'resync')
    }
  }
  const seen = (resourceVersion: string) => {
    newest = resourceVersion
    if (expected.size > 0) fulfil((version) => reaches(resourceVersion, version))
  }

  return {
    replace: (all, resourceVersion, rewound) => {
      const before = items
      items = new Map(all.map((item) => [textOf(keyOf(item.metadata)), item]))
      for (const index of indexed.values()) index.replace(items)
      const urgency = listed ? 'user' : 'resync'
      for (const [text, item] of items) if (isNews(before.get(text), item)) tell(item, urgency, before.get(text))
      for (const [text, item] of before) if (!items.has(text)) tell(item, urgency, item)
      listed = true
      synced.resolve()
      // What we wrote into a history that no longer exists will never be seen.
      if (rewound) fulfil(() => true)
      seen(resourceVersion)
    },
    upsert: (item) => {
      const text = textOf(keyOf(item.metadata))
      const before = items.get(text)
      const sameObject = before?.metadata.uid === item.metadata.uid
      if (before && sameObject && isOlder(item.metadata.resourceVersion, before.metadata.resourceVersion)) return
      items.set(text, item)
      for (const index of indexed.values()) index.set(text, item)
      if (isNews(before, item)) tell(item, 'user', before)
    },
    remove: (item) => {
      const text = textOf(keyOf(item.metadata))
      // Another object may have taken the name since.
      const before = items.get(text)
      if (before?.metadata.uid !== item.metadata.uid) return
      items.delete(text)
      for (const index of indexed.values()) index.delete(text)
      expected.delete(text)
      tell(item, 'user', before)
    },
    seen,
    get: (key) => items.get(textOf(key)),
    list: () => [...items.values()],
    by: (index, value) => indexFor(index).get(value),
    counts: (index) => indexFor(index).counts(),
    get size() {
      return items.size
    },
    synced: () => listed,
    whenSynced: () => synced.promise,
    expect: (key, version) => {
      if (newest !== undefined && reaches(newest, version)) expected.delete(textOf(key))
      else expected.set(textOf(key), { key, version, asked: false })
    },
    fresh: (key) => {
      const waiting = expected.get(textOf(key))
      if (waiting) waiting.asked = true
      return !waiting
    },
  }
}
