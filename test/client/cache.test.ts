import assert from 'node:assert/strict'
import { cacheOver, UnsavedWritesError } from '@larder/client'
import { describe, it } from 'mocha'
import { memoryStore } from './memory-store.ts'
import { policyWith } from './policies.ts'
import { until } from './servers.ts'

const unreachable = async (): Promise<never> => {
  throw new Error('the source must not be asked')
}
const failing = async (): Promise<never> => {
  throw new Error('the source is down')
}

describe('stale answers', () => {
  const at = { nowMs: 1_000_000 }
  const open = (policy: Parameters<typeof policyWith>[0]) => {
    at.nowMs = 1_000_000
    const { store, held } = memoryStore()
    return { cache: cacheOver({ policy: policyWith(policy), store, now: () => at.nowMs, random: () => 0 }), held }
  }

  it('keep the entry in the server for as much longer, but never beyond the cap', async () => {
    const staleness = { ifErrorMs: 5_000, whileRevalidateMs: 2_000 }
    const loose = open({ ttl: { defaultMs: 1_000 }, staleness })
    await loose.cache.cached('key', async () => 1)
    assert.equal(loose.held.get('key')?.ttlMs, 6_000)
    const capped = open({ ttl: { defaultMs: 1_000, maxMs: 3_000 }, staleness })
    await capped.cache.cached('key', async () => 1)
    assert.equal(capped.held.get('key')?.ttlMs, 3_000)
  })

  it('are served while a new value is loaded once, and the new one after that', async () => {
    const { cache } = open({ ttl: { defaultMs: 1_000 }, staleness: { whileRevalidateMs: 500 } })
    await cache.cached('key', async () => 'old')
    at.nowMs += 1_200
    const loaded = Promise.withResolvers<string>()
    assert.equal(await cache.cached('key', () => loaded.promise), 'old')
    assert.equal(await cache.cached('key', unreachable), 'old')
    loaded.resolve('new')
    await until(async () => (await cache.get('key')) === 'new')
    assert.equal(cache.stats.loads, 2)
  })

  it('are not served past their window', async () => {
    const { cache } = open({ ttl: { defaultMs: 1_000 }, staleness: { whileRevalidateMs: 500 } })
    await cache.cached('key', async () => 'old')
    at.nowMs += 1_500
    assert.equal(await cache.get('key'), undefined)
    assert.equal(await cache.cached('key', async () => 'new'), 'new')
  })

  it('stand in for a source that fails, within their window only', async () => {
    const { cache } = open({ ttl: { defaultMs: 1_000 }, staleness: { ifErrorMs: 500 } })
    await cache.cached('key', async () => 'old')
    at.nowMs += 1_499
    assert.equal(await cache.cached('key', failing), 'old')
    at.nowMs += 1
    await assert.rejects(cache.cached('key', failing), /the source is down/)
  })

  it('do not hide a failing source where the policy does not ask for them', async () => {
    const { cache } = open({ ttl: { defaultMs: 1_000 }, staleness: { whileRevalidateMs: 500 } })
    await cache.cached('key', async () => 'old')
    at.nowMs += 1_600
    await assert.rejects(cache.cached('key', failing), /the source is down/)
  })

  it('are not needed with RefreshAhead: near its end a value is loaded anew while it is served', async () => {
    const { cache } = open({
      strategy: { read: 'RefreshAhead' },
      refreshAhead: { thresholdMs: 200 },
      ttl: { defaultMs: 1_000 },
    })
    await cache.cached('key', async () => 'old')
    at.nowMs += 799
    assert.equal(await cache.cached('key', unreachable), 'old')
    assert.equal(cache.stats.loads, 1)
    at.nowMs += 1
    assert.equal(await cache.cached('key', async () => 'new'), 'old')
    await until(async () => (await cache.get('key')) === 'new')
    assert.equal(cache.stats.staleHits, 0)
  })
})

describe('a load that a write overtakes', () => {
  for (const write of ['WriteThrough', 'WriteAround', 'WriteBehind'] as const) {
    it(`does not store what it found (${write}), and nobody joins it any more`, async () => {
      const { store } = memoryStore()
      const cache = cacheOver({ policy: policyWith({ strategy: { write } }), store })
      const slow = Promise.withResolvers<string>()
      const early = cache.cached('key', () => slow.promise)
      await until(async () => cache.stats.loads === 1)
      await cache.write('key', 'new', async () => {})
      assert.equal(await cache.cached('key', async () => 'new'), 'new')
      slow.resolve('old')
      assert.equal(await early, 'old')
      assert.equal(await cache.cached('key', async () => 'new'), 'new')
      await cache.close()
    })
  }

  it('does not store what it found when the key was invalidated meanwhile', async () => {
    const { store, held } = memoryStore()
    const cache = cacheOver({ policy: policyWith({}), store })
    const slow = Promise.withResolvers<string>()
    const early = cache.cached('key', () => slow.promise)
    await until(async () => cache.stats.loads === 1)
    await cache.invalidate('key')
    slow.resolve('old')
    await early
    assert.equal(held.size, 0)
  })
})

describe('a load', () => {
  it('that fails is told to every caller that waits for it, and tried again by the next', async () => {
    const cache = cacheOver({ policy: policyWith({}), store: memoryStore().store })
    const calls = await Promise.allSettled([cache.cached('key', failing), cache.cached('key', failing)])
    assert.deepEqual(
      calls.map(({ status }) => status),
      ['rejected', 'rejected'],
    )
    assert.equal(cache.stats.loads, 1)
    assert.equal(await cache.cached('key', async () => 1), 1)
  })

  it('is not shared where the policy protects from no stampede', async () => {
    const cache = cacheOver({ policy: policyWith({ stampedeProtection: 'None' }), store: memoryStore().store })
    await Promise.all([cache.cached('key', async () => 1), cache.cached('key', async () => 1)])
    assert.equal(cache.stats.loads, 2)
  })

  it('may yield what no cache can hold: it is returned, and counted as an error of the cache', async () => {
    const heard: string[] = []
    const cache = cacheOver({
      policy: policyWith({}),
      store: memoryStore().store,
      onError: (it) => heard.push(it.message),
    })
    assert.equal(await cache.cached('key', async () => 1n), 1n)
    assert.equal(cache.stats.errors, 1)
    assert.equal(heard.length, 1)
  })
})

describe('a removal that the cache missed', () => {
  it('is made up for before this process reads the key again', async () => {
    let broken = false
    const { store, held } = memoryStore(async (operation) => {
      if (broken && operation !== 'get') throw new Error('no')
    })
    const cache = cacheOver({ policy: policyWith({}), store })
    await cache.cached('key', async () => 'old')
    broken = true
    await cache.write('key', 'new', async () => {})
    assert.equal(held.get('key')?.text, '"old"')
    assert.equal(await cache.get('key'), undefined)
    assert.equal(await cache.cached('key', async () => 'new'), 'new')
    broken = false
    assert.equal(await cache.get('key'), undefined)
    assert.equal(held.has('key'), false)
  })
})

describe('WriteBehind', () => {
  const open = (writeBehind: { flushIntervalMs: number; maxBatch: number }, broken = () => false) => {
    const { store } = memoryStore(async () => {
      if (broken()) throw new Error('the cache is down')
    })
    return cacheOver({ policy: { ...policyWith({ strategy: { write: 'WriteBehind' } }), writeBehind }, store })
  }
  const rarely = { flushIntervalMs: 3_600_000, maxBatch: 100 }

  it('saves by itself after the interval', async () => {
    const cache = open({ flushIntervalMs: 5, maxBatch: 100 })
    const saved: string[] = []
    await cache.write('key', 'value', async (value) => saved.push(value))
    assert.deepEqual(saved, [])
    await until(async () => saved.length === 1)
    await cache.close()
    assert.deepEqual(saved, ['value'])
  })

  it('saves before the interval when a batch is full, and a key once with its last value', async () => {
    const cache = open({ ...rarely, maxBatch: 2 })
    const saved: string[] = []
    for (const [key, value] of [
      ['a', 'a1'],
      ['a', 'a2'],
      ['b', 'b1'],
    ] as const) {
      await cache.write(key, value, async (it) => saved.push(it))
    }
    await until(async () => saved.length === 2)
    assert.deepEqual(saved, ['a2', 'b1'])
    await cache.close()
  })

  it('answers with a value that is not saved yet, also while the cache is down', async () => {
    let broken = false
    const cache = open(rarely, () => broken)
    broken = true
    await cache.write('key', 'new', async () => {})
    assert.equal(await cache.cached('key', unreachable), 'new')
    assert.equal(await cache.get('key'), 'new')
    await cache.close()
  })

  it('answers with a value whose save is under way, also while the cache is down', async () => {
    let broken = false
    const cache = open({ ...rarely, maxBatch: 1 }, () => broken)
    broken = true
    const saving = Promise.withResolvers<void>()
    let begun = false
    await cache.write('key', 'new', async () => {
      begun = true
      await saving.promise
    })
    await until(async () => begun)
    assert.equal(await cache.cached('key', unreachable), 'new')
    saving.resolve()
    await until(async () => cache.stats.writes === 1)
    assert.equal(await cache.cached('key', async () => 'from the source'), 'from the source')
    await cache.close()
  })

  it('tries a failed save again, and does not put an old value over a later one', async () => {
    const cache = open({ flushIntervalMs: 5, maxBatch: 100 })
    const saved: string[] = []
    const held = Promise.withResolvers<void>()
    let tries = 0
    await cache.write('key', 'first', async () => {
      tries += 1
      await held.promise
      throw new Error('no')
    })
    await until(async () => tries === 1)
    await cache.write('key', 'second', async (value) => saved.push(value))
    held.resolve()
    await until(async () => saved.length === 1)
    await cache.close()
    assert.deepEqual(saved, ['second'])
    assert.equal(tries, 1)
    assert.equal(cache.stats.failedSaves, 1)
  })

  it('says on close which values could not be saved, after one more try of each', async () => {
    const cache = open(rarely)
    let tries = 0
    const refuse = async () => {
      tries += 1
      throw new Error('the database is gone')
    }
    await cache.write('a', 1, refuse)
    await cache.write('b', 1, refuse)
    await cache.write('c', 1, async () => {})
    await assert.rejects(cache.close(), (error) => {
      assert.ok(error instanceof UnsavedWritesError)
      assert.deepEqual([error.keys, error.errors.length], [['a', 'b'], 2])
      return true
    })
    assert.equal(tries, 2)
  })
})
