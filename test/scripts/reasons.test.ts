import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'mocha'
import { reasons } from '../../src/plan/core/outcome.ts'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const rows = read('docs/reasons.md')
  .split('\n')
  .filter((line) => /^\| `\w+` \|/.test(line))
const told = rows.map((line) => /`(\w+)`/.exec(line)?.[1] ?? '')

/** Reasons that conditions and events have beside the closed list. */
const others = ['src/plan/cache-cluster/status.ts', 'src/plan/cache-policy/status.ts'].flatMap((path) =>
  [...read(path).matchAll(/reason: (?:cache === undefined \? '(\w+)' : )?'(\w+)'/g)].flatMap(([, one, other]) =>
    [one, other].filter((name) => name !== undefined),
  ),
)

describe('the page of reasons', () => {
  it('tells every reason of the closed list', () => {
    assert.deepEqual(
      reasons.filter((reason) => !told.includes(reason)),
      [],
    )
  })

  it('tells every reason of the other conditions and events', () => {
    assert.ok(
      ['Serving', 'NotServing', 'Written', 'Writing', 'NoEndpoint', 'PolicyWarning'].every((one) =>
        others.includes(one),
      ),
    )
    assert.deepEqual(
      others.filter((reason) => !told.includes(reason)),
      [],
    )
  })

  it('tells none twice, and none that is not there', () => {
    assert.equal(new Set(told).size, told.length)
    const known = new Set<string>([...reasons, ...others])
    assert.deepEqual(
      told.filter((reason) => !known.has(reason)),
      [],
    )
  })

  it('has what it means, who must act and what to run in every row', () => {
    for (const row of rows) assert.equal(row.split(/(?<!\\)\|/).length, 6, row)
  })
})
