import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Failure, lastWords } from './test/failures.ts'
import { missingTools, prepare } from './test/prepare.ts'
import { runSuites } from './test/run-suites.ts'
import { needsOf } from './test/suites.ts'
import { readWanted, unknownFolders, type Wanted } from './test/wanted.ts'
import { checksOf } from './verify/checks.ts'
import { runChecks } from './verify/run.ts'

/**
 * `npm test`: all checks, then all suites. Names of suites and files limit it, and so does a part of a title:
 * `npm test -- plan aws`, `npm test -- test/plan/compare.test.ts --grep sentence`. It ends with what failed and with the line
 * `N passed, N failed`.
 */
const root = join(import.meta.dirname, '..')

const wantedOrExit = (): Wanted => {
  try {
    return readWanted(root, process.argv.slice(2))
  } catch (error) {
    console.error((error as Error).message)
    process.exit(2)
  }
}
const { chosen, grep, all, empty } = wantedOrExit()
const unknown = unknownFolders(root)
if (unknown.length > 0) {
  console.error(`scripts/test/suites.ts does not know test/${unknown.join(', test/')}`)
  process.exit(1)
}
const needs = needsOf(chosen)
const missing = await missingTools(needs)
if (missing.length > 0) {
  console.error(missing.join('\n\n'))
  process.exit(1)
}

let passed = 0
const failures: Failure[] = []
if (all) {
  console.log('== verify')
  const verified = await runChecks(checksOf(root), (line) => console.log(line))
  passed += verified.passed
  failures.push(...verified.failed.map((title) => ({ suite: 'verify', title })))
}
const absent = prepare(needs)
const lacks = ({ suite, files }: (typeof chosen)[number]) =>
  [...needsOf([{ suite, files }])].filter((need) => absent.has(need))
for (const one of chosen) {
  const error = `not run: ${lacks(one).join(' and ')} could not be prepared`
  if (lacks(one).length > 0) failures.push({ suite: one.suite.name, title: 'the whole suite', error })
}
for (const name of empty) console.log(`== ${name} has no tests yet`)

const folder = mkdtempSync(join(tmpdir(), 'larder-test-'))
try {
  const result = await runSuites({ chosen: chosen.filter((one) => lacks(one).length === 0), grep, folder })
  passed += result.passed
  failures.push(...result.failures)
} finally {
  rmSync(folder, { recursive: true })
}
// A run that proves nothing is no success, for instance when a title is mistyped.
if (passed === 0 && failures.length === 0)
  failures.push({ suite: 'test', title: grep === undefined ? 'there is no test' : `no title matches ${grep}` })
console.log(`\n${lastWords(passed, failures)}`)
process.exitCode = failures.length === 0 ? 0 : 1
