import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { createMemory } from '../../src/controllers/memory.ts'
import { fakeClock } from '../loop/fake-clock.ts'

describe('what is remembered between reconciles', () => {
  const key = 'CacheCluster/shop/products'
  const failure = { is: 'stalled', reason: 'QuotaExceeded', message: 'no room' } as const

  it('counts how often a step was carried out for one generation, also with others between', async () => {
    const clock = fakeClock()
    const memory = createMemory(clock, () => 0.5)
    assert.deepEqual(memory.repeats(key), [])
    memory.carriedOut(key, 'step', 1)
    memory.carriedOut(key, 'another', 1)
    memory.carriedOut(key, 'step', 1)
    await clock.advance(5000)
    assert.deepEqual(memory.repeats(key), [
      { hash: 'another', times: 1, sinceMs: 5000 },
      { hash: 'step', times: 2, sinceMs: 5000 },
    ])
    memory.carriedOut(key, 'step', 2)
    assert.deepEqual(memory.repeats(key), [{ hash: 'step', times: 1, sinceMs: 0 }])
    memory.forgetRepeats(key)
    assert.deepEqual(memory.repeats(key), [])
  })

  it('counts a step anew that was carried out longer than an hour ago', async () => {
    const clock = fakeClock()
    const memory = createMemory(clock, () => 0.5)
    memory.carriedOut(key, 'step', 1)
    await clock.advance(3_600_001)
    assert.deepEqual(memory.repeats(key), [])
    memory.carriedOut(key, 'step', 1)
    assert.equal(memory.repeats(key)[0]?.times, 1)
  })

  it('remembers no more steps than a plan may have', () => {
    const memory = createMemory(fakeClock(), () => 0.5)
    for (let number = 0; number < 40; number++) memory.carriedOut(key, `step ${number}`, 1)
    assert.deepEqual([memory.repeats(key).length, memory.repeats(key)[0]?.hash], [32, 'step 8'])
  })

  it('keeps what was refused until another step was taken, or somebody asks, or AWS answers again', async () => {
    const clock = fakeClock()
    const memory = createMemory(clock, () => 0.5)
    memory.refusedFor(key, 'step', failure)
    await clock.advance(1000)
    assert.deepEqual(memory.refused(key), { hash: 'step', failure, times: 1, sinceMs: 1000 })
    memory.refusedFor(key, 'step', failure)
    assert.equal(memory.refused(key)?.times, 2)
    memory.carriedOut(key, 'another', 1)
    assert.equal(memory.refused(key), undefined)
    for (const forget of [
      () => memory.forgetRepeats(key),
      () => memory.forgetRefusals([key, 'CacheCluster/shop/gone']),
    ]) {
      memory.refusedFor(key, 'step', failure)
      forget()
      assert.equal(memory.refused(key), undefined)
    }
  })

  it('knows since when somebody asks for a look, and whether that is new', async () => {
    const clock = fakeClock()
    const memory = createMemory(clock, () => 0.5)
    const sinceMs = clock.nowMs()
    assert.deepEqual(memory.askedSince(key, 'a'), { sinceMs, isNew: true })
    await clock.advance(1000)
    assert.deepEqual(memory.askedSince(key, 'a'), { sinceMs, isNew: false })
    assert.deepEqual(memory.askedSince(key, 'b'), { sinceMs: sinceMs + 1000, isNew: true })
  })

  it('finds the object of an id until it is forgotten', () => {
    const memory = createMemory(fakeClock(), () => 0.5)
    memory.setId(key, 'larder-shop-products')
    assert.equal(memory.keyOf('larder-shop-products'), key)
    memory.forget(key)
    assert.equal(memory.keyOf('larder-shop-products'), undefined)
    assert.equal(memory.id(key), undefined)
  })

  it('forgets an id only for the object that has it now', () => {
    const memory = createMemory(fakeClock(), () => 0.5)
    memory.setId(key, 'same')
    memory.setId('CacheCluster/shop/heir', 'same')
    memory.forget(key)
    assert.equal(memory.keyOf('same'), 'CacheCluster/shop/heir')
  })

  it('reads everything again after 45 to 75 minutes, and not at once after a start', async () => {
    for (const [chance, dueMs] of [
      [0, 2_700_000],
      [1, 4_500_000],
    ] as const) {
      const clock = fakeClock()
      const memory = createMemory(clock, () => chance)
      assert.equal(memory.refreshDue(key), false)
      await clock.advance(dueMs - 1)
      assert.equal(memory.refreshDue(key), false)
      await clock.advance(1)
      assert.equal(memory.refreshDue(key), true)
      memory.refreshed(key)
      assert.equal(memory.refreshDue(key), false)
    }
  })

  it('reads less often the more objects there are, so that all of them cost one call a second', async () => {
    const clock = fakeClock()
    const memory = createMemory(clock, () => 0)
    for (let number = 0; number < 10_000; number++) memory.refreshDue(`CacheCluster/shop/c${number}`)
    await clock.advance(3_600_000)
    assert.equal(memory.refreshDue('CacheCluster/shop/c1'), false)
    await clock.advance(11_400_000)
    assert.equal(memory.refreshDue('CacheCluster/shop/c1'), true)
  })
})
