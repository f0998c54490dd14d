import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Failure } from './failures.ts'
import { type Result, runSuite } from './run-suite.ts'
import type { Chosen } from './suites.ts'

/** Suites that run side by side: most of them wait for servers more than they compute. */
const LANES = 2
const progressMs = 60_000

export interface SuitesRun {
  readonly chosen: readonly Chosen[]
  readonly grep: string | undefined
  /** For files on the way. */
  readonly folder: string
}

const secondsSince = (startedMs: number) => `${((performance.now() - startedMs) / 1000).toFixed(0)} s`

/** `in the title`, as the reporter wrote it. */
const underWay = (folder: string, suite: string): string => {
  try {
    return ` ${readFileSync(join(folder, `${suite}.progress`), 'utf8')}`
  } catch {
    return ''
  }
}

/** Runs the suites and says what they said: each in one piece when it ends, or line by line when it is the only one. */
export const runSuites = async ({ chosen, grep, folder }: SuitesRun): Promise<Result> => {
  const failures: Failure[] = []
  let passed = 0
  const running = new Map<string, number>()
  const waiting = [...chosen]
  const live = waiting.length === 1
  const runOne = async ({ suite: { name, limitMs }, files }: Chosen) => {
    const startedMs = performance.now()
    running.set(name, startedMs)
    console.log(`== ${name} begins`)
    const outFile = live ? undefined : join(folder, `${name}.out`)
    const result = await runSuite({ suite: name, files, grep, folder, outFile, limitMs })
    running.delete(name)
    if (outFile !== undefined) console.log(`\n== ${name}\n${readFileSync(outFile, 'utf8')}`)
    console.log(`== ${name}: ${result.passed} passed, ${result.failures.length} failed, ${secondsSince(startedMs)}`)
    passed += result.passed
    failures.push(...result.failures)
  }
  const runLane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await runOne(next)
  }
  const tellProgress = () => {
    for (const [name, sinceMs] of running)
      console.log(`== running: ${name} (${secondsSince(sinceMs)})${underWay(folder, name)}`)
  }
  const progress = live ? undefined : setInterval(tellProgress, progressMs)
  try {
    await Promise.all(Array.from({ length: LANES }, runLane))
  } finally {
    clearInterval(progress)
  }
  return { passed, failures }
}
