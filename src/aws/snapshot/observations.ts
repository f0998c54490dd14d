import { isDeepStrictEqual } from 'node:util'
import type { Observed } from '../../plan/cache-cluster/facts.ts'
import type { ObservedCache } from '../../plan/core/observed.ts'
import type { Clock } from '../../time/clock.ts'
import { unseen } from '../translate/group.ts'
import type { Polled, Wanted } from './pages.ts'

export type CacheKind = ObservedCache['is']

/** What became of a write: AWS refused it, so that nothing was changed; or it was done, or may have been. */
export type Effect = 'none' | 'perhaps'

/**
 * What the last polls found, and whether it may still be believed. Time is counted in epochs: every begin of a poll and every
 * end of a write takes the next one, so that what a poll found answers only for caches last written before it began.
 */
export interface Observations {
  watch(id: string, kind: CacheKind, waiting: boolean): void
  forget(id: string): void
  observed(id: string): Observed
  /** What the last poll found of this cache, also where a write of ours came after it. */
  pictured(id: string, kind: CacheKind): ObservedCache | undefined
  /** The ids of all caches, anybody's, that used this parameter group at the last poll; undefined before the first. */
  parameterGroupUsers(name: string): readonly string[] | undefined
  /** Since our own last write that may have had an effect. */
  sinceWriteMs(id: string): number | undefined
  /**
   * Tells that a write of this cache begins, and the returned function, how it ended. Meanwhile the cache is unknown; after a
   * write without effect it is known as it was before, and no poll is asked for.
   */
  writing(id: string): (effect: Effect) => void
  /** The kinds that somebody watches. */
  wanted(): Wanted
  /** True while any watched cache is waited for, or isn't known. */
  eager(): boolean
  /** The epoch of a poll that begins now. */
  begin(): number
  /**
   * Takes over what a poll found; gives the watched ids that are seen otherwise than before, or are known again after a write
   * that may have had an effect: whoever wrote waits for that.
   */
  apply(begun: number, wanted: Wanted, polled: Polled): readonly string[]
  /** All ids that somebody watches. */
  ids(): readonly string[]
  readonly watched: number
  readonly waiting: number
}

interface Found {
  readonly cache: ObservedCache
  readonly epoch: number
}

interface Write {
  inFlight: number
  /** Of the end of the last write that may have had an effect; 0 when there was none. */
  epoch: number
  wroteMs: number | undefined
}

const unknown: Observed = { is: 'unknown' }
const absent: Observed = { is: 'absent' }

const hasUnseen = (cache: ObservedCache) => cache.members.some((member) => member.status === unseen)

export const observationsOf = (clock: Clock): Observations => {
  const kinds = new Map<string, CacheKind>()
  const waiting = new Set<string>()
  /** Written, perhaps with effect, and not seen in a poll that began later: reason enough to poll soon. */
  const spoilt = new Set<string>()
  const writes = new Map<string, Write>()
  /** The picture, and the epoch of the poll that each cache in it was last found by: a doubted one keeps its older epoch. */
  const found = { group: new Map<string, Found>(), memcached: new Map<string, Found>() }
  /** The epoch of the last good poll of this kind: what it didn't find is absent. Undefined: nobody knows. */
  const coveredBy: Record<CacheKind, number | undefined> = { group: undefined, memcached: undefined }
  const watchedOf: Record<CacheKind, number> = { group: 0, memcached: 0 }
  /** Missed by the last poll for the first time, in a list of several pages. */
  let doubted = new Set<string>()
  let users: ReadonlyMap<string, readonly string[]> | undefined
  let epoch = 0

  const believedAs = (id: string, kind: CacheKind): Observed => {
    const seen = found[kind].get(id)
    const known = seen?.epoch ?? coveredBy[kind]
    if (known === undefined || known <= (writes.get(id)?.epoch ?? 0)) return unknown
    return seen ? { is: 'seen', cache: seen.cache } : absent
  }
  /** As it is seen if a write that is under way has no effect. */
  const believed = (id: string): Observed => {
    const kind = kinds.get(id)
    if (kind) return believedAs(id, kind)
    const group = believedAs(id, 'group')
    return group.is === 'seen' ? group : believedAs(id, 'memcached')
  }
  const observed = (id: string): Observed => ((writes.get(id)?.inFlight ?? 0) > 0 ? unknown : believed(id))
  const drop = (id: string): void => {
    const kind = kinds.get(id)
    if (kind) watchedOf[kind] -= 1
    kinds.delete(id)
    waiting.delete(id)
    doubted.delete(id)
  }

  /** In a list of several pages, one that moved may hide a cache or a member for once: only the second time counts. */
  const doubtful = (id: string, pages: number) => pages > 1 && kinds.has(id) && !doubted.has(id)
  const applyKind = (kind: CacheKind, begun: number, polled: Polled, doubts: Set<string>): void => {
    const pages = kind === 'group' ? polled.groupPages : polled.clusterPages
    const before = found[kind]
    const after = new Map<string, Found>()
    for (const cache of polled.caches) {
      if (cache.is !== kind) continue
      const old = before.get(cache.id)
      const missesMember = old !== undefined && hasUnseen(cache) && !hasUnseen(old.cache)
      if (missesMember && doubtful(cache.id, polled.clusterPages)) {
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
    pictured: (id, kind) => found[kind].get(id)?.cache,
    parameterGroupUsers: (name) => users && (users.get(name.toLowerCase()) ?? []),
    sinceWriteMs: (id) => {
      const wroteMs = writes.get(id)?.wroteMs
      return wroteMs === undefined ? undefined : clock.nowMs() - wroteMs
    },
    writing: (id) => {
      const write = writes.get(id) ?? { inFlight: 0, epoch: 0, wroteMs: undefined }
      writes.set(id, write)
      write.inFlight += 1
      return (effect) => {
        write.inFlight -= 1
        if (effect === 'none') return
        epoch += 1
        write.epoch = epoch
        write.wroteMs = clock.nowMs()
        spoilt.add(id)
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
    apply: (begun, wanted, polled) => {
      const before = new Map([...kinds.keys()].map((id) => [id, believed(id)]))
      const doubts = new Set<string>()
      // What nobody watches any more must not pass for known when somebody asks again.
      for (const kind of ['group', 'memcached'] as const) {
        if (wanted.groups || (wanted.memcached && kind === 'memcached')) applyKind(kind, begun, polled, doubts)
        else forgetKind(kind)
      }
      doubted = doubts
      users = wanted.groups || wanted.memcached ? polled.parameterGroupUsers : undefined
      for (const [id, write] of writes) {
        if (write.inFlight > 0 || write.epoch > begun) continue
        if (believed(id).is !== 'unknown') spoilt.delete(id)
        if (!kinds.has(id)) {
          spoilt.delete(id)
          writes.delete(id)
        }
      }
      return [...before].filter(([id, old]) => differs(old, believed(id))).map(([id]) => id)
    },
    ids: () => [...kinds.keys()],
    get watched() {
      return kinds.size
    },
    get waiting() {
      return waiting.size
    },
  }
}
