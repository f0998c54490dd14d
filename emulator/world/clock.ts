/** Milliseconds since 1970 as the emulator sees them. */
export interface Clock {
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }

/** A clock that moves only when it is told to. */
export interface ManualClock extends Clock {
  advance(ms: number): void
}

export const manualClock = (startMs = Date.UTC(2026, 0, 5, 12)): ManualClock => {
  let nowMs = startMs
  return {
    now: () => nowMs,
    advance: (ms) => {
      nowMs += ms
    },
  }
}
