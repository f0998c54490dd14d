import type { Clock } from './clock.ts'

/** A token bucket: `perSecond` on the long run, `burst` at once. */
export interface Bucket {
  /** Takes a token and says 0, or takes none and says in how many milliseconds there will be one. */
  take(): number
}

export const bucketOf = (clock: Clock, perSecond: number, burst: number): Bucket => {
  let tokens = burst
  let filledMs = clock.nowMs()
  return {
    take: () => {
      const nowMs = clock.nowMs()
      tokens = Math.min(burst, tokens + ((nowMs - filledMs) / 1000) * perSecond)
      filledMs = nowMs
      // Fractions of a second don't add up exactly: a token that is there but for a rounding error counts.
      if (tokens < 1 - 1e-9) return Math.max(1, Math.ceil(((1 - tokens) / perSecond) * 1000))
      tokens = Math.max(0, tokens - 1)
      return 0
    },
  }
}
