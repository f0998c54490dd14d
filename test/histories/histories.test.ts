import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { type History, histories, run } from './history.ts'
import { kept } from './kept.ts'

/** To see a failure again: LARDER_SEED=... LARDER_RUNS=... as the report prints them. */
const seed = Number(process.env.LARDER_SEED ?? 20_261_130)
const runs = Number(process.env.LARDER_RUNS ?? 300)

const holds = async (history: History): Promise<void> => {
  const wrong = await run(history)
  assert.deepEqual(wrong, [], wrong.join('\n'))
}

describe('histories of specs, faults and people', () => {
  for (const [number, { seed, path }] of kept.entries()) {
    it(`that failed once and must hold: ${number + 1}`, async () => {
      await fc.assert(fc.asyncProperty(histories, holds), { seed, path, numRuns: 1, endOnFailure: true })
    }).timeout(20_000)
  }

  it(`end as asked, told truly and quietly: ${runs} of them from seed ${seed}`, async () => {
    await fc.assert(fc.asyncProperty(histories, holds), {
      seed,
      numRuns: runs,
      // A history takes as long as its failure takes to shrink.
      interruptAfterTimeLimit: 900_000,
      markInterruptAsFailure: false,
      endOnFailure: process.env.LARDER_SHRINK === undefined,
    })
  }).timeout(1_000_000)
})
