import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { type Rank, ranks, type Throttle, throttleOf } from '../../src/aws/client/throttle.ts'
import { fakeClock } from '../loop/fake-clock.ts'

interface Grant {
  readonly rank: Rank
  readonly number: number
  readonly atMs: number
}

const asking = (throttle: Throttle, nowMs: () => number) => {
  const grants: Grant[] = []
  let asked = 0
  const ask = (rank: Rank) => {
    const number = asked++
    throttle.take(rank).then(
      () => grants.push({ rank, number, atMs: nowMs() }),
      () => undefined,
    )
  }
  return { grants, ask }
}

describe('the throttle', () => {
  it('lets a burst pass at once and then its rate', async () => {
    const clock = fakeClock()
    const throttle = throttleOf({ clock, ratePerSecond: 15 })
    const { grants, ask } = asking(throttle, clock.nowMs)
    for (let n = 0; n < 60; n++) ask('change')
    await clock.settle()
    assert.equal(grants.length, 15)
    await clock.advance(1000)
    assert.equal(grants.length, 30)
    await clock.advance(2000)
    assert.equal(grants.length, 60)
    assert.equal(clock.timers, 0)
  })

  it('gives changes and the poll two turns of five and reads one while all wait, first come first served in a rank', async () => {
    const clock = fakeClock()
    const throttle = throttleOf({ clock, ratePerSecond: 1, burst: 1 })
    const { grants, ask } = asking(throttle, clock.nowMs)
    for (let n = 0; n < 10; n++) for (const rank of ranks) ask(rank)
    await clock.advance(14_000)
    assert.deepEqual(
      grants.slice(0, 11).map(({ rank }) => rank),
      'change poll read change poll change poll read change poll change'.split(' '),
    )
    const polls = grants.filter(({ rank }) => rank === 'poll').map(({ number }) => number)
    assert.deepEqual(
      polls,
      [...polls].sort((one, other) => one - other),
    )
  })

  it('gives the shares of those who do not wait to the others', async () => {
    const clock = fakeClock()
    const throttle = throttleOf({ clock, ratePerSecond: 10, burst: 1 })
    const { grants, ask } = asking(throttle, clock.nowMs)
    for (let n = 0; n < 20; n++) ask('read')
    await clock.advance(1900)
    assert.equal(grants.length, 20)
  })

  it('lets a poll of 30 pages through within 6 s while a thousand creates wait, and half of the calls are creates all the while', async () => {
    const clock = fakeClock()
    const throttle = throttleOf({ clock })
    const { grants, ask } = asking(throttle, clock.nowMs)
    for (let n = 0; n < 1000; n++) ask('change')
    await clock.advance(20_000)
    const startMs = clock.nowMs()
    const before = grants.length
    const poll = async () => {
      for (let page = 0; page < 30; page++) await throttle.take('poll')
      return clock.nowMs()
    }
    let endMs: number | undefined
    void poll().then((atMs) => {
      endMs = atMs
    })
    while (endMs === undefined) await clock.advance(50)
    assert.ok(endMs - startMs <= 6000, String(endMs - startMs))
    assert.ok(grants.length - before >= 28, String(grants.length - before))
  })

  it('is as quick with a hundred thousand that wait as with ten', async () => {
    const clock = fakeClock()
    const throttle = throttleOf({ clock, ratePerSecond: 1_000_000, burst: 1000 })
    const { grants, ask } = asking(throttle, clock.nowMs)
    for (let n = 0; n < 100_000; n++) ask('change')
    const startMs = performance.now()
    await clock.advance(200)
    assert.equal(grants.length, 100_000)
    assert.ok(performance.now() - startMs < 10_000)
  })

  it('tells how long requests of a rank have waited, those that wait now included', async () => {
    const clock = fakeClock()
    const throttle = throttleOf({ clock, ratePerSecond: 1, burst: 1 })
    await throttle.take('change')
    void throttle.take('poll')
    await clock.advance(400)
    assert.equal(throttle.waitedMs('poll'), 400)
    await clock.advance(5000)
    assert.equal(throttle.waitedMs('poll'), 1000)
    assert.equal(throttle.waitedMs('change'), 0)
  })

  it('grows with every call that AWS takes, from the floor to its full rate within ten seconds', async () => {
    const clock = fakeClock()
    const throttle = throttleOf({ clock, ratePerSecond: 15 })
    for (let n = 0; n < 10; n++) {
      throttle.slowDown()
      await clock.advance(1000)
    }
    assert.equal(throttle.ratePerSecond, 2)
    const endMs = clock.nowMs() + 10_000
    const caller = async () => {
      while (clock.nowMs() < endMs) {
        await throttle.take('change')
        throttle.accepted()
      }
    }
    void caller()
    await clock.advance(10_000)
    assert.equal(throttle.ratePerSecond, 15)
  })

  it('halves its rate when AWS asks for it, once for a whole storm, and grows back slowly where no call tells', async () => {
    const clock = fakeClock()
    const throttle = throttleOf({ clock, ratePerSecond: 16 })
    for (let n = 0; n < 20; n++) throttle.slowDown()
    assert.equal(throttle.ratePerSecond, 8)
    assert.equal(throttle.slowed, 20)
    await clock.advance(1000)
    throttle.slowDown()
    assert.equal(throttle.ratePerSecond, 4)
    await clock.advance(5000)
    assert.equal(throttle.ratePerSecond, 4)
    await clock.advance(15_000)
    assert.equal(throttle.ratePerSecond, 8)
    await clock.advance(60_000)
    assert.equal(throttle.ratePerSecond, 16)
  })

  it('spends what it saved when AWS asks for less', async () => {
    const clock = fakeClock()
    const throttle = throttleOf({ clock, ratePerSecond: 10, burst: 10 })
    const { grants, ask } = asking(throttle, clock.nowMs)
    throttle.slowDown()
    for (let n = 0; n < 10; n++) ask('change')
    await clock.settle()
    assert.equal(grants.length, 0)
    await clock.advance(1000)
    assert.equal(grants.length, 5)
  })

  it('never stops, however long the storm', async () => {
    const clock = fakeClock()
    const throttle = throttleOf({ clock, ratePerSecond: 15 })
    for (let n = 0; n < 60; n++) {
      throttle.slowDown()
      await clock.advance(1000)
    }
    assert.equal(throttle.ratePerSecond, 2)
  })

  it('refuses whoever waits when it is closed, and whoever comes later', async () => {
    const clock = fakeClock()
    const throttle = throttleOf({ clock, ratePerSecond: 1, burst: 1 })
    await throttle.take('poll')
    const waiting = throttle.take('change')
    throttle.close()
    await assert.rejects(waiting, { code: 'Closing' })
    await assert.rejects(throttle.take('change'), { code: 'Closing' })
    assert.equal(clock.timers, 0)
  })

  const steps = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.record({ ask: fc.constantFrom(...ranks), times: fc.integer({ min: 1, max: 12 }) }) },
      { weight: 4, arbitrary: fc.record({ advance: fc.integer({ min: 1, max: 3000 }) }) },
      { weight: 1, arbitrary: fc.constant({ slow: true } as const) },
      { weight: 1, arbitrary: fc.constant({ taken: true } as const) },
    ),
    { maxLength: 40 },
  )

  it('keeps its laws: never more than burst and rate, first come first served in a rank, all served in the end', async () => {
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 20 }),
        async (moves, rate, burst) => {
          const clock = fakeClock()
          const throttle = throttleOf({ clock, ratePerSecond: rate, burst })
          const { grants, ask } = asking(throttle, clock.nowMs)
          let asked = 0
          for (const move of moves) {
            if ('ask' in move) {
              for (let n = 0; n < move.times; n++) ask(move.ask)
              asked += move.times
            } else if ('advance' in move) await clock.advance(move.advance)
            else if ('taken' in move) throttle.accepted()
            else throttle.slowDown()
          }
          await clock.advance(asked * 2500 + 100_000)
          assert.equal(grants.length, asked)
          for (const [index, first] of grants.entries()) {
            for (const [count, last] of grants.slice(index).entries()) {
              const allowed = burst + ((last.atMs - first.atMs) / 1000) * rate
              assert.ok(count + 1 <= allowed + 1e-6, `${count + 1} grants in ${last.atMs - first.atMs} ms`)
            }
          }
          for (const rank of ranks) {
            const order = grants.filter((grant) => grant.rank === rank).map(({ number }) => number)
            assert.deepEqual(
              order,
              [...order].sort((a, b) => a - b),
            )
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})
