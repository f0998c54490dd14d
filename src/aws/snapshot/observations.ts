import { isDeepStrictEqual } from 'node:util'
import type { Observed } from '../../plan/cache-cluster/facts.ts'
import type { ObservedCache } from '../../plan/core/observed.ts'
import type { Clock } from '../../time/clock.ts'
import { unseen } from '../translate/group.ts'
import type { Polled, Wanted } from './pages.ts'

export type CacheKind = ObservedCache['is']

/**
 * What the last looks found, and whether it may still be believed. Time is counted in epochs: every begin of a look and every
 * end of a write takes the next one, so that what a look found answers only for caches last written before it began.
 */
export interface Observations {
  watch(id: string, kind: CacheKind, waiting: boolean): void
  forget(id: string): void
  observed(id: string): Observed
  sinceWriteMs(id: string): number | undefined
  /** Tells that a write of this cache begins; the returned function, that it has ended (well or not). */
  writing(id: string): () => void
  /** The kinds that somebody attends. */
  wanted(): Wanted
  /** True while any watched cache is waited for, or isn't known. */
  eager(): boolean
  /** The epoch of a look that begins now. */
  begin(): number
  /** Takes over what a look found; gives the watched ids whose observation has changed or become known. */
  apply(begun: number, wanted: Wanted, looked: Polled): readonly string[]
  readonly watched: number
  readonly waiting: number
}

interface Found {
  readonly cache: ObservedCache
  readonly epoch: number
}

interface Write {
  inFlight: number
  epoch: number
  wroteMs: number
}

const unknown: Observed = { is: 'unknown' }
const absent: Observed = { is: 'absent' }

const hasUnseen = (cache: ObservedCache) => cache.members.some((member) => member.status === unseen)

export const observationsOf = (clock: Clock): Observations => {
  const kinds = new Map<string, CacheKind>()
  const waiting = new Set<string>()
  const spoilt = new Set<string>()
  const writes = new Map<string, Write>()
  const found = { group: new Map<string, Found>(), memcached: new Map<string, Found>() }
  const coveredBy: Record<CacheKind, number | undefined> = { group: undefined, memcached: undefined }
  const watchedOf: Record<CacheKind, number> = { group: 0, memcached: 0 }
  let doubted = new Set<string>()
  let epoch = 0

  const observedAs = (id: string, kind: CacheKind): Observed => {
    const write = writes.get(id)
    const seen = found[kind].get(id)
    const known = seen?.epoch ?? coveredBy[kind]
    if (known === undefined || (write && (write.inFlight > 0 || known <= write.epoch))) return unknown
    return seen ? { is: 'seen', cache: seen.cache } : absent
  }
  const observed = (id: string): Observed => {
    const kind = kinds.get(id)
    if (kind) return observedAs(id, kind)
    const group = observedAs(id, 'group')
    return group.is === 'seen' ? group : observedAs(id, 'memcached')
  }
  const drop = (id: string): void => {
    const kind = kinds.get(id)
    if (kind) watchedOf[kind] -= 1
    kinds.delete(id)
    waiting.delete(id)
    doubted.delete(id)
  }

  /** In a list of several pages, one that moved may hide a cache or a member for once: only the second time counts. */
  const doubtful = (id: string, pages: number) => pages > 1 && kinds.has(id) && !doubted.has(id)
  const applyKind = (kind: CacheKind, begun: number, looked: Polled, doubts: Set<string>): void => {
    const pages = kind === 'group' ? looked.groupPages : looked.clusterPages
    const before = found[kind]
    const after = new Map<string, Found>()
    for (const cache of looked.caches) {
      if (cache.is !== kind) continue
      const old = before.get(cache.id)
      const missesMember = old !== undefined && hasUnseen(cache) && !hasUnseen(old.cache)
      if (missesMember && doubtful(cache.id, looked.clusterPages)) {
        doubts.add(cache.id)
        after.set(cache.id, old)
      } else {
        // The same object stays while nothing changed: comparing is then comparing identities, and memory stays flat.
        after.set(cache.id, { cache: old && isDeepStrictEqual(old.cache, cache) ? old.cache : cache, epoch: begun })
      }
    }
    for (const [id, old] of before) {
      if (after.has(id) || !doubtful(id, pages)) continue
      doubts.add(id)
      after.set(id, old)
    }
    found[kind] = after
    coveredBy[kind] = begun
  }
  const forgetKind = (kind: CacheKind): void => {
    found[kind] = new Map()
    coveredBy[kind] = undefined
  }
  const differs = (before: Observed, after: Observed): boolean => {
    if (before.is === 'seen' && after.is === 'seen') return before.cache !== after.cache
    return before.is !== after.is && after.is !== 'unknown'
  }

  return {
    watch: (id, kind, waits) => {
      if (kinds.get(id) !== kind) {
        drop(id)
        kinds.set(id, kind)
        watchedOf[kind] += 1
      }
      if (waits) waiting.add(id)
      else waiting.delete(id)
    },
    forget: drop,
    observed,
    sinceWriteMs: (id) => {
      const write = writes.get(id)
      return write && clock.nowMs() - write.wroteMs
    },
    writing: (id) => {
      const write = writes.get(id) ?? { inFlight: 0, epoch: 0, wroteMs: clock.nowMs() }
      writes.set(id, write)
      spoilt.add(id)
      write.inFlight += 1
      write.wroteMs = clock.nowMs()
      return () => {
        write.inFlight -= 1
        epoch += 1
        write.epoch = epoch
        write.wroteMs = clock.nowMs()
      }
    },
    wanted: () => ({ groups: watchedOf.group > 0, memcached: watchedOf.memcached > 0 }),
    eager: () =>
      waiting.size > 0 ||
      spoilt.size > 0 ||
      doubted.size > 0 ||
      (watchedOf.group > 0 && coveredBy.group === undefined) ||
      (watchedOf.memcached > 0 && coveredBy.memcached === undefined),
    begin: () => {
      epoch += 1
      return epoch
    },
    apply: (begun, wanted, looked) => {
      const before = new Map([...kinds.keys()].map((id) => [id, observed(id)]))
      const doubts = new Set<string>()
      // What nobody looked at any more must not pass for known when somebody asks again.
      for (const kind of ['group', 'memcached'] as const) {
        if (wanted.groups || (wanted.memcached && kind === 'memcached')) applyKind(kind, begun, looked, doubts)
        else forgetKind(kind)
      }
      doubted = doubts
      for (const [id, write] of writes) {
        if (write.inFlight > 0 || write.epoch > begun) continue
        if (observed(id).is !== 'unknown') spoilt.delete(id)
        if (!kinds.has(id)) {
          spoilt.delete(id)
          writes.delete(id)
        }
      }
      return [...before].filter(([id, old]) => differs(old, observed(id))).map(([id]) => id)
    },
    get watched() {
      return kinds.size
    },
    get waiting() {
      return waiting.size
    },
  }
}
