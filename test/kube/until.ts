/** Waits for a condition, with a deadline so generous that only a real failure meets it. */
export const until = async (
  holds: () => boolean | Promise<boolean>,
  what: string | (() => string),
  deadlineMs = 15_000,
): Promise<void> => {
  const endMs = performance.now() + deadlineMs
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error(`never came true: ${typeof what === 'string' ? what : what()}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
