import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { bucketOf } from '../../src/loop/bucket.ts'
import { fakeClock } from './fake-clock.ts'

describe('a token bucket', () => {
  it('gives its burst at once, then says how long to wait, and keeps to its rate', async () => {
    const clock = fakeClock()
    const bucket = bucketOf(clock, 10, 3)
    assert.deepEqual([bucket.take(), bucket.take(), bucket.take(), bucket.take()], [0, 0, 0, 100])
    await clock.advance(100)
    assert.deepEqual([bucket.take(), bucket.take()], [0, 100])
    let got = 0
    for (let ms = 0; ms < 10_000; ms += 7) {
      await clock.advance(7)
      if (bucket.take() === 0) got++
    }
    assert.ok(got >= 99 && got <= 100, `${got} tokens in ten seconds`)
  })

  it('does not save up more than its burst', async () => {
    const clock = fakeClock()
    const bucket = bucketOf(clock, 10, 2)
    await clock.advance(60_000)
    assert.deepEqual([bucket.take(), bucket.take(), bucket.take() > 0], [0, 0, true])
  })
})
