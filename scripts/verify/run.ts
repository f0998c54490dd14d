import type { Check } from './checks.ts'

/** What the checks came to. */
export interface Verified {
  readonly passed: number
  /** The names of those that failed. */
  readonly failed: readonly string[]
}

/** Runs the checks one after the other and says what each says. A check that throws has failed. */
export const runChecks = async (checks: readonly Check[], say: (line: string) => void): Promise<Verified> => {
  const failed: string[] = []
  for (const { name, run } of checks) {
    const complaint = await run().catch((error: Error) => error.stack ?? String(error))
    say(`${complaint === '' ? '  ok  ' : 'FAILED'} ${name}`)
    if (complaint === '') continue
    failed.push(name)
    say(complaint.replace(/^/gm, '       '))
  }
  return { passed: checks.length - failed.length, failed }
}
