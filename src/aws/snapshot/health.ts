import { type Failure, staleMs } from '../../plan/core/outcome.ts'
import type { Clock } from '../../time/clock.ts'

/** Whether polls are good and how old the picture is. `tell` is called when what can be said of that has changed. */
export interface PollHealth {
  good(begunMs: number): void
  failed(failure: Failure): void
  /** Nobody asks for anything, so there is neither a picture nor a failure. */
  idle(): void
  start(): void
  stop(): void
  /** Since the begin of the last good poll. */
  readonly ageMs: number | undefined
  /** When that began as the machine believes; it may jump. */
  readonly lastGoodWallMs: number | undefined
  readonly failure: Failure | undefined
}

export const pollHealthOf = (clock: Clock, tell: () => void): PollHealth => {
  let goodMs: number | undefined
  let goodWallMs: number | undefined
  let failure: Failure | undefined
  let stale = false
  let cancel: (() => void) | undefined

  const endTimer = () => {
    cancel?.()
    cancel = undefined
  }
  const planStale = () => {
    endTimer()
    if (goodMs === undefined || stale) return
    // One more, so that the picture is older than that, and not as old.
    cancel = clock.after(goodMs + staleMs + 1 - clock.nowMs(), () => {
      stale = true
      tell()
    })
  }

  return {
    good: (begunMs) => {
      const news = failure !== undefined || stale
      goodMs = begunMs
      goodWallMs = clock.wallMs() - (clock.nowMs() - begunMs)
      failure = undefined
      stale = false
      planStale()
      if (news) tell()
    },
    failed: (now) => {
      const news = now.reason !== failure?.reason
      failure = now
      if (news) tell()
    },
    idle: () => {
      endTimer()
      goodMs = undefined
      goodWallMs = undefined
      failure = undefined
      stale = false
    },
    start: planStale,
    stop: endTimer,
    get ageMs() {
      return goodMs === undefined ? undefined : clock.nowMs() - goodMs
    },
    get lastGoodWallMs() {
      return goodWallMs
    },
    get failure() {
      return failure
    },
  }
}
