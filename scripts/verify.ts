import { join } from 'node:path'
import { lastWords } from './test/failures.ts'
import { checksOf } from './verify/checks.ts'
import { runChecks } from './verify/run.ts'
import { sizesTable } from './verify/sizes.ts'

/** `npm run verify`: everything that can be checked without running a server. Each check counts; the last line says how many. */
const root = join(import.meta.dirname, '..')
const say = (line: string) => console.log(line)
const { passed, failed } = await runChecks(checksOf(root), say)
say(`\n${sizesTable(root)}\n`)
say(
  lastWords(
    passed,
    failed.map((title) => ({ suite: 'verify', title })),
  ),
)
process.exitCode = failed.length === 0 ? 0 : 1
