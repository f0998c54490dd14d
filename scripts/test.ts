import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runSuites, suites } from './test/suites.ts'

/**
 * `npm test`: all checks, then all suites. A name or several limit it: `npm test -- plan aws`. The last line says
 * `N passed, N failed`.
 */
const root = join(import.meta.dirname, '..')
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !suites.includes(name))
if (unknown.length > 0) {
  console.error(`no suite ${unknown.join(', ')}: there are ${suites.join(', ')}`)
  process.exit(2)
}
const missing = readdirSync(join(root, 'test'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'golden' && !suites.includes(entry.name))
  .map((entry) => entry.name)
if (missing.length > 0) throw new Error(`scripts/test/suites.ts does not know test/${missing.join(', test/')}`)

/** `npm test -w emulator`: it needs neither a control plane nor the operator. */
const emulatorAlone = wanted.length > 0 && wanted.every((name) => name === 'emulator' || name === 'boto3')
const needsPython = wanted.length === 0 || wanted.includes('boto3')

let passed = 0
let failed = 0
const step = (title: string, ...args: readonly string[]) => {
  console.log(`== ${title}`)
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status === 0) passed++
  else failed++
}

if (wanted.length === 0) step('verify', 'scripts/verify.ts')
// Before any suite, with its own progress: building a control plane takes minutes and is no part of a test.
step('install', 'scripts/tools.ts', ...(emulatorAlone ? ['servers'] : []))
if (needsPython) step('install Python packages', 'scripts/python.ts')
if (!emulatorAlone) step('build', 'scripts/build.ts')

const folder = mkdtempSync(join(tmpdir(), 'larder-test-'))
try {
  const counts = await runSuites(wanted.length > 0 ? wanted : suites, folder)
  passed += counts.passed
  failed += counts.failed
} finally {
  rmSync(folder, { recursive: true })
}
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
