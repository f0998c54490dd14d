import type { Cancel, Clock, Random } from '../../time/clock.ts'

export interface RetryDelayOptions {
  readonly clock: Clock
  readonly random: Random
  readonly firstMs?: number
  readonly capMs?: number
  /** After this long without a failure the next one waits the shortest time again. */
  readonly healthyMs?: number
}

/** How long to wait after each failure: client-go's reflector, 0.8 s doubling to 30 s, jittered. Returns `nextMs`. */
export const retryDelayOf = ({
  clock,
  random,
  firstMs = 800,
  capMs = 30_000,
  healthyMs = 120_000,
}: RetryDelayOptions): (() => number) => {
  let failures = 0
  let lastMs = Number.NEGATIVE_INFINITY
  return () => {
    const nowMs = clock.nowMs()
    if (nowMs - lastMs > healthyMs) failures = 0
    const waitMs = Math.min(capMs, firstMs * 2 ** failures++ * (1 + random()))
    lastMs = nowMs + waitMs
    return waitMs
  }
}

/** Waits, or returns early when the signal is aborted. */
export const sleep = (clock: Clock, ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve()
    let cancel: Cancel = () => undefined
    const wake = () => {
      cancel()
      signal.removeEventListener('abort', wake)
      resolve()
    }
    cancel = clock.after(ms, wake)
    signal.addEventListener('abort', wake)
  })
