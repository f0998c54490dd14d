/**
 * Polls until `look` gives something, or fails after `deadlineMs` with what was waited for. The deadline is for a standstill:
 * a machine that others use too may be slow.
 */
export const until = async <T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  deadlineMs = 300_000,
): Promise<T> => {
  const endMs = performance.now() + deadlineMs
  let last = ''
  while (performance.now() < endMs) {
    try {
      const found = await look()
      if (found !== undefined && found !== false) return found
    } catch (error) {
      last = `: ${String(error)}`
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`waited ${Math.round(deadlineMs / 1000)} s for ${what}${last}`)
}
