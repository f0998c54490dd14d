import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cache, type OpenOptions, openCache, type Policy } from '@larder/client'
import { Redis } from 'ioredis'
import { after, afterEach, before, beforeEach, describe, it } from 'mocha'
import { createTlsStore } from '../../emulator/engines/tls-files.ts'
import { policyWith } from './policies.ts'
import { redisServer, type Server, tlsRedisServer, until, valkeyServer } from './servers.ts'

const unreachable = async (): Promise<never> => {
  throw new Error('the source must not be asked')
}

for (const [engine, serverOf] of [
  ['Redis', redisServer],
  ['Valkey', valkeyServer],
] as const) {
  describe(`a cache over ${engine}`, () => {
    let server: Server
    let observer: Redis
    let cache: Cache | undefined

    const open = async (policy: Policy, options: OpenOptions = {}): Promise<Cache> => {
      const environment = { REDIS_URL: `redis://127.0.0.1:${server.port}/0`, CACHE_POLICY: JSON.stringify(policy) }
      cache = await openCache({ environment, timeoutMs: 2_000, ...options })
      return cache
    }

    before(async () => {
      server = await serverOf()
      await server.start()
    })
    after(() => server.kill())
    beforeEach(async () => {
      observer = new Redis(server.port, '127.0.0.1')
      await observer.flushall()
    })
    afterEach(async () => {
      await cache?.close()
      cache = undefined
      observer.disconnect()
    })

    it('loads once, then answers from the server, where the value is plain JSON', async () => {
      const it = await open(policyWith({ keys: { prefix: 'shop:' }, invalidation: { keyVersion: 'v3' } }))
      assert.deepEqual(await it.cached('tea', async () => ({ price: 3 })), { price: 3 })
      assert.deepEqual(await it.cached('tea', unreachable), { price: 3 })
      assert.equal(await observer.get('shop:v3:tea'), '{"price":3}')
      assert.deepEqual({ ...it.stats }, { ...it.stats, hits: 1, misses: 1, loads: 1, errors: 0 })
    })

    it('asks the source once for fifty callers at the same time', async () => {
      const it = await open(policyWith({ ttl: { defaultMs: 60_000 } }))
      const loaded = Promise.withResolvers<string>()
      const calls = Array.from({ length: 50 }, () => it.cached('key', () => loaded.promise))
      await until(async () => it.stats.loads > 0)
      loaded.resolve('value')
      assert.deepEqual(new Set(await Promise.all(calls)), new Set(['value']))
      assert.equal(it.stats.loads, 1)
      assert.equal(it.stats.joined, 49)
    })

    it('gives the server a TTL: of the longest prefix, jittered down, under the cap', async () => {
      const byPrefix = [
        { prefix: 'a:', ttlMs: 50_000 },
        { prefix: 'a:b:', ttlMs: 90_000 },
        { prefix: 'c:', ttlMs: 900_000 },
      ]
      const it = await open(policyWith({ ttl: { defaultMs: 20_000, maxMs: 300_000, jitterPercent: 50, byPrefix } }))
      const stated = { 'a:1': 50_000, 'a:b:1': 90_000, 'c:1': 300_000, other: 20_000 }
      for (const [key, statedMs] of Object.entries(stated)) {
        await it.cached(key, async () => 1)
        const remainingMs = await observer.pttl(key)
        assert.ok(
          remainingMs <= statedMs && remainingMs > statedMs / 2 - 5_000,
          `${key}: ${remainingMs} of ${statedMs}`,
        )
      }
    })

    it('stores without end where the policy states no TTL, and not at all where it states 0', async () => {
      const it = await open(policyWith({ ttl: { byPrefix: [{ prefix: 'live:', ttlMs: 0 }] } }))
      await it.cached('key', async () => 1)
      await it.cached('live:key', async () => 1)
      assert.equal(await observer.pttl('key'), -1)
      assert.equal(await observer.exists('live:key'), 0)
    })

    it('remembers that there is nothing only where the policy says for how long', async () => {
      const plain = await open(policyWith({ ttl: { defaultMs: 60_000 } }))
      assert.equal(await plain.cached('none', async () => null), null)
      assert.equal(await observer.exists('none'), 0)
      await plain.close()
      const negative = await open(policyWith({ ttl: { defaultMs: 60_000, negativeMs: 9_000 } }))
      assert.equal(await negative.cached('none', async () => null), null)
      assert.equal(await negative.cached('none', unreachable), null)
      assert.ok((await observer.pttl('none')) <= 9_000)
      assert.equal(await negative.cached('undefined', async () => undefined), undefined)
      assert.equal(await negative.cached('undefined', unreachable), undefined)
    })

    it('with WriteThrough shows a written value at once, with its TTL', async () => {
      const it = await open(policyWith({ strategy: { write: 'WriteThrough' }, ttl: { defaultMs: 60_000 } }))
      await it.cached('price', async () => 1)
      const saved: number[] = []
      await it.write('price', 2, async (value) => saved.push(value))
      assert.deepEqual(saved, [2])
      assert.equal(await observer.get('price'), '2')
      assert.ok((await observer.pttl('price')) > 0)
      assert.equal(await it.cached('price', unreachable), 2)
    })

    for (const [onWrite, held] of [
      ['Delete', null],
      ['Update', '2'],
      ['Nothing', '1'],
    ] as const) {
      it(`with WriteAround and ${onWrite} holds ${held ?? 'nothing'} after a write`, async () => {
        const it = await open(policyWith({ invalidation: { onWrite } }))
        await it.cached('price', async () => 1)
        await it.write('price', 2, async () => {})
        assert.equal(await observer.get('price'), held)
      })
    }

    it('with WriteBehind shows a written value at once and saves it on close', async () => {
      const writeBehind = { flushIntervalMs: 3_600_000, maxBatch: 10 }
      const it = await open({ ...policyWith({ strategy: { write: 'WriteBehind' } }), writeBehind })
      const saved: number[] = []
      await it.write('price', 1, async (value) => saved.push(value))
      await it.write('price', 2, async (value) => saved.push(value))
      assert.equal(await observer.get('price'), '2')
      assert.deepEqual(saved, [])
      await it.close()
      assert.deepEqual(saved, [2])
    })

    it('does not change the cache when a save fails', async () => {
      const it = await open(policyWith({ strategy: { write: 'WriteThrough' } }))
      await it.cached('price', async () => 1)
      await assert.rejects(
        it.write('price', 2, () => Promise.reject(new Error('database is read-only'))),
        /read-only/,
      )
      assert.equal(await it.cached('price', unreachable), 1)
    })

    it('forgets a key on invalidate, and answers get without loading', async () => {
      const it = await open(policyWith({}))
      assert.equal(await it.get('key'), undefined)
      await it.cached('key', async () => 1)
      assert.equal(await it.get('key'), 1)
      await it.invalidate('key')
      assert.equal(await observer.exists('key'), 0)
      assert.equal(await it.cached('key', async () => 2), 2)
    })

    it('serves from the source while the server is dead, and caches again when it is back', async () => {
      const it = await open(policyWith({ ttl: { defaultMs: 60_000 } }), { breaker: { failures: 3, cooldownMs: 50 } })
      await it.cached('key', async () => 'cached')
      await server.kill()
      for (let call = 0; call < 20; call += 1) assert.equal(await it.cached('key', async () => call), call)
      await it.write('other', 1, async () => {})
      await it.invalidate('other')
      assert.ok(it.stats.errors > 0)
      assert.ok(it.stats.skipped > 0, 'the breaker spares most calls the try')
      await server.start()
      await until(
        async () => (await it.cached('key', async () => 'loaded')) === 'loaded' && (await it.get('key')) === 'loaded',
      )
      assert.equal(await it.cached('key', unreachable), 'loaded')
    })

    it('serves from the source while the server hangs', async () => {
      const it = await open(policyWith({}), { timeoutMs: 50, breaker: { failures: 2, cooldownMs: 20 } })
      await it.cached('key', async () => 'cached')
      server.freeze()
      try {
        for (let call = 0; call < 4; call += 1) assert.equal(await it.cached('key', async () => call), call)
      } finally {
        server.resume()
      }
      assert.ok(it.stats.errors >= 2)
      await until(async () => {
        await it.cached('fresh', async () => 1)
        return (await it.get('fresh')) === 1
      })
    })

    it('never serves a value again whose removal the dead server missed', async () => {
      const it = await open(policyWith({}), { timeoutMs: 50, breaker: { failures: 1, cooldownMs: 20 } })
      await it.cached('price', async () => 'old')
      server.freeze()
      try {
        await until(async () => {
          await it.invalidate('other')
          return it.stats.skipped > 0
        })
        // The breaker is open, so the removal that follows does not even reach the server's socket.
        const { skipped } = it.stats
        await it.write('price', 'new', async () => {})
        assert.ok(it.stats.skipped > skipped || it.stats.errors > 0)
      } finally {
        server.resume()
      }
      await until(async () => {
        const found = await it.cached('price', async () => 'new')
        assert.equal(found, 'new')
        return (await observer.get('price')) === '"new"'
      })
    })

    it('opens although the server is dead', async () => {
      await server.kill()
      const it = await open(policyWith({}))
      assert.equal(await it.cached('key', async () => 'source'), 'source')
      await server.start()
      await until(async () => {
        await it.cached('key', async () => 'source')
        return (await observer.get('key').catch(() => null)) === '"source"'
      })
    })
  })
}

describe('a cache over Redis with a password', () => {
  const canary = 'canary-p@ss:w/rd+x'
  let server: Server
  before(async () => {
    server = await redisServer('--requirepass', canary)
    await server.start()
  })
  after(() => server.kill())

  it('takes it percent-encoded from the URL', async () => {
    const REDIS_URL = `redis://:${encodeURIComponent(canary)}@127.0.0.1:${server.port}/0`
    await using cache = await openCache({ environment: { REDIS_URL }, timeoutMs: 2_000 })
    await cache.cached('key', async () => 1)
    assert.equal(await cache.cached('key', unreachable), 1)
  })

  it('serves from the source when it is wrong, and no error tells it', async () => {
    const heard: Error[] = []
    const REDIS_URL = `redis://:${encodeURIComponent(`${canary}-wrong`)}@127.0.0.1:${server.port}/0`
    await using cache = await openCache({ environment: { REDIS_URL }, onError: (error) => heard.push(error) })
    assert.equal(await cache.cached('key', async () => 2), 2)
    await until(async () => heard.length > 0)
    for (const error of heard) {
      const told = `${error.message} ${error.stack} ${JSON.stringify(error, Object.getOwnPropertyNames(error))}`
      assert.doesNotMatch(told, /canary/)
      assert.equal(error.cause, undefined)
    }
  })
})

describe('a cache over Redis with TLS and a private authority', () => {
  let folder = ''
  let server: Server
  let ca = ''
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'larder-client-tls-'))
    const store = createTlsStore(folder)
    ca = store.ca
    server = await tlsRedisServer(store.certificateFor(['127.0.0.1']).files)
    await server.start()
  })
  after(async () => {
    await server.kill()
    await rm(folder, { recursive: true })
  })
  const open = (options: OpenOptions) =>
    openCache({ environment: { REDIS_URL: `rediss://127.0.0.1:${server.port}/0` }, timeoutMs: 2_000, ...options })

  it('trusts the authority it is given', async () => {
    await using cache = await open({ ca })
    await cache.cached('key', async () => 1)
    assert.equal(await cache.cached('key', unreachable), 1)
  })

  it('stores nothing on a server it cannot trust', async () => {
    await using cache = await open({})
    await cache.cached('key', async () => 1)
    assert.equal(await cache.cached('key', async () => 2), 2)
    assert.ok(cache.stats.errors > 0)
  })
})
