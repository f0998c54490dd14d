import { setTimeout as delay } from 'node:timers/promises'

export type WaitOptions = {
  /** What is waited for, for the message when it doesn't come. */
  readonly what: string
  readonly deadlineMs?: number
  readonly everyMs?: number
}

/** Asks again and again until the answer is not undefined. Throws at the deadline, and what `ask` throws. */
export const waitFor = async <T>(
  ask: () => Promise<T | undefined>,
  { what, deadlineMs = 300_000, everyMs = 50 }: WaitOptions,
): Promise<T> => {
  const end = performance.now() + deadlineMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (performance.now() > end) throw new Error(`${what}: not within ${deadlineMs / 1000} s`)
    await delay(everyMs)
  }
}
