import assert from 'node:assert/strict'
import { mock } from 'node:test'
import { afterEach, beforeEach, describe, it } from 'mocha'
import { keepSampling } from '../../emulator/neighbours/sampling.ts'
import { type ManualClock, manualClock } from '../../emulator/world/clock.ts'

describe('samples of the nodes are taken by themselves', () => {
  let clock: ManualClock
  let samples: number[]
  let stop: () => void

  beforeEach(() => {
    mock.timers.enable({ apis: ['setInterval'] })
    clock = manualClock(Date.UTC(2026, 0, 5, 12))
    samples = []
    stop = keepSampling(clock, async () => {
      samples.push(clock.now() % 60_000)
    })
  })
  afterEach(() => {
    stop()
    mock.timers.reset()
  })

  /** A second of both the emulator's clock and the machine's. */
  const pass = (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      clock.advance(1000)
      mock.timers.tick(1000)
    }
  }

  it('once in the last second of every minute of the clock', () => {
    pass(58)
    assert.deepEqual(samples, [])
    pass(122)
    assert.deepEqual(samples, [59_000, 59_000, 59_000])
  })

  it('not while the clock stands still, however long that takes', () => {
    clock.advance(59_500)
    mock.timers.tick(600_000)
    assert.deepEqual(samples, [59_500])
  })

  it('and no more after the end', () => {
    stop()
    pass(120)
    assert.deepEqual(samples, [])
  })
})
