import type { Clock } from '../../src/time/clock.ts'

/** Time that jumps from one timer to the next: an hour in which nothing is planned costs nothing. */
export interface JumpClock extends Clock {
  /** When the next timer is due; undefined when none is planned. */
  nextMs(): number | undefined
  /** Goes forward to that moment and fires what is due by then. */
  jumpTo(ms: number): void
}

export const jumpClock = (startMs = 1000): JumpClock => {
  let nowMs = startMs
  let planned = 0
  const timers = new Map<number, { readonly atMs: number; readonly run: () => void }>()
  const next = () => {
    let first: [number, { readonly atMs: number; readonly run: () => void }] | undefined
    for (const timer of timers) if (first === undefined || timer[1].atMs < first[1].atMs) first = timer
    return first
  }
  return {
    nowMs: () => nowMs,
    wallMs: () => nowMs + 1_700_000_000_000,
    after: (ms, run) => {
      const id = planned++
      timers.set(id, { atMs: nowMs + Math.max(0, ms), run })
      return () => void timers.delete(id)
    },
    nextMs: () => next()?.[1].atMs,
    jumpTo: (ms) => {
      for (let timer = next(); timer && timer[1].atMs <= ms; timer = next()) {
        const [id, { atMs, run }] = timer
        // Whatever is due at one moment fires together; a later moment waits until what fired has settled.
        if (atMs > nowMs && atMs < ms) break
        timers.delete(id)
        nowMs = Math.max(nowMs, atMs)
        run()
      }
      if ((next()?.[1].atMs ?? ms) >= ms) nowMs = Math.max(nowMs, ms)
    },
  }
}

/** Lets whatever needs no time happen. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
