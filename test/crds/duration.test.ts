import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { duration, durationMs, wholeSeconds } from '../../src/crds/duration.ts'

describe('a duration', () => {
  const good: readonly (readonly [string, number])[] = [
    ['90s', 90_000],
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['500ms', 500],
    ['1s500ms', 1_500],
    ['1m1ms', 60_001],
    ['0s', 0],
    ['010s', 10_000],
    ['99999h', 359_996_400_000],
  ]
  for (const [text, ms] of good) {
    it(`${text} is ${ms} ms`, () => {
      assert.equal(duration().parse(text), text)
      assert.equal(durationMs(text), ms)
    })
  }

  for (const text of [
    '',
    '10',
    '10 s',
    '-10s',
    '1.5h',
    '1d',
    '10S',
    's',
    '10s\n',
    '10us',
    '1h 30m',
    `${'1'.repeat(32)}s`,
  ]) {
    it(`${JSON.stringify(text)} is none`, () => {
      assert.equal(duration().safeParse(text).success, false)
    })
  }

  it('adds up its parts, in any order', () => {
    const part = fc.tuple(fc.nat(9_999), fc.constantFrom(['ms', 1], ['s', 1_000], ['m', 60_000], ['h', 3_600_000]))
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const text = parts.map(([count, [unit]]) => `${count}${unit}`).join('')
        assert.equal(
          durationMs(text),
          parts.reduce((sum, [count, [, unitMs]]) => sum + count * Number(unitMs), 0),
        )
      }),
    )
  })

  it('in whole seconds is rounded up, so that a short TTL does not become none', () => {
    assert.deepEqual([0, 1, 999, 1000, 1001].map(wholeSeconds), [0, 1, 1, 1, 2])
  })
})
