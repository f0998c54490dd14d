import { join } from 'node:path'
import { checksOf } from './verify/checks.ts'

/** `npm run verify`: everything that can be checked without running a server. Each check counts; the last line says how many. */
const root = join(import.meta.dirname, '..')
let failed = 0
const checks = checksOf(root)
for (const { name, run } of checks) {
  const complaint = await run()
  console.log(`${complaint === '' ? '  ok  ' : 'FAILED'} ${name}`)
  if (complaint === '') continue
  failed++
  console.log(complaint.replace(/^/gm, '       '))
}
console.log(`${checks.length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
