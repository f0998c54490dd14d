/** What went wrong with a node or front, and when it is tried again. */
export interface Setbacks {
  /** Notes a failure; the next attempt is put off a little longer each time. */
  note(key: string, reason: string): void
  /** Notes what is wrong with something that is being worked on anyway. */
  mention(key: string, reason: string): void
  /** Milliseconds until another attempt is due; 0: now. */
  waitMs(key: string): number
  clear(key: string): void
  reasons(): ReadonlyMap<string, string>
}

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 30_000

/** Keeps setbacks in memory. */
export function createSetbacks(): Setbacks {
  const noted = new Map<string, { reason: string; times: number; notBefore: number }>()
  return {
    note(key, reason) {
      const times = (noted.get(key)?.times ?? 0) + 1
      const waitMs = times === 1 ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (times - 2))
      noted.set(key, { reason, times, notBefore: performance.now() + waitMs })
    },
    mention(key, reason) {
      const { times = 0, notBefore = 0 } = noted.get(key) ?? {}
      noted.set(key, { reason, times, notBefore })
    },
    waitMs: (key) => Math.max(0, (noted.get(key)?.notBefore ?? 0) - performance.now()),
    clear: (key) => void noted.delete(key),
    reasons: () => new Map([...noted].map(([key, { reason }]) => [key, reason])),
  }
}
