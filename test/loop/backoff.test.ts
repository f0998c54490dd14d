import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { backoffOf } from '../../src/loop/backoff.ts'

describe('backoff', () => {
  it('doubles from 5 ms per key up to the cap', () => {
    const backoff = backoffOf({ random: () => 0, capMs: 30 })
    assert.deepEqual(
      [1, 2, 3, 4, 5].map(() => backoff.nextMs('a')),
      [5, 10, 20, 30, 30],
    )
    assert.equal(backoff.nextMs('b'), 5)
    assert.equal(backoff.failures('a'), 5)
  })

  it('starts over for a key that did well', () => {
    const backoff = backoffOf({ random: () => 0 })
    backoff.nextMs('a')
    backoff.nextMs('a')
    backoff.forget('a')
    assert.equal(backoff.failures('a'), 0)
    assert.equal(backoff.nextMs('a'), 5)
  })

  it('stays between half the exponential wait and the whole, whatever chance says and however often it failed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (n, chance) => {
        const backoff = backoffOf({ random: () => chance, capMs: 60_000 })
        for (let i = 0; i < n; i++) backoff.nextMs('a')
        const wholeMs = Math.min(60_000, 5 * 2 ** n)
        const waitMs = backoff.nextMs('a')
        assert.ok(waitMs <= wholeMs && waitMs >= wholeMs / 2, `${waitMs} of ${wholeMs}`)
      }),
      { numRuns: 50 },
    )
  })
})
