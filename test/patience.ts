import { utimesSync } from 'node:fs'

/** For how long nothing may change before a wait is given up: a machine that many share may be slow, not dead. */
export const patienceMs = 300_000

/** Tells the runner that something moves: it ends a suite in which nothing does. */
const tellProgress = () => {
  const file = process.env.LARDER_TEST_PROGRESS
  if (!file) return
  try {
    const now = new Date()
    utimesSync(file, now, now)
  } catch {
    // The reporter has not made it yet.
  }
}

/**
 * A wait that ends by itself only at a standstill. Each call tells what is seen now, in any form that JSON has; it answers
 * whether to go on waiting, which is so as long as what is seen has changed within the last minutes.
 */
export const patience = (limitMs = patienceMs, nowMs = () => performance.now()) => {
  let last: string | undefined
  let sinceMs = nowMs()
  return (seen: unknown = 'nothing'): boolean => {
    const text = JSON.stringify(seen)
    if (text !== last) {
      if (last !== undefined) tellProgress()
      last = text
      sinceMs = nowMs()
    }
    return nowMs() - sinceMs <= limitMs
  }
}
