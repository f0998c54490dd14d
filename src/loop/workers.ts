import type { Clock } from '../time/clock.ts'
import type { Backoff } from './backoff.ts'
import type { Lane, Queue, Taken } from './queue.ts'

/**
 * What a reconcile says when it ends: when to look again.
 * `done`: nothing more until a notice comes. `again`: a stated delay, no error counted. `backoff`: exponential per key,
 * never sooner than `atLeastMs`.
 */
export type Requeue =
  | { readonly is: 'done' }
  | { readonly is: 'again'; readonly afterMs: number }
  | { readonly is: 'backoff'; readonly atLeastMs?: number }

/** Told of each reconcile, for metrics. Must not throw. */
export interface ReconcileObserver {
  /** `waitedMs`: how long the key stood ready. */
  started?(key: string, lane: Lane, waitedMs: number): void
  /** `error` is a reconcile that threw. */
  ended?(key: string, is: Requeue['is'] | 'error', tookMs: number): void
}

export interface WorkerOptions {
  readonly queue: Queue
  readonly clock: Clock
  readonly backoff: Backoff
  /** One reconcile of one key. What it throws counts as `backoff`. */
  readonly reconcile: (key: string) => Promise<Requeue>
  /** How many reconciles run at once; never two of one key. */
  readonly workers: number
  /** Must not throw. */
  readonly onError: (key: string, error: unknown) => void
  readonly observer?: ReconcileObserver
}

export interface Workers {
  /** Starts no more reconciles; true when those under way ended within `deadlineMs`. */
  stop(deadlineMs: number): Promise<boolean>
}

/** Runs reconciles from now on: takes keys, reconciles them, and does what their Requeue says. */
export const runWorkers = ({
  queue,
  clock,
  backoff,
  reconcile,
  workers,
  onError,
  observer,
}: WorkerOptions): Workers => {
  const requeue = (key: string, said: Requeue) => {
    if (said.is === 'backoff') {
      queue.addAfter(key, Math.max(backoff.nextMs(key), said.atLeastMs ?? 0))
      return
    }
    backoff.forget(key)
    if (said.is === 'again') queue.addAfter(key, said.afterMs)
  }

  const attempt = async (key: string): Promise<Requeue | undefined> => {
    try {
      return await reconcile(key)
    } catch (error) {
      onError(key, error)
      return undefined
    }
  }

  const runOne = async ({ key, lane, waitedMs }: Taken) => {
    const startMs = clock.nowMs()
    observer?.started?.(key, lane, waitedMs)
    // What failed before says little about what the user asks for now.
    if (lane === 'user') backoff.forget(key)
    const said = await attempt(key)
    requeue(key, said ?? { is: 'backoff' })
    queue.done(key)
    observer?.ended?.(key, said?.is ?? 'error', clock.nowMs() - startMs)
  }

  const work = async () => {
    for (let taken = await queue.take(); taken; taken = await queue.take()) await runOne(taken)
  }
  for (let worker = 0; worker < workers; worker++) void work()

  return { stop: (deadlineMs) => queue.drain(deadlineMs) }
}
