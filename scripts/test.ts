import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * `npm test`: all checks, then all suites, one process a suite, so that a crash of one is a failure and not an end. A name
 * or several limit it: `npm test -- plan aws`. The last line says `N passed, N failed`.
 */
const root = join(import.meta.dirname, '..')
const wanted = process.argv.slice(2)

/** From the ground up: what fails early is what others stand on. */
const suites = [
  'scripts',
  'crds',
  'plan',
  'loop',
  'aws',
  'kube',
  'controllers',
  'wiring',
  'client',
  'controlplane',
  'emulator',
  'boto3',
  'contract',
  'world',
]
/** `npm test -w emulator`: it needs neither a control plane nor the operator. */
const emulatorAlone = wanted.length > 0 && wanted.every((name) => name === 'emulator' || name === 'boto3')
const needsPython = wanted.length === 0 || wanted.includes('boto3')
const unknown = wanted.filter((name) => !suites.includes(name))
if (unknown.length > 0) {
  console.error(`no suite ${unknown.join(', ')}: there are ${suites.join(', ')}`)
  process.exit(2)
}
const missing = readdirSync(join(root, 'test'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'golden' && !suites.includes(entry.name))
  .map((entry) => entry.name)
if (missing.length > 0) throw new Error(`scripts/test.ts does not know test/${missing.join(', test/')}`)

interface Counts {
  readonly passes: number
  readonly failures: number
  readonly pending: number
}

const folder = mkdtempSync(join(tmpdir(), 'larder-test-'))
const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  spawnSync(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  })

const countsOf = (suite: string): Counts => {
  const file = join(folder, `${suite}.json`)
  const started = performance.now()
  console.log(`\n== ${suite}`)
  const { status, signal } = run(
    ['node_modules/mocha/bin/mocha.js', '--reporter', 'scripts/test/reporter.mjs', `test/${suite}/**/*.test.ts`],
    { LARDER_TEST_COUNTS: file },
  )
  console.log(`== ${suite}: ${((performance.now() - started) / 1000).toFixed(0)} s`)
  if (!existsSync(file)) {
    console.error(`${suite} ended without a report (${signal ?? `exit code ${status}`})`)
    return { passes: 0, failures: 1, pending: 0 }
  }
  const counts = JSON.parse(readFileSync(file, 'utf8')) as Counts
  // mocha may fail outside a test, for instance in a file that can't be read.
  return status !== 0 && counts.failures === 0 ? { ...counts, failures: 1 } : counts
}

let passed = 0
let failed = 0
const step = (ok: boolean) => {
  if (ok) passed++
  else failed++
}

try {
  if (wanted.length === 0) {
    console.log('== verify')
    step(run(['scripts/verify.ts']).status === 0)
  }
  // Before any suite, with its own progress: building a control plane takes minutes and is no part of a test.
  console.log('== install')
  step(run(['scripts/tools.ts', ...(emulatorAlone ? ['servers'] : [])]).status === 0)
  if (needsPython) step(run(['scripts/python.ts']).status === 0)
  if (!emulatorAlone) {
    console.log('== build')
    step(run(['scripts/build.ts']).status === 0)
  }
  for (const suite of wanted.length > 0 ? wanted : suites) {
    const { passes, failures, pending } = countsOf(suite)
    passed += passes
    // A skipped test proves nothing.
    failed += failures + pending
  }
} finally {
  rmSync(folder, { recursive: true })
}
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
