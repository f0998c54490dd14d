/** Milliseconds since 1970 as the emulator sees them. */
export interface Clock {
  now(): number
  /** It moves by itself, as the system's does. A clock that a test moves does not. */
  readonly runs?: true
}

export const systemClock: Clock = { now: () => Date.now(), runs: true }

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
