import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { faultsOf, write } from './generate/target.ts'
import { allTargets } from './generate/targets.ts'

/** `npm run generate` writes every generated file; with `--check` nothing is written, and each fault ends it with 1. */
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
const root = join(import.meta.dirname, '..')
const targets = await allTargets()

if (values.check) {
  const faults = await faultsOf(root, targets)
  for (const { path, is } of faults) console.error(`${is}: ${path}`)
  if (faults.length > 0) {
    console.error(`${faults.length} of ${targets.length} generated files are not up to date: npm run generate`)
    process.exitCode = 1
  }
} else {
  const changes = await write(root, targets)
  for (const { path, is } of changes) console.log(`${is === 'leftover' ? 'removed' : 'wrote'} ${path}`)
  console.log(`${targets.length} generated files are up to date`)
}
