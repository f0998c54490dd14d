import type { Clock } from '../world/clock.ts'

/**
 * A clock that never goes back, not even behind `sinceMs`: when the other clock is set back, this one goes on from where
 * it was.
 */
export const steadyClock = (clock: Clock, sinceMs: number): Clock => {
  let aheadMs = 0
  let lastMs = sinceMs
  return {
    ...clock,
    now: () => {
      const thereMs = clock.now()
      aheadMs = Math.max(aheadMs, lastMs - thereMs)
      lastMs = thereMs + aheadMs
      return lastMs
    },
  }
}
