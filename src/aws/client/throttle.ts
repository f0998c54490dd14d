import type { Clock } from '../../time/clock.ts'
import { AwsLayerError } from '../errors/errors.ts'

/** Who goes first when tokens are short: changes, then looks at one thing on the way of a user's change, then the snapshot's pages. */
export const ranks = ['change', 'read', 'poll'] as const
export type Rank = (typeof ranks)[number]

export interface Throttle {
  /** Resolves when one request may be sent; rejects with the code Closing once closed. */
  take(rank: Rank): Promise<void>
  /** AWS asked for fewer calls: halves the rate, at most once a second, since many answers tell of one and the same storm. */
  slowDown(): void
  readonly ratePerSecond: number
  /** How often AWS asked for fewer calls, ever. */
  readonly slowed: number
  close(): void
}

export interface ThrottleOptions {
  readonly clock: Clock
  /** Requests a second in the long run; default 15. */
  readonly ratePerSecond?: number
  /** Requests at once after a rest; default 15, or the rate where that is higher. */
  readonly burst?: number
}

const defaultPerSecond = 15
/** The slowest that a storm makes us. */
const floorPerSecond = 0.5
const halvingGapMs = 1000
/** Quiet time before the rate grows again, and the time that growing from nothing to the full rate takes. */
const quietMs = 5000
const recoveryMs = 60_000
/** One grant in so many goes to whoever has waited longest, whatever its rank, so that none starves. */
const fairEvery = 4
const rounding = 1e-9

interface Waiter {
  readonly rank: Rank
  readonly grant: () => void
  readonly refuse: (error: AwsLayerError) => void
}

/** A token bucket for all calls of one account and region. It slows down when AWS asks for it, and recovers slowly. */
export const throttleOf = ({ clock, ratePerSecond = defaultPerSecond, burst }: ThrottleOptions): Throttle => {
  const size = burst ?? Math.max(defaultPerSecond, ratePerSecond)
  const floor = Math.min(floorPerSecond, ratePerSecond)
  let waiting: Waiter[] = []
  let tokens = size
  let filledMs = clock.nowMs()
  let slowedTo = ratePerSecond
  let slowedMs = Number.NEGATIVE_INFINITY
  let slowed = 0
  let granted = 0
  let cancel: (() => void) | undefined
  let closed = false

  const rate = (): number => {
    const grownMs = clock.nowMs() - slowedMs - quietMs
    return Math.min(ratePerSecond, slowedTo + Math.max(0, grownMs / recoveryMs) * ratePerSecond)
  }
  const fill = (): void => {
    const nowMs = clock.nowMs()
    tokens = Math.min(size, tokens + ((nowMs - filledMs) / 1000) * rate())
    filledMs = nowMs
  }
  const pick = (): Waiter | undefined => {
    if (granted % fairEvery === fairEvery - 1) return waiting[0]
    return ranks.map((rank) => waiting.find((waiter) => waiter.rank === rank)).find((waiter) => waiter !== undefined)
  }
  const serve = (): void => {
    cancel?.()
    cancel = undefined
    fill()
    for (let next = pick(); next && tokens >= 1 - rounding; next = pick()) {
      const served = next
      tokens = Math.max(0, tokens - 1)
      granted += 1
      waiting = waiting.filter((waiter) => waiter !== served)
      served.grant()
    }
    if (waiting.length > 0) cancel = clock.after(Math.max(1, Math.ceil(((1 - tokens) / rate()) * 1000)), serve)
  }

  return {
    take: (rank) =>
      new Promise((grant, refuse) => {
        if (closed) return refuse(new AwsLayerError('Closing', 'The connection to AWS is closed'))
        waiting.push({ rank, grant, refuse })
        serve()
      }),
    slowDown: () => {
      slowed += 1
      const nowMs = clock.nowMs()
      if (nowMs - slowedMs < halvingGapMs) return
      fill()
      slowedTo = Math.max(floor, rate() / 2)
      slowedMs = nowMs
      // What was saved up is spent: a burst is the last thing that AWS wants now.
      tokens = 0
      if (waiting.length > 0) serve()
    },
    get ratePerSecond() {
      return rate()
    },
    get slowed() {
      return slowed
    },
    close: () => {
      closed = true
      cancel?.()
      const left = waiting
      waiting = []
      for (const waiter of left) waiter.refuse(new AwsLayerError('Closing', 'The connection to AWS is closed'))
    },
  }
}
