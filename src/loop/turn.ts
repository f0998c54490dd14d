import type { Backoff } from './backoff.ts'
import type { Clock } from './clock.ts'
import type { Lane, Queue, Taken } from './queue.ts'

/**
 * What a turn says when it ends: when to look again.
 * `done`: nothing more until a notice comes. `again`: a stated delay, no error counted. `backoff`: exponential per key,
 * never sooner than `atLeastMs`.
 */
export type Rest =
  | { readonly is: 'done' }
  | { readonly is: 'again'; readonly afterMs: number }
  | { readonly is: 'backoff'; readonly atLeastMs?: number }

/** Told of each turn, for metrics. Must not throw. */
export interface TurnObserver {
  /** `waitedMs`: how long the key stood ready. */
  started?(key: string, lane: Lane, waitedMs: number): void
  /** `error` is a turn that threw. */
  ended?(key: string, is: Rest['is'] | 'error', tookMs: number): void
}

export interface TurnOptions {
  readonly queue: Queue
  readonly clock: Clock
  readonly backoff: Backoff
  /** One turn of one key. What it throws counts as `backoff`. */
  readonly reconcile: (key: string) => Promise<Rest>
  /** How many turns run at once; never two of one key. */
  readonly workers: number
  /** Must not throw. */
  readonly onError: (key: string, error: unknown) => void
  readonly observer?: TurnObserver
}

export interface Turns {
  /** Starts no more turns; true when those under way ended within `deadlineMs`. */
  stop(deadlineMs: number): Promise<boolean>
}

/** Runs turns from now on: takes keys, reconciles them, and does what their Rest says. */
export const runTurns = ({ queue, clock, backoff, reconcile, workers, onError, observer }: TurnOptions): Turns => {
  const rest = (key: string, said: Rest) => {
    if (said.is === 'backoff') {
      queue.addAfter(key, Math.max(backoff.nextMs(key), said.atLeastMs ?? 0))
      return
    }
    backoff.forget(key)
    if (said.is === 'again') queue.addAfter(key, said.afterMs)
  }

  const attempt = async (key: string): Promise<Rest | undefined> => {
    try {
      return await reconcile(key)
    } catch (error) {
      onError(key, error)
      return undefined
    }
  }

  const turn = async ({ key, lane, waitedMs }: Taken) => {
    const startMs = clock.nowMs()
    observer?.started?.(key, lane, waitedMs)
    // What failed before says little about what the user asks for now.
    if (lane === 'user') backoff.forget(key)
    const said = await attempt(key)
    rest(key, said ?? { is: 'backoff' })
    queue.done(key)
    observer?.ended?.(key, said?.is ?? 'error', clock.nowMs() - startMs)
  }

  const work = async () => {
    for (let taken = await queue.take(); taken; taken = await queue.take()) await turn(taken)
  }
  for (let worker = 0; worker < workers; worker++) void work()

  return { stop: (deadlineMs) => queue.drain(deadlineMs) }
}
