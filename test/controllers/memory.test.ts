import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { createMemory } from '../../src/controllers/memory.ts'
import { fakeClock } from '../loop/fake-clock.ts'

describe('what is remembered between turns', () => {
  const key = 'CacheCluster/shop/products'

  it('counts how often the same plan was carried out for one generation', () => {
    const memory = createMemory(fakeClock(), () => 0.5)
    assert.deepEqual(memory.repeats(key, 1), { count: 0, planHash: undefined })
    memory.carriedOut(key, 1, 'plan')
    memory.carriedOut(key, 1, 'plan')
    assert.deepEqual(memory.repeats(key, 1), { count: 2, planHash: 'plan' })
    assert.equal(memory.repeats(key, 2).count, 0, 'a new generation begins anew')
    memory.carriedOut(key, 1, 'another plan')
    assert.deepEqual(memory.repeats(key, 1), { count: 1, planHash: 'another plan' })
    memory.forgetRepeats(key)
    assert.equal(memory.repeats(key, 1).count, 0)
    memory.carriedOut(key, 1, 'another plan')
    assert.equal(memory.repeats(key, 1).count, 1)
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
      assert.equal(memory.fullReadDue(key), false)
      await clock.advance(dueMs - 1)
      assert.equal(memory.fullReadDue(key), false)
      await clock.advance(1)
      assert.equal(memory.fullReadDue(key), true)
      memory.fullReadDone(key)
      assert.equal(memory.fullReadDue(key), false)
    }
  })
})
