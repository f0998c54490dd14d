import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { checkSource } from '../../controlplane/binary.ts'
import { checkPython } from '../python.ts'
import type { Need } from './suites.ts'

const root = join(import.meta.dirname, '../..')

/** What makes a need be there, and what tells beforehand whether it can be. In order: what takes longest comes last. */
const steps: readonly {
  readonly need: Need
  readonly script: readonly string[]
  readonly check?: () => unknown
}[] = [
  { need: 'bundle', script: ['scripts/build.ts'] },
  { need: 'servers', script: ['scripts/tools.ts', 'servers'] },
  { need: 'Python', script: ['scripts/python.ts'], check: checkPython },
  { need: 'control plane', script: ['scripts/tools.ts', 'control-plane'], check: () => checkSource() },
]

/** What is missing on the machine for these needs, in words for people; asked before anything is installed. */
export const missingTools = async (needs: ReadonlySet<Need>): Promise<readonly string[]> => {
  const missing: string[] = []
  for (const { need, check } of steps) {
    if (!needs.has(need)) continue
    try {
      await check?.()
    } catch (error) {
      missing.push((error as Error).message)
    }
  }
  return missing
}

/** Makes the needs be there, each with its own progress: building a control plane is no part of a test. Gives those that failed. */
export const prepare = (needs: ReadonlySet<Need>): ReadonlySet<Need> => {
  const failed = new Set<Need>()
  for (const { need, script } of steps) {
    if (!needs.has(need)) continue
    console.log(`== prepare: ${need}`)
    const { status } = spawnSync(process.execPath, script, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
    if (status !== 0) failed.add(need)
  }
  return failed
}
