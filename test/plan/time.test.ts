import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { isoOfMs, msOfIso } from '../../src/plan/core/time.ts'

/** From the year 0 to 9999, as four digits tell it. */
const moment = fc.integer({ min: Date.parse('0000-01-01T00:00:00Z'), max: Date.parse('9999-12-31T23:59:59Z') })
const whole = (ms: number) => `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`

describe('moments without a clock', () => {
  it('are written as Date writes them, in whole seconds', () => {
    fc.assert(
      fc.property(moment, (ms) => assert.equal(isoOfMs(ms), whole(ms))),
      { numRuns: 5000 },
    )
  })
  it('are read as Date reads them, with parts of a second', () => {
    fc.assert(
      fc.property(moment, (ms) => {
        assert.equal(msOfIso(new Date(ms).toISOString()), ms)
        assert.equal(msOfIso(isoOfMs(ms)), Math.floor(ms / 1000) * 1000)
      }),
      { numRuns: 5000 },
    )
  })
  it('every day from 1890 to 2110, leap years and centuries included', () => {
    for (let ms = Date.UTC(1890, 0, 1); ms < Date.UTC(2110, 0, 1); ms += 86_400_000) {
      assert.equal(isoOfMs(ms), whole(ms))
      assert.equal(msOfIso(whole(ms)), ms)
    }
  })
  it('tenths, hundredths and microseconds', () => {
    for (const part of ['.5', '.25', '.125', '.123456', '.0']) {
      const iso = `2026-03-01T12:00:00${part}Z`
      assert.equal(msOfIso(iso), Date.parse(iso), iso)
    }
  })
  it('what is no such moment is none', () => {
    for (const text of [
      '',
      'now',
      '2026-03-01',
      '2026-03-01T12:00:00',
      '2026-03-01T12:00:00+01:00',
      '2026-3-1T1:0:0Z',
    ]) {
      assert.equal(msOfIso(text), undefined, text)
    }
  })
})
