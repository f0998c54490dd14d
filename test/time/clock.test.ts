import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { realClock } from '../../src/time/clock.ts'

describe('the real clock', () => {
  it('fires once the time has passed on its own scale', async () => {
    const startMs = realClock.nowMs()
    await new Promise<void>((resolve) => realClock.after(20, resolve))
    // Node rounds timers down to whole milliseconds.
    assert.ok(realClock.nowMs() - startMs >= 19)
  })

  it('does not fire what was cancelled', async () => {
    let fired = false
    realClock.after(5, () => {
      fired = true
    })()
    await new Promise<void>((resolve) => realClock.after(20, resolve))
    assert.equal(fired, false)
  })

  it('does not fire a delay of months at once', async () => {
    let fired = false
    const cancel = realClock.after(2 ** 33, () => {
      fired = true
    })
    await new Promise<void>((resolve) => realClock.after(20, resolve))
    cancel()
    assert.equal(fired, false)
  })
})
