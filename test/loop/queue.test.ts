import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { type Queue, queueOf } from '../../src/loop/queue.ts'
import { fakeClock } from './fake-clock.ts'

const take = async (queue: Queue): Promise<string> => {
  const taken = await queue.take()
  assert.ok(taken)
  return taken.key
}

describe('the queue', () => {
  it('hands out a key once however often it is added before a worker takes it', async () => {
    const queue = queueOf({ clock: fakeClock() })
    queue.add('a')
    queue.add('a')
    queue.add('a', 'resync')
    assert.equal(await take(queue), 'a')
    queue.done('a')
    assert.deepEqual(queue.counts(), { user: 0, resync: 0, waiting: 0, processing: 0, longestReconcileMs: 0 })
  })

  it('holds a repeat while the key is with a worker, and hands it out when that worker is done', async () => {
    const clock = fakeClock()
    const queue = queueOf({ clock })
    queue.add('a')
    await take(queue)
    queue.add('a')
    let second: string | undefined
    void take(queue).then((key) => {
      second = key
    })
    await clock.settle()
    assert.equal(second, undefined)
    queue.done('a')
    await clock.settle()
    assert.equal(second, 'a')
  })

  it("serves a user's change first, and each lane in order of arrival", async () => {
    const queue = queueOf({ clock: fakeClock() })
    queue.add('r1', 'resync')
    queue.add('r2', 'resync')
    queue.add('u1')
    queue.add('r2')
    queue.add('u2', 'user')
    const order = [await take(queue), await take(queue), await take(queue), await take(queue)]
    assert.deepEqual(order, ['u1', 'r1', 'r2', 'u2'])
  })

  it('lets three resyncs in after each user, so that a flood of new objects starves nothing that was begun', async () => {
    const queue = queueOf({ clock: fakeClock() })
    for (let n = 1; n <= 5; n++) queue.add(`r${n}`, 'resync')
    for (let n = 1; n <= 4; n++) queue.add(`u${n}`)
    const order = []
    for (let n = 0; n < 9; n++) order.push(await take(queue))
    assert.deepEqual(order, ['u1', 'r1', 'r2', 'r3', 'u2', 'r4', 'r5', 'u3', 'u4'])
  })

  it('serves a user at once after any number of resyncs', async () => {
    const queue = queueOf({ clock: fakeClock() })
    for (let n = 1; n <= 9; n++) queue.add(`r${n}`, 'resync')
    for (let n = 0; n < 5; n++) await take(queue)
    queue.add('u')
    assert.equal(await take(queue), 'u')
  })

  it('looks again after a stated delay, at the earliest of several', async () => {
    const clock = fakeClock()
    const queue = queueOf({ clock })
    queue.addAfter('a', 5000)
    queue.addAfter('a', 2000)
    queue.addAfter('a', 9000)
    await clock.advance(1999)
    assert.equal(queue.counts().resync, 0)
    await clock.advance(1)
    assert.equal(await take(queue), 'a')
    queue.done('a')
    await clock.advance(60_000)
    assert.equal(queue.counts().resync, 0)
  })

  it('cuts a wait short when a notice comes, and does not look again for the old wait', async () => {
    const clock = fakeClock()
    const queue = queueOf({ clock })
    queue.addAfter('a', 60_000)
    queue.add('a')
    assert.equal(await take(queue), 'a')
    queue.done('a')
    await clock.advance(120_000)
    assert.deepEqual(queue.counts(), { user: 0, resync: 0, waiting: 0, processing: 0, longestReconcileMs: 0 })
  })

  it('keeps a wait that was asked for during the turn', async () => {
    const clock = fakeClock()
    const queue = queueOf({ clock })
    queue.add('a')
    await take(queue)
    queue.addAfter('a', 3000)
    queue.done('a')
    await clock.advance(3000)
    assert.equal(await take(queue), 'a')
  })

  it('starts at most one turn a second of one object, unless a user changed it', async () => {
    const clock = fakeClock()
    const queue = queueOf({ clock })
    queue.add('a')
    await take(queue)
    queue.add('a', 'resync')
    queue.done('a')
    await clock.advance(999)
    assert.equal(queue.counts().resync, 0)
    queue.add('a', 'user')
    assert.equal(await take(queue), 'a')
    queue.addAfter('a', 5)
    queue.done('a')
    await clock.advance(999)
    assert.equal(queue.counts().resync, 0)
    await clock.advance(1)
    assert.equal(queue.counts().resync, 1)
  })

  it('says how long a key stood ready, and how old the oldest turn is', async () => {
    const clock = fakeClock()
    const queue = queueOf({ clock })
    queue.add('a')
    await clock.advance(700)
    assert.deepEqual(await queue.take(), { key: 'a', lane: 'user', waitedMs: 700 })
    await clock.advance(300)
    assert.equal(queue.counts().longestReconcileMs, 300)
  })

  it('drains: idle workers go home, turns under way may end, nothing more is handed out', async () => {
    const clock = fakeClock()
    const queue = queueOf({ clock })
    queue.add('a')
    await take(queue)
    queue.add('a')
    queue.add('b')
    queue.addAfter('c', 10)
    const drained = queue.drain(5000)
    assert.equal(await queue.take(), undefined)
    queue.add('d')
    await clock.advance(1000)
    queue.done('a')
    assert.equal(await drained, true)
    assert.deepEqual(queue.counts(), { user: 0, resync: 0, waiting: 0, processing: 0, longestReconcileMs: 0 })
    assert.equal(clock.timers, 0)
  })

  it('gives up waiting for a turn that hangs when the deadline of the drain is over', async () => {
    const clock = fakeClock()
    const queue = queueOf({ clock })
    queue.add('a')
    await take(queue)
    const idle = queue.take()
    const drained = queue.drain(5000)
    assert.equal(await idle, undefined)
    await clock.advance(5000)
    assert.equal(await drained, false)
  })
})
