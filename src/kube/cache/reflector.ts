import type { Clock, Random } from '../../time/clock.ts'
import type { KubeLog } from '../log.ts'
import { StatusError } from '../transport/failure.ts'
import { type RetryDelayOptions, retryDelayOf, sleep } from '../transport/retry-delay.ts'
import type { Transport } from '../transport/transport.ts'
import { Surprise } from './lines.ts'
import { type Listed, type ListSubject, listAll } from './list.ts'
import { isOlder } from './resource-version.ts'
import { watchOnce } from './watch.ts'

/** Where a reflector pours what it sees. Must not throw. */
export interface Sink<T> {
  /** Everything there is, at one moment. `rewound`: the server's history went backwards, as after a restored backup. */
  replace(items: readonly T[], resourceVersion: string, rewound: boolean): void
  upsert(item: T): void
  remove(item: T): void
  /** All events up to this version have been seen. */
  seen(resourceVersion: string): void
}

/** Why a watch ended. `closed` is what we ask servers to do once a minute; `overdue` is one that didn't. */
export type WatchEnd = 'closed' | 'overdue' | 'expired' | 'surprise' | 'failed'

/** Told for metrics. Must not throw. */
export interface ReflectorObserver {
  listed?(count: number, tookMs: number): void
  ended?(why: WatchEnd | 'listFailed'): void
}

export interface ReflectorOptions<T> {
  readonly transport: Transport
  readonly subject: ListSubject<T>
  readonly sink: Sink<T>
  readonly clock: Clock
  readonly random: Random
  readonly log: KubeLog
  readonly observer?: ReflectorObserver
  /** Told of each page of a list before the sink has the whole: what can be begun early may be. Must not throw. */
  readonly onListPage?: (items: readonly T[]) => void
  readonly pace?: Pick<RetryDelayOptions, 'firstMs' | 'capMs' | 'healthyMs'>
  /**
   * A watch is asked to end after 5/6 of this to all of it. Nothing else tells a quiet watch from a half-open one: where a proxy or a
   * load balancer keeps the connection alive, TCP is content, and API servers send their first bookmark after two minutes (1.36).
   * A watch that ends once a minute costs one request a minute and kind, and no list: the next one goes on from the last version.
   * The server sends a bookmark a second or two before the end, so that this version never grows too old.
   */
  readonly watchMs?: number
  /** How long after its end is due a watch is given up, and all that it may have missed is asked for again. */
  readonly overdueMs?: number
  /** A list older than what we have seen is not believed for this long: one API server of several may lag. */
  readonly rewindMs?: number
}

/** Keeps a sink equal to what the API server holds, whatever happens to the connection. */
export interface Reflector {
  start(): void
  stop(): void
  /** Why the last list failed; undefined when it didn't. */
  readonly listError: string | undefined
}

const wordsOf = (error: unknown): string => {
  if (error instanceof StatusError && error.status === 404)
    return 'the API server does not serve this kind: is its CRD installed?'
  return error instanceof Error ? error.message : String(error)
}

/** A watch that the server closes sooner counts as a failure: else a broken one would be reopened in a hot loop. */
const shortestWatchMs = 1000

export const reflectorOf = <T>(options: ReflectorOptions<T>): Reflector => {
  const { transport, subject, sink, clock, random, log, observer, rewindMs = 300_000 } = options
  const { watchMs = 60_000, overdueMs = 5000 } = options
  const path = subject.path
  /** The newest version that the sink has seen, over all lives of this reflector. */
  let newest: string | undefined
  let rewindSinceMs: number | undefined
  let running: AbortController | undefined
  let listError: string | undefined

  const believe = ({ resourceVersion }: Listed<T>): 'yes' | 'no' | 'rewound' => {
    if (newest === undefined || !isOlder(resourceVersion, newest)) {
      rewindSinceMs = undefined
      return 'yes'
    }
    rewindSinceMs ??= clock.nowMs()
    if (clock.nowMs() - rewindSinceMs < rewindMs) return 'no'
    rewindSinceMs = undefined
    return 'rewound'
  }

  /** Lists into the sink; the version to watch from, or undefined when that failed. */
  const list = async (signal: AbortSignal): Promise<string | undefined> => {
    const startMs = clock.nowMs()
    try {
      const listed = await listAll(transport, subject, signal, options.onListPage)
      if (signal.aborted) return undefined
      const belief = believe(listed)
      if (belief === 'no') throw new Surprise('the list is older than what was seen before')
      newest = listed.resourceVersion
      listError = undefined
      sink.replace(listed.items, listed.resourceVersion, belief === 'rewound')
      observer?.listed?.(listed.items.length, clock.nowMs() - startMs)
      return listed.resourceVersion
    } catch (error) {
      if (signal.aborted) return undefined
      observer?.ended?.('listFailed')
      listError = wordsOf(error)
      log.warn('a list failed', { path, error: listError })
      return undefined
    }
  }

  /** Pours one watch into the sink, from `newest` on. */
  const follow = async (from: string, signal: AbortSignal): Promise<WatchEnd> => {
    const timeoutSeconds = Math.max(1, Math.floor((watchMs / 1000) * (1 - random() / 6)))
    const watch = { transport, subject, resourceVersion: from, timeoutSeconds, overdueMs, clock, signal }
    for await (const event of watchOnce(watch)) {
      // Whoever stopped us may have started another run since: nothing of this one may reach the sink any more.
      if (signal.aborted) return 'closed'
      if (event.is === 'expired' || event.is === 'overdue') return event.is
      const { resourceVersion } = event
      if (newest !== undefined && isOlder(resourceVersion, newest)) throw new Surprise('events came out of order')
      if (event.is !== 'bookmark') {
        if (event.is === 'deleted') sink.remove(event.item)
        else sink.upsert(event.item)
      }
      newest = resourceVersion
      sink.seen(resourceVersion)
    }
    return 'closed'
  }

  const endOf = (error: unknown): WatchEnd => {
    if (error instanceof Surprise) return 'surprise'
    if (!(error instanceof StatusError)) return 'failed'
    if (error.status === 410) return 'expired'
    // What the server refuses now it will refuse again from here; what it is too busy for it will take later.
    return error.failure.is === 'transient' && error.status !== 404 ? 'failed' : 'surprise'
  }

  const watch = async (from: string, signal: AbortSignal): Promise<WatchEnd> => {
    let why: WatchEnd
    let error: unknown
    try {
      why = await follow(from, signal)
    } catch (caught) {
      error = caught
      why = endOf(caught)
    }
    if (signal.aborted) return 'closed'
    observer?.ended?.(why)
    if (why === 'closed') log.debug('a watch was closed', { path })
    else log.warn('a watch ended', { path, why, ...(error !== undefined && { error: String(error) }) })
    return why
  }

  const run = async (signal: AbortSignal) => {
    const nextMs = retryDelayOf({ clock, random, ...options.pace })
    let from: string | undefined
    while (!signal.aborted) {
      if (from === undefined) {
        from = await list(signal)
        if (from === undefined) await sleep(clock, nextMs(), signal)
        continue
      }
      const startMs = clock.nowMs()
      const why = await watch(from, signal)
      from = why === 'closed' || why === 'overdue' || why === 'failed' ? newest : undefined
      // One that was overdue has waited long enough.
      if (why === 'overdue') continue
      if (why !== 'closed' || clock.nowMs() - startMs < shortestWatchMs) await sleep(clock, nextMs(), signal)
    }
  }

  return {
    start: () => {
      if (running) return
      running = new AbortController()
      void run(running.signal)
    },
    stop: () => {
      running?.abort()
      running = undefined
    },
    get listError() {
      return listError
    },
  }
}
