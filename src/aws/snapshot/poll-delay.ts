/** Between two polls while all is settled, unless the operator is told otherwise. */
export const defaultSettledMs = 60_000
/** Between two polls while anything is waited for. */
const eagerMs = 5000
/** No two polls are nearer than this, whoever asks. */
export const gapMs = 1000
/** Well below the age at which a picture counts as old (staleMs), so that no picture does while polls are good. */
const longestMs = 270_000
const longestRetryMs = 60_000
/** The same while somebody waits: a call that costs nothing, and whoever mends the cause sees it heal within a quarter of a minute. */
const longestEagerRetryMs = 10_000
/** However much AWS asks for fewer calls: who waits for a cache hears of it within 20 s. */
const slowest = 4
const jitter = 0.1

export interface Pace {
  /** Somebody waits, or doesn't know yet. */
  readonly eager: boolean
  /** Between two polls while all is settled. */
  readonly settledMs: number
  /** 1 when AWS is content, doubled with each poll during which it asked for fewer calls. */
  readonly slowness: number
  /** How long AWS took for the last poll, our own wait for tokens left out: half of the time at most is spent polling. */
  readonly pollMs: number
  /** Polls that failed since the last good one, and the delay that AWS asked for with the last of them. */
  readonly failures: number
  readonly retryAfterMs: number
  /** From 0 to 1: where in the spread of ±10 % this delay falls. */
  readonly chance: number
}

/** From the end of one poll to the begin of the next, in milliseconds. */
export const delayOf = ({ eager, settledMs, slowness, pollMs, failures, retryAfterMs, chance }: Pace): number => {
  const spread = 1 - jitter + 2 * jitter * chance
  if (failures > 0) {
    const longest = eager ? Math.min(longestRetryMs, longestEagerRetryMs * slowness) : longestRetryMs
    const backoffMs = Math.min(longest, gapMs * 2 ** Math.min(failures - 1, 16) * slowness)
    return Math.max(gapMs, backoffMs * spread, retryAfterMs)
  }
  return Math.max(gapMs, Math.min(longestMs, Math.max(eager ? eagerMs : settledMs, pollMs) * slowness * spread))
}

/** Doubles while AWS asks for fewer calls, and is over with the first poll that it let pass: the throttle is slow by itself. */
export const slownessAfter = (slowness: number, throttled: boolean): number =>
  throttled ? Math.min(slowest, slowness * 2) : 1
