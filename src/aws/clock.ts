/** The part of the loop's clock that this room needs. A type of its own, since aws stands on a lower floor than loop. */
export interface Clock {
  /** Milliseconds on a scale that only goes forward; only differences mean something. */
  nowMs(): number
  /** Calls `run` once, at the earliest after `ms`; the returned function stops it. */
  after(ms: number, run: () => void): () => void
}

/** A number from 0 up to, not including, 1. */
export type Random = () => number
