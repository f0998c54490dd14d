const parentLookMs = 1000

/**
 * Resolves with why it is time to stop: Ctrl-C, SIGTERM, or the end of the program that started this one (`make` and `npm`
 * pass no signal on when they alone are ended).
 */
export const untilStopped = (): Promise<string> =>
  new Promise((resolve) => {
    const parent = process.ppid
    const timer = setInterval(() => {
      if (process.ppid !== parent) stop('the parent is gone')
    }, parentLookMs)
    const stop = (why: string) => {
      clearInterval(timer)
      resolve(why)
    }
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop(signal))
  })
