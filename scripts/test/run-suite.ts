import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Failure } from './failures.ts'
import { standstillMs, watchProgress } from './watch.ts'

/** What a suite came to. */
export interface Result {
  readonly passed: number
  readonly failures: readonly Failure[]
}

export interface SuiteRun {
  readonly suite: string
  /** Files or patterns, from the repository's root or absolute. */
  readonly files: readonly string[]
  /** Only tests whose full title matches this regular expression. */
  readonly grep?: string | undefined
  /** For files on the way. */
  readonly folder: string
  /** Where its lines go; out as they come when it is undefined. */
  readonly outFile?: string | undefined
  /** For how long nothing may move. */
  readonly limitMs?: number | undefined
  readonly nowMs?: () => number
  readonly lookEveryMs?: number
}

const root = join(import.meta.dirname, '../..')

interface End {
  readonly ok: boolean
  readonly how: string
}

const endOf = (child: ChildProcess) =>
  new Promise<End>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve({ ok: code === 0, how: signal ?? `exit code ${code}` }))
  })

/** What the suite reported, and a failure more when it did not end as it should. */
const resultOf = (suite: string, report: string, { ok, how }: End, standstill: string | undefined): Result => {
  const found = existsSync(report)
    ? (JSON.parse(readFileSync(report, 'utf8')) as { passed: number; failures: Omit<Failure, 'suite'>[] })
    : undefined
  const failures: Failure[] = (found?.failures ?? []).map((failure) => ({ suite, ...failure }))
  if (standstill !== undefined) {
    failures.push({ suite, title: standstill, error: 'nothing moved for too long: it was killed' })
  } else if (found === undefined) {
    failures.push({ suite, title: 'the whole suite', error: `it ended with ${how} and left no report` })
  } else if (!ok && failures.length === 0) {
    // It may fail outside a test, for instance in a file that can't be read.
    failures.push({ suite, title: 'the whole suite', error: `it ended with ${how} although no test failed` })
  }
  return { passed: found?.passed ?? 0, failures }
}

/** Runs one suite as a process of its own, so that a crash or a standstill is a failure and not an end. */
export const runSuite = async (run: SuiteRun): Promise<Result> => {
  const { suite, files, grep, folder, outFile, limitMs = standstillMs, nowMs, lookEveryMs = 1000 } = run
  const report = join(folder, `${suite}.json`)
  const progress = join(folder, `${suite}.progress`)
  const out = outFile === undefined ? 'inherit' : openSync(outFile, 'w')
  const only = grep === undefined ? [] : ['--grep', grep]
  const args = ['--reporter', 'scripts/test/reporter.mjs', ...only, ...files]
  const child = spawn(process.execPath, ['node_modules/mocha/bin/mocha.js', ...args], {
    cwd: root,
    stdio: ['ignore', out, out],
    env: { ...process.env, LARDER_TEST_REPORT: report, LARDER_TEST_PROGRESS: progress },
  })
  let standstill: string | undefined
  const look = watchProgress({ file: progress, limitMs, ...(nowMs ? { nowMs } : {}) })
  const timer = setInterval(() => {
    standstill ??= look()
    // What it started ends with it: servers and control planes are held by guards.
    if (standstill !== undefined) child.kill('SIGKILL')
  }, lookEveryMs)
  try {
    return resultOf(suite, report, await endOf(child), standstill)
  } finally {
    clearInterval(timer)
    if (typeof out === 'number') closeSync(out)
  }
}
