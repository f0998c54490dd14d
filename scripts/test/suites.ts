import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a suite came to. A skipped test proves nothing, so it is no pass. */
export interface Counts {
  readonly passed: number
  readonly failed: number
}

/** From the ground up: what fails early is what others stand on. */
export const suites: readonly string[] = [
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
  'world',
  'faults',
  'contract',
  'boto3',
]

/** Suites that run side by side: most of them wait for servers more than they compute. */
const LANES = 2

interface Report {
  readonly passes: number
  readonly failures: number
  readonly pending: number
}

const root = join(import.meta.dirname, '../..')
const progressMs = 60_000

const countsIn = (file: string, ended: string, ok: boolean): Counts => {
  if (!existsSync(file)) {
    console.error(`mocha ended with ${ended} and left no report`)
    return { passed: 0, failed: 1 }
  }
  const { passes, failures, pending } = JSON.parse(readFileSync(file, 'utf8')) as Report
  const failed = failures + pending
  if (ok || failed > 0) return { passed: passes, failed }
  // mocha may fail outside a test, for instance in a file that can't be read.
  console.error(`mocha ended with ${ended} and counted no failure`)
  return { passed: passes, failed: 1 }
}

const endOf = (child: ChildProcess) =>
  new Promise<{ readonly ok: boolean; readonly ended: string }>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve({ ok: code === 0, ended: signal ?? `exit code ${code}` }))
  })

/** Runs one suite as a process of its own, so that a crash is a failure and not an end. Its lines go to a file, or out. */
const runSuite = async (suite: string, folder: string, outFile: string | undefined): Promise<Counts> => {
  const file = join(folder, `${suite}.json`)
  const out = outFile === undefined ? 'inherit' : openSync(outFile, 'w')
  const args = ['--reporter', 'scripts/test/reporter.mjs', `test/${suite}/**/*.test.ts`]
  const child = spawn(process.execPath, ['node_modules/mocha/bin/mocha.js', ...args], {
    cwd: root,
    stdio: ['ignore', out, out],
    env: { ...process.env, LARDER_TEST_COUNTS: file },
  })
  try {
    const { ok, ended } = await endOf(child)
    return countsIn(file, ended, ok)
  } finally {
    if (typeof out === 'number') closeSync(out)
  }
}

const secondsSince = (startedMs: number) => `${((performance.now() - startedMs) / 1000).toFixed(0)} s`

/**
 * Runs the wanted suites and says what they said, each in one piece when it ends, or line by line when it is the only one.
 * @param folder for files on the way
 */
export const runSuites = async (wanted: readonly string[], folder: string): Promise<Counts> => {
  const sum = { passed: 0, failed: 0 }
  const running = new Map<string, number>()
  const waiting = suites.filter((suite) => wanted.includes(suite))
  const live = waiting.length === 1
  const runOne = async (suite: string) => {
    const startedMs = performance.now()
    running.set(suite, startedMs)
    console.log(`== ${suite} begins`)
    const outFile = live ? undefined : join(folder, `${suite}.out`)
    const { passed, failed } = await runSuite(suite, folder, outFile)
    running.delete(suite)
    if (outFile !== undefined) console.log(`\n== ${suite}\n${readFileSync(outFile, 'utf8')}`)
    console.log(`== ${suite}: ${passed} passed, ${failed} failed, ${secondsSince(startedMs)}`)
    sum.passed += passed
    sum.failed += failed
  }
  const runLane = async () => {
    for (let suite = waiting.shift(); suite !== undefined; suite = waiting.shift()) await runOne(suite)
  }
  const progress = setInterval(() => {
    console.log(
      `== running: ${[...running].map(([suite, sinceMs]) => `${suite} (${secondsSince(sinceMs)})`).join(', ')}`,
    )
  }, progressMs)
  try {
    await Promise.all(Array.from({ length: LANES }, runLane))
  } finally {
    clearInterval(progress)
  }
  return sum
}
