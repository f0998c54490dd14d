/** What a suite needs beside the npm packages. */
export type Need = 'servers' | 'control plane' | 'bundle' | 'Python'

export interface Suite {
  readonly name: string
  readonly needs: readonly Need[]
  /** The files that need it, where the others of the suite need nothing. */
  readonly neededBy?: readonly string[]
  /** For how long nothing may move in it, where that is more than usual. */
  readonly limitMs?: number
}

/** On real AWS a change takes up to hours. */
const remote = process.env.REMOTE === '1' ? { limitMs: 6 * 3_600_000 } : {}

/** From the ground up: what fails early is what others stand on. */
export const suites: readonly Suite[] = [
  { name: 'scripts', needs: [] },
  { name: 'crds', needs: ['control plane'], neededBy: ['server.test.ts'] },
  { name: 'plan', needs: [] },
  { name: 'time', needs: [] },
  { name: 'loop', needs: [] },
  { name: 'aws', needs: [] },
  {
    name: 'kube',
    needs: ['control plane'],
    neededBy: ['real.test.ts', 'real-refusals.test.ts', 'real-reflector.test.ts', 'real-secrets.test.ts'],
  },
  { name: 'controllers', needs: [] },
  { name: 'histories', needs: [] },
  { name: 'wiring', needs: ['bundle'] },
  { name: 'client', needs: ['servers'] },
  { name: 'controlplane', needs: ['control plane'] },
  { name: 'emulator', needs: ['servers'] },
  { name: 'world', needs: ['servers', 'control plane', 'bundle'] },
  { name: 'faults', needs: ['servers', 'control plane', 'bundle'] },
  { name: 'contract', needs: ['servers'], ...remote },
  { name: 'boto3', needs: ['servers', 'Python'] },
]

export const suiteNames: readonly string[] = suites.map(({ name }) => name)

/** A suite as it is to run: all of its files, or those that were named. */
export interface Chosen {
  readonly suite: Suite
  readonly files: readonly string[]
}

/** What these suites and files need, each once. */
export const needsOf = (chosen: readonly Chosen[]): ReadonlySet<Need> =>
  new Set(
    chosen.flatMap(({ suite, files }) => {
      const { needs, neededBy } = suite
      const spared = files.every((file) => file.endsWith('.test.ts') && !file.includes('*'))
      const isNeeded =
        neededBy === undefined || !spared || files.some((file) => neededBy.some((one) => file.endsWith(`/${one}`)))
      return isNeeded ? needs : []
    }),
  )
