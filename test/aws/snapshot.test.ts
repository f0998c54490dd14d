import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'mocha'
import { type Snapshot, snapshotOf } from '../../src/aws/snapshot/snapshot.ts'
import { type Failure, staleMs } from '../../src/plan/core/outcome.ts'
import { type FakeClock, fakeClock } from '../loop/fake-clock.ts'
import { type FakeLister, fakeLister } from './fake-lister.ts'
import { sdkGroup, sdkMember, sdkMembers, sdkMemcached } from './sdk-shapes.ts'

const throttling = Object.assign(new Error('Rate exceeded'), { Code: 'Throttling' })

describe('the shared snapshot', () => {
  let clock: FakeClock
  let lister: FakeLister
  let snapshot: Snapshot
  let changes: (readonly string[])[]
  let failures: Failure[]
  let slowed: number
  let waited: number
  let chance: number

  beforeEach(() => {
    clock = fakeClock()
    lister = fakeLister()
    slowed = 0
    waited = 0
    chance = 0.5
    changes = []
    failures = []
    snapshot = snapshotOf({ lister, clock, random: () => chance, slowed: () => slowed, waitedMs: () => waited })
    snapshot.onChange((ids) => changes.push([...ids].sort()))
    snapshot.onFailure((failure) => failures.push(failure))
  })

  const has = (...ids: readonly string[]) => {
    lister.groupsThere = ids.map((id) => sdkGroup(id))
    lister.clustersThere = ids.flatMap((id) => sdkMembers(id))
  }
  const started = async (...ids: readonly string[]) => {
    has(...ids)
    for (const id of ids) snapshot.watch(id, 'group', false)
    snapshot.start()
    await clock.settle()
    await clock.advance(0)
  }
  /** Advances until the next look and gives how long that took. */
  const untilPoll = async (): Promise<number> => {
    const before = lister.calls.length
    const startMs = clock.nowMs()
    while (lister.calls.length === before && clock.nowMs() - startMs < 1_000_000) await clock.advance(100)
    return clock.nowMs() - startMs
  }

  describe('costs', () => {
    it('nothing while nobody asks for anything', async () => {
      snapshot.start()
      await clock.advance(600_000)
      assert.deepEqual(lister.calls, [])
      assert.equal(snapshot.polled, true)
      assert.equal(clock.timers, 0)
    })

    it('no replication groups, and only clusters without a group, while only memcached is asked for', async () => {
      lister.clustersThere = [sdkMemcached('m'), ...sdkMembers('x')]
      snapshot.watch('m', 'memcached', false)
      snapshot.start()
      await clock.advance(0)
      assert.deepEqual(lister.calls, ['standalone'])
      assert.equal(snapshot.observed('m').is, 'seen')
    })

    it('one call a page', async () => {
      lister.pageSize = 2
      await started('a', 'b', 'c')
      assert.deepEqual(lister.calls, ['groups', 'groups 2', 'clusters', 'clusters 2', 'clusters 4'])
      const { groupPages, clusterPages, polls, ageMs } = snapshot.figures()
      assert.deepEqual(
        { groupPages, clusterPages, polls, ageMs },
        { groupPages: 2, clusterPages: 3, polls: 1, ageMs: 0 },
      )
    })

    it('nothing any more when the last cache is forgotten, and what was known then is unknown later', async () => {
      await started('x')
      snapshot.forget('x')
      await clock.advance(120_000)
      lister.calls.length = 0
      await clock.advance(600_000)
      assert.deepEqual(lister.calls, [])
      has()
      snapshot.watch('x', 'group', false)
      assert.equal(snapshot.observed('x').is, 'unknown')
      await clock.advance(100)
      assert.equal(snapshot.observed('x').is, 'absent')
    })

    it('one poll for a burst of caches that come to be watched', async () => {
      has('a', 'b')
      snapshot.start()
      await clock.settle()
      snapshot.watch('a', 'group', true)
      await clock.advance(50)
      snapshot.watch('b', 'group', true)
      await clock.advance(100)
      assert.deepEqual(lister.calls, ['groups', 'clusters'])
      assert.equal(snapshot.observed('b').is, 'seen')
    })
  })

  describe('single flight', () => {
    it('serves all who ask during a poll with the next one, and never polls twice at once', async () => {
      lister.held = true
      await started('x')
      for (let n = 0; n < 5; n++) snapshot.soon()
      await clock.advance(10_000)
      assert.deepEqual(lister.calls, ['groups'])
      lister.release()
      await clock.settle()
      await clock.advance(999)
      assert.equal(lister.calls.length, 2)
      await clock.advance(1)
      assert.equal(lister.calls.length, 4)
    })

    it('never polls twice within a second, whoever asks', async () => {
      await started('x')
      for (let n = 0; n < 20; n++) {
        snapshot.soon()
        await clock.advance(100)
      }
      assert.equal(lister.calls.length, 6)
    })
  })

  describe('epochs', () => {
    it('knows nothing before the first poll', () => {
      snapshot.watch('x', 'group', false)
      assert.equal(snapshot.observed('x').is, 'unknown')
      assert.equal(snapshot.polled, false)
    })

    it('does not know a cache while it is written, nor until a poll that began after the write has ended', async () => {
      await started('x')
      assert.equal(snapshot.observed('x').is, 'seen')
      const end = snapshot.writing('x')
      assert.equal(snapshot.observed('x').is, 'unknown')
      lister.held = true
      snapshot.soon()
      await clock.advance(1000)
      end('perhaps')
      lister.release()
      await clock.settle()
      assert.equal(snapshot.figures().polls, 2)
      assert.equal(snapshot.observed('x').is, 'unknown')
      await untilPoll()
      assert.equal(snapshot.observed('x').is, 'seen')
    })

    it('goes on knowing the caches that were not written', async () => {
      await started('x', 'y')
      snapshot.writing('x')('perhaps')
      assert.equal(snapshot.observed('x').is, 'unknown')
      assert.equal(snapshot.observed('y').is, 'seen')
    })

    it('remembers a write of a cache that was forgotten meanwhile', async () => {
      await started('x', 'y')
      snapshot.writing('x')('perhaps')
      snapshot.forget('x')
      snapshot.watch('x', 'group', false)
      assert.equal(snapshot.observed('x').is, 'unknown')
    })

    it('tells how long ago the last write was', async () => {
      await started('x')
      assert.equal(snapshot.sinceWriteMs('x'), undefined)
      snapshot.writing('x')('perhaps')
      await clock.advance(300)
      assert.equal(snapshot.sinceWriteMs('x'), 300)
    })

    it('knows a cache again as before when AWS refused its write, which counts as no write and asks for no poll', async () => {
      await started('x')
      const end = snapshot.writing('x')
      assert.equal(snapshot.observed('x').is, 'unknown')
      end('none')
      assert.equal(snapshot.observed('x').is, 'seen')
      assert.equal(snapshot.sinceWriteMs('x'), undefined)
      assert.equal(await untilPoll(), 60_000)
      assert.equal(changes.length, 1)
    })

    it('tells a change that a poll found while a write was under way, also when AWS refused that', async () => {
      await started('x')
      const end = snapshot.writing('x')
      lister.groupsThere = [sdkGroup('x', 2, { Status: 'modifying' })]
      await untilPoll()
      end('none')
      const observed = snapshot.observed('x')
      assert.equal(observed.is === 'seen' && observed.cache.status, 'modifying')
      assert.deepEqual(changes.slice(1), [['x']])
    })

    it('stays unknown after a write that may have had an effect, also when the next one is refused', async () => {
      await started('x')
      snapshot.writing('x')('perhaps')
      snapshot.writing('x')('none')
      assert.equal(snapshot.observed('x').is, 'unknown')
      await untilPoll()
      assert.equal(snapshot.observed('x').is, 'seen')
    })

    it('polls within five seconds of a write, and not at once', async () => {
      await started('x')
      await clock.advance(30_000)
      snapshot.writing('x')('perhaps')
      const afterMs = await untilPoll()
      assert.ok(afterMs >= 1000 && afterMs <= 5500, String(afterMs))
    })
  })

  describe('pace', () => {
    it('is a minute when all is settled', async () => {
      await started('x')
      assert.equal(await untilPoll(), 60_000)
      assert.equal(await untilPoll(), 60_000)
    })

    it('is as long as it was told, and no shorter for those who wait', async () => {
      snapshot = snapshotOf({
        lister,
        clock,
        random: () => chance,
        slowed: () => slowed,
        waitedMs: () => waited,
        settledMs: 250_000,
      })
      await started('a')
      assert.equal(await untilPoll(), 250_000)
      snapshot.watch('a', 'group', true)
      assert.ok((await untilPoll()) <= 5000)
    })

    it('is five seconds while anything is waited for, and a minute as soon as nothing is', async () => {
      await started('x', 'y')
      snapshot.watch('x', 'group', true)
      assert.equal(await untilPoll(), 5000)
      assert.equal(await untilPoll(), 5000)
      snapshot.watch('x', 'group', false)
      assert.equal(await untilPoll(), 60_000)
    })

    it('has ten percent of jitter either way', async () => {
      chance = 0
      await started('x')
      chance = 1
      assert.equal(await untilPoll(), 54_000)
      assert.equal(await untilPoll(), 66_000)
    })

    it('doubles with each poll that AWS throttled, up to a cap, and is at its pace again after one poll that AWS let pass', async () => {
      await started('x')
      snapshot.watch('x', 'group', true)
      const waits: number[] = []
      await untilPoll()
      for (let n = 0; n < 6; n++) {
        slowed += 1
        waits.push(await untilPoll())
      }
      for (let n = 0; n < 6; n++) waits.push(await untilPoll())
      assert.deepEqual(waits, [5000, 10_000, 20_000, 20_000, 20_000, 20_000, 20_000, 5000, 5000, 5000, 5000, 5000])
    })

    it('does not count the wait for tokens as time that the poll takes', async () => {
      await started('x')
      snapshot.watch('x', 'group', true)
      lister.held = true
      await untilPoll()
      await clock.advance(20_000)
      waited += 20_000
      lister.release()
      await clock.settle()
      assert.ok((await untilPoll()) <= 5000)
    })

    it('begins its backoff anew when AWS takes other calls again', async () => {
      await started('x')
      lister.failing = throttling
      await clock.advance(240_000)
      lister.failing = undefined
      snapshot.answered()
      assert.ok((await untilPoll()) <= 4000)
      snapshot.answered()
      assert.ok((await untilPoll()) > 59_000)
    })

    it('does not hurry because of other calls where a poll fails for lack of rights', async () => {
      await started('x')
      lister.failing = Object.assign(new Error('no'), { Code: 'AccessDenied' })
      await clock.advance(240_000)
      await untilPoll()
      snapshot.answered()
      assert.ok((await untilPoll()) > 50_000)
    })

    it('is ten seconds at most after a failed poll while anything is waited for, and a minute at most while nothing is', async () => {
      await started('x')
      lister.failing = Object.assign(new Error('no'), { Code: 'AccessDenied' })
      snapshot.watch('x', 'group', true)
      await clock.advance(120_000)
      await untilPoll()
      assert.equal(await untilPoll(), 10_000)
      snapshot.watch('x', 'group', false)
      await clock.advance(240_000)
      await untilPoll()
      assert.equal(await untilPoll(), 60_000)
    })

    it('spends at most half of its time polling', async () => {
      await started('x')
      snapshot.watch('x', 'group', true)
      lister.held = true
      await untilPoll()
      await clock.advance(20_000)
      lister.release()
      await clock.settle()
      const afterMs = await untilPoll()
      assert.ok(afterMs >= 20_000 && afterMs < 20_200, String(afterMs))
    })

    it('stops and starts again with a poll at once', async () => {
      await started('x')
      snapshot.stop()
      assert.equal(clock.timers, 0)
      await clock.advance(600_000)
      assert.equal(lister.calls.length, 2)
      snapshot.start()
      await clock.advance(0)
      assert.equal(lister.calls.length, 4)
    })

    it('tells nobody of a poll that was under way when it stopped', async () => {
      lister.held = true
      await started('x')
      snapshot.stop()
      lister.release()
      await clock.advance(60_000)
      assert.deepEqual(changes, [])
      assert.equal(snapshot.polled, false)
    })
  })

  describe('changes', () => {
    it('are all watched caches at the first poll, absent ones too, and nobody else', async () => {
      has('x', 'stranger')
      snapshot.watch('x', 'group', false)
      snapshot.watch('gone', 'group', false)
      snapshot.start()
      await clock.advance(0)
      assert.deepEqual(changes, [['gone', 'x']])
    })

    it('are not told while nothing changes, and the same object stays', async () => {
      await started('x')
      const before = snapshot.observed('x')
      has('x')
      await untilPoll()
      const after = snapshot.observed('x')
      assert.equal(changes.length, 1)
      assert.ok(before.is === 'seen' && after.is === 'seen')
      assert.equal(before.cache, after.cache)
    })

    it('name a cache of which any part changed', async () => {
      await started('x', 'y')
      lister.clustersThere = [
        sdkMember('x', 1),
        sdkMember('x', 2, { CacheClusterStatus: 'modifying' }),
        ...sdkMembers('y'),
      ]
      await untilPoll()
      assert.deepEqual(changes.slice(1), [['x']])
    })

    it('name a cache that came, one that went, and one that is known again after a write', async () => {
      await started('x', 'y')
      snapshot.watch('z', 'group', false)
      has('x', 'z')
      snapshot.writing('x')('perhaps')
      await untilPoll()
      assert.deepEqual(changes.slice(1), [['x', 'y', 'z']])
      assert.equal(snapshot.observed('y').is, 'absent')
    })

    it('tell memcached and groups of the same name apart', async () => {
      has('x')
      lister.clustersThere = [...lister.clustersThere, sdkMemcached('x')]
      snapshot.watch('x', 'memcached', false)
      snapshot.watch('other', 'group', false)
      snapshot.start()
      await clock.advance(0)
      const observed = snapshot.observed('x')
      assert.equal(observed.is === 'seen' && observed.cache.is, 'memcached')
    })
  })

  describe('the users of a parameter group', () => {
    it('are all that name it, also those that nobody watches and a redis cluster without a group', async () => {
      assert.equal(snapshot.parameterGroupUsers('default.valkey8'), undefined)
      has('x', 'stranger')
      const CacheParameterGroup = { CacheParameterGroupName: 'Default.Valkey8' }
      lister.clustersThere = [
        ...lister.clustersThere,
        { CacheClusterId: 'Lone', Engine: 'redis', CacheParameterGroup },
        sdkMemcached('m'),
      ]
      snapshot.watch('x', 'group', false)
      snapshot.start()
      await clock.advance(0)
      assert.deepEqual(snapshot.parameterGroupUsers('default.valkey8'), ['lone', 'stranger', 'x'])
      assert.deepEqual(snapshot.parameterGroupUsers('nobodys'), [])
    })
  })

  describe('what is told of the health of polls', () => {
    let told: (readonly string[])[]
    const denied = Object.assign(new Error('no'), { Code: 'AccessDenied' })
    beforeEach(() => {
      told = []
      snapshot.onHealth((ids) => told.push([...ids].sort()))
    })

    it('is nothing while polls are good', async () => {
      await started('x')
      await clock.advance(1_000_000)
      assert.deepEqual(told, [])
      assert.equal(snapshot.state().failure, undefined)
    })

    it('is a failure that begins, gets another reason and ends, each once and to all watched ids', async () => {
      await started('x', 'y')
      lister.failing = throttling
      await untilPoll()
      assert.deepEqual(told, [['x', 'y']])
      assert.equal(snapshot.state().failure?.reason, 'Throttled')
      await untilPoll()
      assert.equal(told.length, 1)
      lister.failing = denied
      await untilPoll()
      assert.equal(told.length, 2)
      assert.equal(snapshot.state().failure?.reason, 'AccessDenied')
      lister.failing = undefined
      await untilPoll()
      assert.equal(told.length, 3)
      assert.equal(snapshot.state().failure, undefined)
    })

    it('is once that the picture is older than five minutes, and once that it is fresh again', async () => {
      await started('x')
      lister.failing = denied
      await untilPoll()
      assert.equal(told.length, 1)
      await clock.advance(staleMs - (snapshot.state().ageMs ?? 0))
      assert.equal(told.length, 1)
      await clock.advance(1)
      assert.equal(told.length, 2)
      assert.ok((snapshot.state().ageMs ?? 0) > staleMs)
      await clock.advance(1_000_000)
      assert.equal(told.length, 2)
      lister.failing = undefined
      await untilPoll()
      assert.equal(told.length, 3)
      assert.ok((snapshot.state().ageMs ?? staleMs) < 1000)
    })

    it('is the first failure within ten seconds of the start, also where AWS does not answer at all', async () => {
      lister.held = true
      await started('x')
      await clock.advance(7900)
      assert.deepEqual(told, [])
      await clock.advance(2000)
      assert.deepEqual(told, [['x']])
      assert.equal(snapshot.state().failure?.reason, 'NetworkError')
      assert.equal(snapshot.state().failure?.code, 'NoAnswer')
      assert.equal(snapshot.state().ageMs, undefined)
      lister.release()
      await clock.advance(10)
      assert.equal(told.length, 2)
      assert.equal(snapshot.state().failure, undefined)
    })

    it('does not take our own wait for tokens for a silence of AWS', async () => {
      lister.held = true
      await started('x')
      waited += 60_000
      await clock.advance(60_000)
      assert.deepEqual(told, [])
      await clock.advance(10_000)
      assert.equal(told.length, 1)
    })

    it('is nothing when nobody watches anything: there is no picture that could get old', async () => {
      await started('x')
      snapshot.forget('x')
      await clock.advance(1_000_000)
      assert.deepEqual(told, [])
      assert.deepEqual(snapshot.state(), { ageMs: undefined, failure: undefined })
      assert.equal(snapshot.figures().lastGoodWallMs, undefined)
      assert.equal(clock.timers, 0)
    })
  })

  it('tells when the last good poll began as a time of day, which stays while polls fail', async () => {
    await started('x')
    const { lastGoodWallMs } = snapshot.figures()
    assert.equal(lastGoodWallMs, clock.wallMs())
    lister.failing = throttling
    await untilPoll()
    await clock.advance(100_000)
    assert.equal(snapshot.figures().lastGoodWallMs, lastGoodWallMs)
  })

  describe('lists that move between pages', () => {
    const many = ['a', 'b', 'c', 'd']
    beforeEach(() => {
      lister.pageSize = 2
    })

    it('may hide a cache for once: only the second time it counts as absent, and that comes soon', async () => {
      await started(...many)
      has('a', 'b', 'd')
      await untilPoll()
      assert.equal(snapshot.observed('c').is, 'seen')
      assert.equal(changes.length, 1)
      assert.equal(await untilPoll(), 5000)
      assert.equal(snapshot.observed('c').is, 'absent')
      assert.deepEqual(changes.slice(1), [['c']])
    })

    it('and forget the doubt when the cache is back', async () => {
      await started(...many)
      has('a', 'b', 'd')
      await untilPoll()
      has(...many)
      await untilPoll()
      has('a', 'b', 'd')
      await untilPoll()
      assert.equal(snapshot.observed('c').is, 'seen')
    })

    it('may hide a member for once', async () => {
      await started(...many)
      const without = lister.clustersThere.filter((cluster) => cluster.CacheClusterId !== 'c-002')
      lister.clustersThere = without
      await untilPoll()
      let observed = snapshot.observed('c')
      assert.equal(observed.is === 'seen' && observed.cache.state, 'available')
      await untilPoll()
      observed = snapshot.observed('c')
      assert.equal(observed.is === 'seen' && observed.cache.status, 'available, member c-002 unseen')
    })

    it('believe at once what one single page tells', async () => {
      lister.pageSize = 100
      await started(...many)
      has('a', 'b', 'd')
      await untilPoll()
      assert.equal(snapshot.observed('c').is, 'absent')
    })

    it('do not answer from before a write, however doubtful', async () => {
      await started(...many)
      snapshot.writing('c')('perhaps')
      has('a', 'b', 'd')
      await untilPoll()
      assert.equal(snapshot.observed('c').is, 'unknown')
      await untilPoll()
      assert.equal(snapshot.observed('c').is, 'absent')
    })

    it('end with a failure when a marker leads back', async () => {
      has('x')
      snapshot.watch('x', 'group', false)
      lister.groups = async () => ({ items: [], marker: 'again' })
      snapshot.start()
      await clock.advance(0)
      assert.equal(failures[0]?.code, 'StrangeReply')
    })
  })

  describe('a poll that fails', () => {
    it('keeps the old picture, tells why, and is tried again with a growing delay', async () => {
      await started('x')
      lister.failing = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
      await untilPoll()
      assert.equal(snapshot.observed('x').is, 'seen')
      assert.equal(failures[0]?.reason, 'NetworkError')
      assert.equal(snapshot.figures().lastFailure?.reason, 'NetworkError')
      const waits: number[] = []
      for (let n = 0; n < 8; n++) waits.push(await untilPoll())
      assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
      lister.failing = undefined
      await untilPoll()
      assert.equal(snapshot.figures().lastFailure, undefined)
      assert.equal(await untilPoll(), 60_000)
      assert.equal(changes.length, 1)
    })

    it('does not count as a first picture', async () => {
      lister.failing = throttling
      await started('x')
      assert.equal(snapshot.polled, false)
      assert.equal(snapshot.observed('x').is, 'unknown')
      assert.deepEqual(changes, [])
    })

    it('waits as long as AWS asks', async () => {
      lister.failing = Object.assign(new Error('Rate exceeded'), {
        Code: 'Throttling',
        $response: { headers: { 'retry-after': '30' } },
      })
      await started('x')
      assert.equal(await untilPoll(), 30_000)
    })

    it('in the middle of a list changes nothing', async () => {
      lister.pageSize = 1
      await started('x', 'y')
      has('x')
      lister.clusters = async () => {
        throw throttling
      }
      await untilPoll()
      assert.equal(snapshot.observed('y').is, 'seen')
      assert.equal(changes.length, 1)
    })
  })

  it('finds thousands of caches watched one by one in a single poll', async () => {
    const ids = Array.from({ length: 2000 }, (_, index) => `c${index}`)
    lister.pageSize = 100
    await started(...ids)
    assert.equal(lister.calls.length, 20 + 40)
    assert.equal(changes[0]?.length, 2000)
  })
})
