import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { CacheRefusal } from '../../client/errors.ts'
import { BreakerOpen, behindBreaker, breakerOf } from '../../client/stores/breaker.ts'
import { memoryStore } from './memory-store.ts'

describe('the breaker', () => {
  const rule = { failures: 3, cooldownMs: 1_000 }

  it('opens after so many failures in a row, not before', () => {
    const breaker = breakerOf(rule, () => 0)
    for (const alive of [false, false, true, false, false]) breaker.report(alive)
    assert.equal(breaker.mayTry(), true)
    breaker.report(false)
    assert.equal(breaker.mayTry(), false)
  })

  it('lets one trial through after the cool-down; its outcome decides', () => {
    let nowMs = 0
    const breaker = breakerOf(rule, () => nowMs)
    for (let count = 0; count < 3; count += 1) breaker.report(false)
    nowMs = 999
    assert.equal(breaker.mayTry(), false)
    nowMs = 1_000
    assert.deepEqual([breaker.mayTry(), breaker.mayTry()], [true, false])
    breaker.report(false)
    nowMs = 1_999
    assert.equal(breaker.mayTry(), false)
    nowMs = 2_000
    assert.equal(breaker.mayTry(), true)
    breaker.report(true)
    assert.deepEqual([breaker.mayTry(), breaker.mayTry()], [true, true])
  })

  it('stays closed for a server that answers, even when it refuses', async () => {
    const asked: string[] = []
    const { store } = memoryStore(async (_, key) => {
      asked.push(key)
      throw key === 'refused' ? new CacheRefusal('OOM') : new Error('gone')
    })
    const guarded = behindBreaker(store, { failures: 2, cooldownMs: 1_000 }, () => 0)
    for (let count = 0; count < 5; count += 1) await assert.rejects(guarded.get('refused'), CacheRefusal)
    for (let count = 0; count < 2; count += 1) await assert.rejects(guarded.get('gone'), /gone/)
    await assert.rejects(guarded.delete('gone'), BreakerOpen)
    assert.equal(asked.length, 7)
  })
})
