/** Stops what was planned. Calling it again, or too late, does nothing. */
export type Cancel = () => void

/** Time as the rooms below main see it: injected, so that tests own it. */
export interface Clock {
  /** Milliseconds on a scale that only goes forward. Its zero means nothing: only differences do. */
  nowMs(): number
  /** Milliseconds since 1970 as the machine believes: for what others read. It may jump; never measure with it. */
  wallMs(): number
  /** Calls `run` once, at the earliest after `ms`. */
  after(ms: number, run: () => void): Cancel
}

/** A number from 0 up to, not including, 1. */
export type Random = () => number

/** Node fires a timer at once when its delay does not fit into 31 bits. */
const longestTimerMs = 2 ** 31 - 1

export const realClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  after: (ms, run) => {
    const endMs = performance.now() + ms
    let timer: NodeJS.Timeout
    const plan = () => {
      const leftMs = endMs - performance.now()
      timer = leftMs > longestTimerMs ? setTimeout(plan, longestTimerMs) : setTimeout(run, Math.max(0, leftMs))
    }
    plan()
    return () => clearTimeout(timer)
  },
}
