import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server as Listener, type Socket } from 'node:net'
import { type Cache, type OpenOptions, openCache, type Policy } from '@larder/client'
import fc from 'fast-check'
import { after, afterEach, before, describe, it } from 'mocha'
import { exptimeOf, memcachedKey } from '../../client/stores/memcached-protocol.ts'
import { policyWith } from './policies.ts'
import { ask, memcachedServer, type Server, until } from './servers.ts'

const daysMs = (days: number): number => days * 24 * 60 * 60 * 1_000
const unreachable = async (): Promise<never> => {
  throw new Error('the source must not be asked')
}

describe('the expiry that memcached is told', () => {
  const nowMs = Date.UTC(2026, 0, 1)
  const nowSeconds = nowMs / 1_000
  const table: readonly (readonly [string, number | undefined, number])[] = [
    ['0 for no end', undefined, 0],
    ['one second for less than one, since 0 is no end', 1, 1],
    ['whole seconds, never more than the TTL', 1_999, 1],
    ['30 days as a number of seconds', daysMs(30), 2_592_000],
    ['a moment in time beyond 30 days', daysMs(30) + 1_000, nowSeconds + 2_592_001],
    ['the last moment that it knows at the most', daysMs(365 * 100), 2 ** 31 - 1],
  ]
  for (const [name, ttlMs, expected] of table) {
    it(`is ${name}`, () => assert.equal(exptimeOf(ttlMs, nowMs), expected))
  }

  it('never lets a value outlive a TTL of a second or more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: daysMs(4_000) }), (ttlMs) => {
        const exptime = exptimeOf(ttlMs, nowMs)
        const livesMs = exptime > 2_592_000 ? exptime * 1_000 - nowMs : exptime * 1_000
        return exptime > 0 && livesMs > 0 && livesMs <= ttlMs
      }),
    )
  })
})

describe('the key that memcached is told', () => {
  it('is the key itself where the server takes it', () => assert.equal(memcachedKey('shop:v1:tea/é'), 'shop:v1:tea/é'))

  it('is always one that the server takes, and different for different keys', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ unit: 'binary' }), (one, other) => {
        const key = memcachedKey(one)
        const taken =
          Buffer.byteLength(key) <= 250 && /^\S+$/.test(key) && ![...key].some((it) => it <= ' ' || it === '\x7f')
        return taken && (one === other || key !== memcachedKey(other))
      }),
    )
  })
})

describe('a cache over two memcached servers', () => {
  let servers: readonly [Server, Server]
  let cache: Cache | undefined
  before(async () => {
    servers = [await memcachedServer(), await memcachedServer()]
    await Promise.all(servers.map((server) => server.start()))
  })
  after(() => Promise.all(servers.map((server) => server.kill())))
  afterEach(async () => {
    await cache?.close()
    cache = undefined
    await Promise.all(servers.map(({ port }) => ask(port, 'flush_all\r\n')))
  })
  const open = async (policy: Policy, options: OpenOptions = {}): Promise<Cache> => {
    const MEMCACHE_SERVERS = servers.map(({ port }) => `127.0.0.1:${port}`).join(',')
    const environment = { MEMCACHE_SERVERS, CACHE_POLICY: JSON.stringify(policy) }
    cache = await openCache({ environment, timeoutMs: 2_000, ...options })
    return cache
  }
  const keys = Array.from({ length: 64 }, (_, index) => `key:${index}`)
  const holds = async (key: string): Promise<readonly boolean[]> =>
    Promise.all(servers.map(async ({ port }) => (await ask(port, `get ${key}\r\n`)).startsWith('VALUE')))
  /** Seconds left, as the server says with a meta get; -1 is no end. */
  const secondsLeft = async (key: string): Promise<number> => {
    const replies = await Promise.all(servers.map(({ port }) => ask(port, `mg ${key} t\r\n`)))
    return Number(/ t(-?\d+)/.exec(replies.find((reply) => reply.startsWith('HD')) ?? '')?.[1])
  }

  it('keeps each key on one of them, and uses both', async () => {
    const it = await open(policyWith({}))
    for (const key of keys) await it.cached(key, async () => key)
    const places = await Promise.all(keys.map(holds))
    assert.ok(places.every((held) => held.filter(Boolean).length === 1))
    assert.ok([0, 1].every((server) => places.some((held) => held[server])))
    for (const key of keys) assert.equal(await it.cached(key, unreachable), key)
  })

  it('gives the server a TTL, also one beyond 30 days', async () => {
    const byPrefix = [{ prefix: 'long:', ttlMs: daysMs(90) }]
    const it = await open(policyWith({ ttl: { defaultMs: 60_000, jitterPercent: 10, byPrefix } }))
    for (const key of ['short:1', 'long:1']) await it.cached(key, async () => 1)
    const [short, long] = [await secondsLeft('short:1'), await secondsLeft('long:1')]
    assert.ok(short <= 60 && short >= 49, `${short} s`)
    assert.ok(long <= daysMs(90) / 1_000 && long >= daysMs(80) / 1_000, `${long} s`)
    assert.equal(await it.cached('long:1', unreachable), 1)
  })

  it('asks the source once for fifty callers at the same time', async () => {
    const it = await open(policyWith({}))
    const loaded = Promise.withResolvers<string>()
    const calls = Array.from({ length: 50 }, () => it.cached('key', () => loaded.promise))
    await until(async () => it.stats.loads > 0)
    loaded.resolve('value')
    await Promise.all(calls)
    assert.equal(it.stats.loads, 1)
  })

  it('takes keys and values that the protocol could not carry as they are', async () => {
    const it = await open(policyWith({}))
    const key = 'a key\r\nset injected 0 0 1\r\n1'
    const value = 'line\r\nEND\r\nVALUE x 0 1\r\né😀'
    await it.cached(key, async () => value)
    assert.equal(await it.cached(key, unreachable), value)
    assert.deepEqual(await holds('injected'), [false, false])
    assert.equal(it.stats.errors, 0)
  })

  it('serves a value that is too large for the server from the source, and goes on', async () => {
    const it = await open(policyWith({}))
    const large = 'x'.repeat(3 * 1024 * 1024)
    assert.equal(await it.cached('large', async () => large), large)
    assert.equal(it.stats.errors, 1)
    await it.cached('key', async () => 1)
    assert.equal(await it.cached('key', unreachable), 1)
  })

  for (const [write, seen] of [
    ['WriteThrough', 2],
    ['WriteAround', undefined],
  ] as const) {
    it(`with ${write} shows ${seen ?? 'nothing'} at once after a write`, async () => {
      const it = await open(policyWith({ strategy: { write } }))
      await it.cached('price', async () => 1)
      await it.write('price', 2, async () => {})
      assert.equal(await it.get('price'), seen)
    })
  }

  it('loses only the keys of a server that dies, and uses it again when it is back', async () => {
    const it = await open(policyWith({}), { breaker: { failures: 2, cooldownMs: 50 } })
    for (const key of keys) await it.cached(key, async () => key)
    const survivors: string[] = []
    for (const key of keys) if ((await holds(key))[1]) survivors.push(key)
    await servers[0].kill()
    for (const key of keys) assert.equal(await it.cached(key, async () => key), key)
    for (const key of survivors) assert.equal(await it.cached(key, unreachable), key)
    assert.ok(it.stats.skipped > 0)
    await servers[0].start()
    const lost = keys.find((key) => !survivors.includes(key)) ?? ''
    await until(async () => {
      await it.cached(lost, async () => 'again')
      return (await it.get(lost)) === 'again'
    })
  })

  it('serves from the source while a server hangs, and never takes a late reply for another', async () => {
    const it = await open(policyWith({}), { timeoutMs: 50, breaker: { failures: 1_000, cooldownMs: 1 } })
    for (const key of keys) await it.cached(key, async () => key)
    for (const server of servers) server.freeze()
    try {
      const answers = await Promise.all(keys.map((key) => it.cached(key, async () => `${key} from the source`)))
      assert.deepEqual(
        answers,
        keys.map((key) => `${key} from the source`),
      )
    } finally {
      for (const server of servers) server.resume()
    }
    await until(async () => {
      const found = await Promise.all(keys.map((key) => it.cached(key, async () => key)))
      for (const [index, value] of found.entries()) assert.ok(value.startsWith(keys[index] ?? '?'))
      return Boolean(await it.get('key:0'))
    })
  })
})

describe('a cache over a memcached server that breaks off in the middle of a reply', () => {
  let listener: Listener
  let replies: string[] = []
  before(async () => {
    listener = createServer((socket: Socket) => {
      socket.on('error', () => {})
      socket.on('data', (data) => {
        if (!String(data).startsWith('get ')) return socket.write('STORED\r\n')
        const reply = replies.shift() ?? 'END\r\n'
        return reply.endsWith('\r\n') ? socket.write(reply) : socket.end(reply)
      })
    }).listen(0, '127.0.0.1')
    await once(listener, 'listening')
  })
  after(() => listener.close())

  it('takes nothing of it into the next reply', async () => {
    const address = listener.address()
    const port = typeof address === 'object' ? address?.port : 0
    const environment = { MEMCACHE_SERVERS: `127.0.0.1:${port}` }
    await using cache = await openCache({ environment, timeoutMs: 2_000 })
    replies = ['VALUE key 0 40\r\n"half', 'VALUE key 0 6\r\n"full"\r\nEND\r\n']
    assert.equal(await cache.cached('key', async () => 'source'), 'source')
    assert.equal(await cache.cached('key', unreachable), 'full')
  })
})
