import type { Clock } from '../time/clock.ts'
import { deadlinesOf } from './deadlines.ts'

/** Why a key is due: someone changed it, or it is time to look again. Users go first. */
export type Lane = 'user' | 'resync'

export interface Taken {
  readonly key: string
  readonly lane: Lane
  /** How long the key stood ready before a worker took it. */
  readonly waitedMs: number
}

export interface QueueCounts {
  readonly user: number
  readonly resync: number
  readonly waiting: number
  readonly processing: number
  /** Age of the oldest reconcile that hasn't ended: a reconcile that hangs shows here. */
  readonly longestReconcileMs: number
}

/**
 * Keys on their way to workers, after client-go's work queue: a key is with one worker at most; a key that comes again
 * meanwhile is held and follows when that worker is done; a key that is ready already is not doubled.
 */
export interface Queue {
  add(key: string, lane?: Lane): void
  /** A look in `afterMs`. The earliest of several wins; a reconcile that starts sooner, for whatever reason, settles it. */
  addAfter(key: string, afterMs: number): void
  /** The next key, as soon as there is one; undefined once the queue is drained. Answer with `done`. */
  take(): Promise<Taken | undefined>
  done(key: string): void
  counts(): QueueCounts
  /** Hands out nothing more, forgets what waits. True when all reconciles ended within `deadlineMs`. */
  drain(deadlineMs: number): Promise<boolean>
}

export interface QueueOptions {
  readonly clock: Clock
  /** Reconciles of one key start at least this far apart, unless a user changed it: the brake on hot loops. */
  readonly spacingMs?: number
}

/**
 * Users go first, but after each as many resyncs may go in between. What a user asks for often waits for a token of AWS's and keeps
 * its worker meanwhile; a resync takes milliseconds, and a cache that is being made takes three of them to become Ready: with
 * fewer, a thousand new objects would keep those that AWS has finished from being told so until the last one is begun.
 */
const mostResyncsInARow = 3

export const queueOf = ({ clock, spacingMs = 1000 }: QueueOptions): Queue => {
  const ready: Readonly<Record<Lane, Map<string, number>>> = { user: new Map(), resync: new Map() }
  const processing = new Map<string, number>()
  const held = new Map<string, Lane>()
  /** When each key's last reconcile started; oldest first, forgotten after `spacingMs`. */
  const starts = new Map<string, number>()
  const takers: ((taken: Taken | undefined) => void)[] = []
  let drained: (() => void) | undefined
  let closed = false
  let resyncsInARow = mostResyncsInARow

  const waiting = deadlinesOf(clock, (key) => add(key, 'resync'))

  const enqueue = (key: string, lane: Lane) => {
    const nowMs = clock.nowMs()
    if (ready.user.has(key)) return
    if (lane === 'user') {
      ready.user.set(key, ready.resync.get(key) ?? nowMs)
      ready.resync.delete(key)
    } else if (!ready.resync.has(key)) {
      const soonestMs = (starts.get(key) ?? Number.NEGATIVE_INFINITY) + spacingMs
      if (soonestMs > nowMs) waiting.set(key, soonestMs)
      else ready.resync.set(key, nowMs)
    }
    pump()
  }

  const add = (key: string, lane: Lane = 'user') => {
    if (closed) return
    if (!processing.has(key)) enqueue(key, lane)
    else if (held.get(key) !== 'user') held.set(key, lane)
  }

  const rememberStart = (key: string, nowMs: number) => {
    starts.delete(key)
    starts.set(key, nowMs)
    for (const [old, startMs] of starts) {
      if (startMs + spacingMs > nowMs) break
      starts.delete(old)
    }
  }

  const start = (key: string, lane: Lane): Taken => {
    const nowMs = clock.nowMs()
    const waitedMs = nowMs - (ready[lane].get(key) ?? nowMs)
    ready[lane].delete(key)
    // This reconcile decides anew when to look again, so an older plan is void.
    waiting.delete(key)
    processing.set(key, nowMs)
    rememberStart(key, nowMs)
    return { key, lane, waitedMs }
  }

  const nextLane = (): Lane => {
    if (ready.user.size === 0 || ready.resync.size === 0) return ready.user.size > 0 ? 'user' : 'resync'
    return resyncsInARow < mostResyncsInARow ? 'resync' : 'user'
  }

  const pump = () => {
    while (takers.length > 0) {
      const lane = nextLane()
      const [key] = ready[lane].keys()
      if (key === undefined) return
      resyncsInARow = lane === 'resync' ? resyncsInARow + 1 : 0
      takers.shift()?.(start(key, lane))
    }
  }

  return {
    add,
    addAfter: (key, afterMs) => {
      if (closed) return
      if (afterMs > 0) waiting.set(key, clock.nowMs() + afterMs)
      else add(key, 'resync')
    },
    take: () => {
      if (closed) return Promise.resolve(undefined)
      const taken = new Promise<Taken | undefined>((resolve) => takers.push(resolve))
      pump()
      return taken
    },
    done: (key) => {
      processing.delete(key)
      const lane = held.get(key)
      held.delete(key)
      if (lane) enqueue(key, lane)
      if (closed && processing.size === 0) drained?.()
    },
    counts: () => {
      const [oldestMs = clock.nowMs()] = processing.values()
      return {
        user: ready.user.size,
        resync: ready.resync.size,
        waiting: waiting.size,
        processing: processing.size,
        longestReconcileMs: clock.nowMs() - oldestMs,
      }
    },
    drain: (deadlineMs) => {
      closed = true
      waiting.clear()
      for (const forgotten of [ready.user, ready.resync, held]) forgotten.clear()
      for (const taker of takers.splice(0)) taker(undefined)
      if (processing.size === 0) return Promise.resolve(true)
      return new Promise((resolve) => {
        const cancel = clock.after(deadlineMs, () => resolve(false))
        drained = () => {
          cancel()
          resolve(true)
        }
      })
    },
  }
}
