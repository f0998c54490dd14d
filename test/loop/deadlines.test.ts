import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { deadlinesOf } from '../../src/loop/deadlines.ts'
import { fakeClock } from './fake-clock.ts'

const step = fc.oneof(
  fc.record({
    do: fc.constant('set' as const),
    key: fc.integer({ min: 0, max: 5 }),
    ms: fc.integer({ min: 0, max: 50 }),
  }),
  fc.record({ do: fc.constant('delete' as const), key: fc.integer({ min: 0, max: 5 }), ms: fc.constant(0) }),
  fc.record({ do: fc.constant('advance' as const), key: fc.constant(0), ms: fc.integer({ min: 0, max: 30 }) }),
)

describe('deadlines', () => {
  it('fires each key at the earliest of its moments, once, unless it was deleted', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const clock = fakeClock(0)
        const fired: string[] = []
        const expected: string[] = []
        const model = new Map<string, number>()
        const deadlines = deadlinesOf(clock, (key) => fired.push(`${key} at ${clock.nowMs()}`))
        const until = (endMs: number) => {
          for (const [key, atMs] of model)
            if (atMs <= endMs) {
              expected.push(`${key} at ${atMs}`)
              model.delete(key)
            }
        }
        const advance = async (ms: number) => {
          until(clock.nowMs() + ms)
          await clock.advance(ms)
        }
        for (const { do: verb, key, ms } of steps) {
          if (verb === 'advance') await advance(ms)
          else if (verb === 'delete') {
            deadlines.delete(`${key}`)
            model.delete(`${key}`)
          } else {
            const atMs = clock.nowMs() + ms
            deadlines.set(`${key}`, atMs)
            model.set(`${key}`, Math.min(atMs, model.get(`${key}`) ?? atMs))
          }
          assert.equal(deadlines.size, model.size)
        }
        await advance(1000)
        assert.deepEqual(fired.toSorted(), expected.toSorted())
        assert.equal(clock.timers, 0)
      }),
      { numRuns: 100 },
    )
  })

  it('fires in order of time and keeps one timer for ten thousand keys', async () => {
    const clock = fakeClock(0)
    const fired: number[] = []
    const deadlines = deadlinesOf(clock, (key) => fired.push(Number(key)))
    for (let i = 0; i < 10_000; i++) deadlines.set(`${(i * 7919) % 10_000}`, ((i * 7919) % 10_000) / 100)
    assert.equal(clock.timers, 1)
    await clock.advance(1)
    assert.deepEqual(
      fired,
      Array.from({ length: 101 }, (_, i) => i),
    )
    deadlines.clear()
    assert.equal(clock.timers, 0)
  })
})
