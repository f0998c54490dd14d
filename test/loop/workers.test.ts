import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { backoffOf } from '../../src/loop/backoff.ts'
import { queueOf } from '../../src/loop/queue.ts'
import { type Requeue, runWorkers } from '../../src/loop/workers.ts'
import { fakeClock } from './fake-clock.ts'

const setUp = (reconcile: (key: string) => Promise<Requeue>, workers = 1) => {
  const clock = fakeClock(0)
  const queue = queueOf({ clock })
  const errors: unknown[] = []
  const seen: string[] = []
  const turns = runWorkers({
    queue,
    clock,
    workers,
    reconcile,
    backoff: backoffOf({ random: () => 0, baseMs: 2000 }),
    onError: (key, error) => errors.push([key, error]),
    observer: {
      started: (key, lane) => seen.push(`${key} ${lane} at ${clock.nowMs()}`),
      ended: (key, is, tookMs) => seen.push(`${key} ${is} in ${tookMs}`),
    },
  })
  return { clock, queue, errors, seen, turns }
}

describe('turns', () => {
  it('end with done: nothing more until a notice comes', async () => {
    const { clock, queue, seen } = setUp(async () => ({ is: 'done' }))
    queue.add('a')
    await clock.advance(3_600_000)
    assert.deepEqual(seen, ['a user at 0', 'a done in 0'])
    queue.add('a')
    await clock.settle()
    assert.equal(seen.length, 4)
  })

  it('end with again: the next look comes after the stated delay, and no failure is counted', async () => {
    const { clock, queue, seen } = setUp(async () => ({ is: 'again', afterMs: 5000 }))
    queue.add('a')
    await clock.advance(10_000)
    assert.deepEqual(
      seen.filter((line) => line.includes(' at ')),
      ['a user at 0', 'a resync at 5000', 'a resync at 10000'],
    )
  })

  it('end with backoff: each next wait is twice the last, never under what the turn says', async () => {
    let atLeastMs = 0
    const { clock, queue, seen } = setUp(async () => ({ is: 'backoff', atLeastMs }))
    queue.add('a')
    await clock.advance(6000)
    atLeastMs = 60_000
    await clock.advance(100_000)
    assert.deepEqual(
      seen.filter((line) => line.includes(' at ')),
      ['a user at 0', 'a resync at 2000', 'a resync at 6000', 'a resync at 14000', 'a resync at 74000'],
    )
  })

  it('that throw are told to the hook and count as backoff, also when they throw before their first await', async () => {
    const { clock, queue, seen, errors } = setUp((key) => {
      if (key === 'sync') throw new Error('at once')
      return Promise.reject(new Error('later'))
    }, 2)
    queue.add('sync')
    queue.add('async')
    await clock.advance(2000)
    assert.deepEqual(seen.toSorted(), [
      'async error in 0',
      'async error in 0',
      'async resync at 2000',
      'async user at 0',
      'sync error in 0',
      'sync error in 0',
      'sync resync at 2000',
      'sync user at 0',
    ])
    assert.equal(errors.length, 4)
  })

  it('start the backoff over when the key did well, and when a user changed it', async () => {
    const says: Requeue[] = [{ is: 'backoff' }, { is: 'backoff' }, { is: 'again', afterMs: 1000 }, { is: 'backoff' }]
    const { clock, queue, seen } = setUp(async () => says.shift() ?? { is: 'backoff' })
    queue.add('a')
    await clock.advance(9000)
    assert.deepEqual(
      seen.filter((line) => line.includes(' at ')),
      ['a user at 0', 'a resync at 2000', 'a resync at 6000', 'a resync at 7000', 'a resync at 9000'],
    )
    queue.add('a')
    await clock.advance(2000)
    assert.deepEqual(seen.slice(-4), ['a user at 9000', 'a backoff in 0', 'a resync at 11000', 'a backoff in 0'])
  })

  it('of different keys run side by side, as many as there are workers', async () => {
    let running = 0
    let most = 0
    const { clock, queue } = setUp(async () => {
      most = Math.max(most, ++running)
      await new Promise<void>((resolve) => clock.after(100, resolve))
      running--
      return { is: 'done' }
    }, 3)
    for (let i = 0; i < 10; i++) queue.add(`k${i}`)
    await clock.advance(1000)
    assert.equal(most, 3)
    assert.equal(running, 0)
  })

  it('stop: the turn under way ends, no other starts', async () => {
    let ended = 0
    const { clock, queue, turns } = setUp(async () => {
      await new Promise<void>((resolve) => clock.after(500, resolve))
      ended++
      return { is: 'again', afterMs: 10 }
    })
    queue.add('a')
    queue.add('b')
    await clock.settle()
    const stopped = turns.stop(10_000)
    await clock.advance(20_000)
    assert.equal(await stopped, true)
    assert.equal(ended, 1)
    assert.equal(clock.timers, 0)
  })
})
