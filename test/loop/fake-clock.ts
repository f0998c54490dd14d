import type { Clock } from '../../src/time/clock.ts'

/** A clock that a test moves. Timers fire in order of time, and of planning where times are equal. */
export interface FakeClock extends Clock {
  /** Goes forward step by step, letting promises settle after each timer. */
  advance(ms: number): Promise<void>
  /** Lets whatever needs no time happen. */
  settle(): Promise<void>
  /** Moves only what the machine believes the date to be. */
  jumpWall(ms: number): void
  readonly timers: number
}

export const fakeClock = (startMs = 1000): FakeClock => {
  let nowMs = startMs
  let wallOffsetMs = 1_700_000_000_000
  let planned = 0
  const timers = new Map<number, { readonly atMs: number; readonly run: () => void }>()

  const next = (): [number, { readonly atMs: number; readonly run: () => void }] | undefined =>
    [...timers].sort(([a, one], [b, other]) => one.atMs - other.atMs || a - b)[0]
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

  return {
    nowMs: () => nowMs,
    wallMs: () => nowMs + wallOffsetMs,
    after: (ms, run) => {
      const id = planned++
      timers.set(id, { atMs: nowMs + Math.max(0, ms), run })
      return () => void timers.delete(id)
    },
    settle,
    advance: async (ms) => {
      const endMs = nowMs + ms
      await settle()
      for (let timer = next(); timer && timer[1].atMs <= endMs; timer = next()) {
        const [id, { atMs, run }] = timer
        timers.delete(id)
        nowMs = Math.max(nowMs, atMs)
        run()
        await settle()
      }
      nowMs = endMs
    },
    jumpWall: (ms) => {
      wallOffsetMs += ms
    },
    get timers() {
      return timers.size
    },
  }
}
