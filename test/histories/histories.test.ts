import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { type History, histories, run } from './history.ts'
import kept from './kept.json' with { type: 'json' }

/** To see a failure again: LARDER_SEED=... LARDER_RUNS=... as the title says them; LARDER_SHRINK=1 looks for a shorter one. */
const seed = Number(process.env.LARDER_SEED ?? 20_261_130)
const runs = Number(process.env.LARDER_RUNS ?? 300)
const shrink = process.env.LARDER_SHRINK !== undefined

const holds = async (history: History): Promise<void> => {
  const wrong = await run(history)
  assert.deepEqual(wrong, [], `${wrong.join('\n')}\nTo keep it, add to kept.json: ${JSON.stringify(history)}`)
}

describe('histories of specs, faults and people end as asked, told truly, and at rest', () => {
  for (const { what, history } of kept as unknown as readonly { readonly what: string; readonly history: History }[])
    it(`one that failed once: ${what}`, () => holds(history)).timeout(30_000)

  it(`${runs} of them from seed ${seed}`, async () => {
    await fc.assert(fc.asyncProperty(histories, holds), { seed, numRuns: runs, endOnFailure: !shrink })
  }).timeout(1_000_000)
})
