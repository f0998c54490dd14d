import type { Clock } from '../../time/clock.ts'
import { AwsLayerError } from '../errors/errors.ts'
import { fifoOf } from './fifo.ts'

/** Who asks: a change, a read about one thing on the way of a change, or a page of the poll. */
export const ranks = ['change', 'read', 'poll'] as const
export type Rank = (typeof ranks)[number]

export interface Throttle {
  /** Resolves when one request may be sent; rejects with the code Closing once closed. */
  take(rank: Rank): Promise<void>
  /** AWS asked for fewer calls: halves the rate, at most once a second, since many answers tell of one and the same storm. */
  slowDown(): void
  /** AWS took a call: a rate that was lowered grows. */
  accepted(): void
  readonly ratePerSecond: number
  /** How often AWS asked for fewer calls, ever. */
  readonly slowed: number
  /** How long requests of that rank have waited for tokens, ever, those that wait now included. */
  waitedMs(rank: Rank): number
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
/**
 * The slowest that a storm makes us. At two a second a change, its reads and a page of the poll are through within two
 * seconds of AWS's allowing them again; much less would make one create wait for half a minute.
 */
const floorPerSecond = 2
const halvingGapMs = 1000
/**
 * With each call that AWS takes. From the floor to 15 a second it takes about 40 calls, that is ten seconds, with which a
 * storm is soon forgotten; while AWS keeps us at a fifth of our rate, one call in fifteen or so finds out that it still does.
 */
const growth = 1.05
/** Quiet time before the rate grows by itself, where no calls tell, and the time that growing from nothing to full takes. */
const quietMs = 5000
const recoveryMs = 60_000
/**
 * Whose turn it is while all ranks wait; whoever doesn't wait is passed over, so that unused shares go to the others. Changes
 * and the poll have two of five, reads one. Simulated at 15 a second with a thousand creates waiting and eight askers who read
 * on and on: a poll of 30 pages then takes 5 s, and the creates 2 minutes; with shares of 2:2:1 (change, read, poll) it is
 * 10 s and 2.6 minutes, with 3:1:1 10 s and 1.7. The poll may have as much as changes have, since it asks for one page
 * after the other and then rests. Reads need no more: a delete asks for its reads one after the other before it is a change, so
 * fewer turns of reads than of changes only means that less is begun before the rest is done.
 */
const turns: readonly Rank[] = ['change', 'poll', 'read', 'change', 'poll']
const rounding = 1e-9

interface Waiter {
  readonly sinceMs: number
  readonly grant: () => void
  readonly refuse: (error: AwsLayerError) => void
}

const lineOf = () => ({ waiters: fifoOf<Waiter>(), waitedMs: 0, sumOfSinceMs: 0 })

/** A token bucket for all calls of one account and region. It slows down when AWS asks for it. */
export const throttleOf = ({ clock, ratePerSecond = defaultPerSecond, burst }: ThrottleOptions): Throttle => {
  const size = burst ?? Math.max(defaultPerSecond, ratePerSecond)
  const floor = Math.min(floorPerSecond, ratePerSecond)
  const lines = { change: lineOf(), read: lineOf(), poll: lineOf() }
  let turn = 0
  let tokens = size
  let filledMs = clock.nowMs()
  let slowedTo = ratePerSecond
  let slowedMs = Number.NEGATIVE_INFINITY
  let slowed = 0
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
  const anyWaits = () => ranks.some((rank) => lines[rank].waiters.length > 0)
  /** The next in turn of those that wait. */
  const next = (): Waiter | undefined => {
    for (let passed = 0; passed < turns.length; passed++) {
      const line = lines[turns[turn] ?? 'change']
      turn = (turn + 1) % turns.length
      const waiter = line.waiters.shift()
      if (waiter === undefined) continue
      line.waitedMs += clock.nowMs() - waiter.sinceMs
      line.sumOfSinceMs -= waiter.sinceMs
      return waiter
    }
    return undefined
  }
  const serve = (): void => {
    cancel?.()
    cancel = undefined
    fill()
    while (tokens >= 1 - rounding && anyWaits()) {
      tokens = Math.max(0, tokens - 1)
      next()?.grant()
    }
    if (anyWaits()) cancel = clock.after(Math.max(1, Math.ceil(((1 - tokens) / rate()) * 1000)), serve)
  }

  return {
    take: (rank) =>
      new Promise((grant, refuse) => {
        if (closed) return refuse(new AwsLayerError('Closing', 'The connection to AWS is closed'))
        const sinceMs = clock.nowMs()
        lines[rank].waiters.push({ sinceMs, grant, refuse })
        lines[rank].sumOfSinceMs += sinceMs
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
      if (anyWaits()) serve()
    },
    accepted: () => {
      if (slowedTo >= ratePerSecond) return
      fill()
      slowedTo = Math.min(ratePerSecond, slowedTo * growth)
    },
    get ratePerSecond() {
      return rate()
    },
    get slowed() {
      return slowed
    },
    waitedMs: (rank) => {
      const { waiters, waitedMs, sumOfSinceMs } = lines[rank]
      return waitedMs + waiters.length * clock.nowMs() - sumOfSinceMs
    },
    close: () => {
      closed = true
      cancel?.()
      cancel = undefined
      for (const rank of ranks) {
        lines[rank].sumOfSinceMs = 0
        for (const waiter of lines[rank].waiters.drain())
          waiter.refuse(new AwsLayerError('Closing', 'The connection to AWS is closed'))
      }
    },
  }
}
