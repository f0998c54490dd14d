import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import type { ObservedCache } from '../../src/plan/core/observed.ts'
import { contentHashOf, secretPair } from '../../src/plan/secrets/pair.ts'
import { policyFileOf } from '../../src/plan/secrets/policy-file.ts'
import { wayTo } from '../../src/plan/secrets/way.ts'
import { group, memcached, node, policyOf, specOf } from './facts.ts'

const pairOf = (
  cache: ObservedCache,
  more: { token?: string; policy?: object; envPrefix?: string; spec?: object } = {},
) => {
  const policy = more.policy && policyFileOf(policyOf(more.policy))
  const pair = secretPair({
    cache,
    ...wayTo(cache, specOf(more.spec)),
    token: more.token,
    policy,
    envPrefix: more.envPrefix ?? '',
  })
  assert.ok(pair)
  return pair
}

const replicated = group({ replicasPerShard: 1, automaticFailover: true })
const sharded = group({
  clusterMode: 'Enabled',
  shards: 2,
  primary: undefined,
  reader: undefined,
  configuration: { host: 'cfg.cache', port: 6379 },
})
const compatible = group({ ...replicated, clusterMode: 'Compatible', configuration: { host: 'cfg.cache', port: 6379 } })
const tls = { inTransit: 'Required' } as const
const plain = 'redis://primary.cache:6379/0'

const redisBinding = {
  type: 'redis',
  provider: 'aws-elasticache',
  host: 'primary.cache',
  port: '6379',
  database: '0',
  uri: plain,
  url: plain,
}
const redisEnv = {
  REDIS_URL: plain,
  REDIS_HOST: 'primary.cache',
  REDIS_PORT: '6379',
  REDIS_DB: '0',
  REDIS_TLS: 'false',
  CACHE_URL: plain,
}
const withUrl = (url: string) => ({ binding: { uri: url, url }, env: { REDIS_URL: url, CACHE_URL: url } })

describe('the pair of Secrets for redis and valkey', () => {
  const token = 'Abc!&#$^<>-12345'
  const encoded = 'Abc!%26%23%24%5E%3C%3E-12345'
  const guarded = withUrl(`rediss://default:${encoded}@primary.cache:6379/0`)
  const clustered = withUrl('redis://cfg.cache:6379/0')
  const reader = 'redis://reader.cache:6379/0'
  const rows = [
    ['one node', group(), {}, redisBinding, redisEnv],
    [
      'valkey is told as redis, which libraries know',
      group({ engine: 'valkey', engineVersion: '8.0.1' }),
      {},
      redisBinding,
      redisEnv,
    ],
    [
      'a replica adds the reader',
      replicated,
      {},
      { ...redisBinding, 'reader-host': 'reader.cache', 'reader-port': '6379', 'reader-uri': reader },
      { ...redisEnv, REDIS_READER_URL: reader },
    ],
    [
      'TLS',
      group(tls),
      {},
      { ...redisBinding, ...withUrl('rediss://primary.cache:6379/0').binding, tls: 'true' },
      { ...redisEnv, ...withUrl('rediss://primary.cache:6379/0').env, REDIS_TLS: 'true' },
    ],
    [
      'TLS and a token, percent-encoded in URLs only',
      group(tls),
      { token },
      { ...redisBinding, ...guarded.binding, tls: 'true', username: 'default', password: token },
      { ...redisEnv, ...guarded.env, REDIS_TLS: 'true', REDIS_USERNAME: 'default', REDIS_PASSWORD: token },
    ],
    [
      'a token reaches the reader too',
      group({ ...replicated, ...tls }),
      { token: 'a'.repeat(16) },
      {
        ...redisBinding,
        ...withUrl(`rediss://default:${'a'.repeat(16)}@primary.cache:6379/0`).binding,
        tls: 'true',
        username: 'default',
        password: 'a'.repeat(16),
        'reader-host': 'reader.cache',
        'reader-port': '6379',
        'reader-uri': `rediss://default:${'a'.repeat(16)}@reader.cache:6379/0`,
      },
      {
        ...redisEnv,
        ...withUrl(`rediss://default:${'a'.repeat(16)}@primary.cache:6379/0`).env,
        REDIS_TLS: 'true',
        REDIS_USERNAME: 'default',
        REDIS_PASSWORD: 'a'.repeat(16),
        REDIS_READER_URL: `rediss://default:${'a'.repeat(16)}@reader.cache:6379/0`,
      },
    ],
    [
      'cluster mode leads to the configuration endpoint, and has no reader',
      group({ ...sharded, replicasPerShard: 1 }),
      {},
      {
        ...redisBinding,
        ...clustered.binding,
        host: 'cfg.cache',
        'cluster.nodes': 'cfg.cache:6379',
        'configuration-endpoint': 'cfg.cache:6379',
      },
      { ...redisEnv, ...clustered.env, REDIS_HOST: 'cfg.cache', REDIS_CLUSTER_NODES: 'cfg.cache:6379' },
    ],
    [
      'Compatible still leads to the primary, and names the configuration endpoint',
      compatible,
      {},
      {
        ...redisBinding,
        'reader-host': 'reader.cache',
        'reader-port': '6379',
        'reader-uri': reader,
        'configuration-endpoint': 'cfg.cache:6379',
      },
      { ...redisEnv, REDIS_READER_URL: reader },
    ],
    [
      'a prefix stands before every environment key, and only there',
      group(),
      { envPrefix: 'CART_' },
      redisBinding,
      Object.fromEntries(Object.entries(redisEnv).map(([key, value]) => [`CART_${key}`, value])),
    ],
  ] as const
  for (const [sentence, cache, more, binding, env] of rows) {
    it(sentence, () => assert.deepEqual(pairOf(cache as ObservedCache, more), { binding, env }))
  }
  it('before Redis 6 there are no users: the URL has an empty one', () => {
    const old = pairOf(group({ ...tls, engineVersion: '5.0.6' }), { token: 'a'.repeat(16) })
    assert.equal(old.binding.uri, `rediss://:${'a'.repeat(16)}@primary.cache:6379/0`)
    assert.ok(!('username' in old.binding) && !('REDIS_USERNAME' in old.env))
    const valkey = pairOf(group({ ...tls, engine: 'valkey', engineVersion: '7.2.6' }), { token: 'a'.repeat(16) })
    assert.equal(valkey.binding.username, 'default')
  })
  it('no pair while AWS tells no endpoint', () => {
    const none = (cache: ObservedCache) =>
      secretPair({ cache, ...wayTo(cache, specOf()), token: undefined, policy: undefined, envPrefix: '' })
    assert.equal(none(group({ primary: undefined })), undefined)
    assert.equal(none(group({ ...sharded, configuration: undefined, primary: { host: 'x', port: 1 } })), undefined)
  })
})

describe('where both ways are good, the Secrets say the one that is wanted in the end', () => {
  const nodes = (clusterMode: string) => ({ nodes: { type: 'cache.t4g.small', clusterMode } })
  const preferred = group({ inTransit: 'Preferred' })
  const rows = [
    [
      'TLS on its way up, or to stay: with',
      preferred,
      { encryption: { inTransit: 'Required' } },
      'rediss://primary.cache:6379/0',
    ],
    [
      'TLS Preferred is asked for: with',
      preferred,
      { encryption: { inTransit: 'Preferred' } },
      'rediss://primary.cache:6379/0',
    ],
    ['TLS is not spoken of: with', preferred, {}, 'rediss://primary.cache:6379/0'],
    ['TLS on its way down: plain, before it ends', preferred, { encryption: { inTransit: 'Disabled' } }, plain],
    [
      'TLS is asked off and still required: with',
      group(tls),
      { encryption: { inTransit: 'Disabled' } },
      'rediss://primary.cache:6379/0',
    ],
    ['cluster mode on its way: the configuration endpoint', compatible, nodes('Enabled'), 'redis://cfg.cache:6379/0'],
    ['cluster mode on its way back: the primary', compatible, nodes('Disabled'), plain],
    ['cluster mode Compatible to stay: the primary, which every client knows', compatible, nodes('Compatible'), plain],
    ['cluster mode asked for and not begun: the primary', group(), nodes('Enabled'), plain],
  ] as const
  for (const [sentence, cache, spec, uri] of rows) {
    it(sentence, () => {
      const { binding, env } = pairOf(cache as ObservedCache, { spec })
      assert.deepEqual([binding.uri, binding.url, env.REDIS_URL, env.CACHE_URL], [uri, uri, uri, uri])
      assert.deepEqual([binding.tls, env.REDIS_TLS], uri.startsWith('rediss') ? ['true', 'true'] : [undefined, 'false'])
      assert.equal('cluster.nodes' in binding, uri.includes('cfg'))
    })
  }
  it('a policy of memcached tells no eviction, which is not in force there', () => {
    const policy = { eviction: { policy: 'allkeys-lru' } }
    assert.equal(pairOf(group(), { policy }).env.CACHE_EVICTION_POLICY, 'allkeys-lru')
    assert.ok(!('CACHE_EVICTION_POLICY' in pairOf(memcached(), { policy }).env))
  })
})

describe('the pair of Secrets for memcached', () => {
  const servers = 'node1.cache:11211,node2.cache:11211'
  const two = memcached({ nodeCount: 2, members: [node(2), node(1)] })
  const binding = {
    type: 'memcached',
    provider: 'aws-elasticache',
    host: 'node1.cache',
    port: '11211',
    nodes: servers,
    uri: `memcached://${servers}`,
    url: `memcached://${servers}`,
    'configuration-endpoint': 'cfg.cache:11211',
  }
  const env = {
    MEMCACHE_SERVERS: servers,
    MEMCACHED_SERVERS: servers,
    MEMCACHED_HOST: 'node1.cache',
    MEMCACHED_PORT: '11211',
    MEMCACHED_CONFIGURATION_ENDPOINT: 'cfg.cache:11211',
    CACHE_URL: `pymemcache://${servers}`,
  }
  it('all nodes, in the order of their ids however AWS tells them', () => {
    assert.deepEqual(pairOf(two), { binding, env })
  })
  it('TLS adds a key to each', () => {
    const pair = pairOf({ ...two, ...tls })
    assert.deepEqual(pair, { binding: { ...binding, tls: 'true' }, env: { ...env, MEMCACHED_TLS: 'true' } })
  })
  it('a node on its way out takes no new clients', () => {
    const leaving = node(2, { state: 'deleting', status: 'deleting' })
    assert.equal(pairOf(memcached({ members: [node(1), leaving] })).binding.nodes, 'node1.cache:11211')
  })
  it('half a list is never handed out', () => {
    const none = (late: object) =>
      secretPair({
        cache: memcached({ members: [node(1), node(2, late)] }),
        tls: false,
        sharded: false,
        token: undefined,
        policy: undefined,
        envPrefix: '',
      })
    assert.equal(none({ endpoint: undefined, state: 'moving', status: 'creating' }), undefined)
    assert.equal(none({ state: 'moving', status: 'creating' }), undefined)
    assert.notEqual(none({ state: 'moving', status: 'rebooting' }), undefined)
  })
})

describe('the policy in the Secrets', () => {
  const whole = {
    strategy: { read: 'RefreshAhead', write: 'WriteThrough' },
    ttl: { default: '10m', max: '24h', jitterPercent: 5, negative: '500ms', byPrefix: [{ prefix: 'a:', ttl: '5s' }] },
    staleness: { whileRevalidate: '30s', ifError: '5m' },
    refreshAhead: { threshold: '2m' },
    stampedeProtection: 'Lock',
    invalidation: { onWrite: 'Delete', keyVersion: 'v3' },
    keys: { prefix: 'shop:' },
    session: { ttl: '30m', prefix: 'sess:' },
    eviction: { policy: 'allkeys-lru' },
  }
  it('every part has its key; seconds are rounded up, so that none becomes zero', () => {
    const { env } = pairOf(group(), { policy: whole })
    const { CACHE_POLICY, ...rest } = Object.fromEntries(Object.entries(env).filter(([key]) => !(key in redisEnv)))
    assert.deepEqual(JSON.parse(CACHE_POLICY ?? ''), policyFileOf(policyOf(whole)))
    assert.deepEqual(rest, {
      CACHE_READ_STRATEGY: 'RefreshAhead',
      CACHE_WRITE_STRATEGY: 'WriteThrough',
      CACHE_TTL: '600s',
      CACHE_TTL_SECONDS: '600',
      CACHE_TTL_MS: '600000',
      CACHE_TTL_MAX_SECONDS: '86400',
      CACHE_TTL_JITTER_PERCENT: '5',
      CACHE_NEGATIVE_TTL_SECONDS: '1',
      CACHE_STALE_WHILE_REVALIDATE_SECONDS: '30',
      CACHE_STALE_IF_ERROR_SECONDS: '300',
      CACHE_REFRESH_AHEAD_SECONDS: '120',
      CACHE_STAMPEDE_PROTECTION: 'Lock',
      CACHE_KEY_PREFIX: 'shop:',
      CACHE_KEY_VERSION: 'v3',
      CACHE_TTL_RULES: '[{"prefix":"a:","ttlMs":5000}]',
      CACHE_EVICTION_POLICY: 'allkeys-lru',
      SESSION_TTL_SECONDS: '1800',
      SESSION_PREFIX: 'sess:',
    })
  })
  it('what the policy does not ask for has no key', () => {
    const { env } = pairOf(group(), { policy: {} })
    const { CACHE_POLICY: _, ...rest } = Object.fromEntries(Object.entries(env).filter(([key]) => !(key in redisEnv)))
    assert.deepEqual(rest, {
      CACHE_READ_STRATEGY: 'LazyLoading',
      CACHE_WRITE_STRATEGY: 'WriteAround',
      CACHE_TTL_JITTER_PERCENT: '10',
      CACHE_STAMPEDE_PROTECTION: 'Coalesce',
      CACHE_KEY_PREFIX: '',
      CACHE_TTL_RULES: '[]',
    })
  })
  it('the binding holds the document as a file, memcached too', () => {
    for (const cache of [group(), memcached()]) {
      const { binding } = pairOf(cache, { policy: whole })
      assert.deepEqual(JSON.parse(binding['policy.json'] ?? ''), policyFileOf(policyOf(whole)))
    }
  })
})

describe('what holds for every pair', () => {
  const cache = fc.record({
    engine: fc.constantFrom('redis', 'valkey', 'memcached'),
    inTransit: fc.constantFrom('Disabled', 'Preferred', 'Required') as fc.Arbitrary<
      'Disabled' | 'Preferred' | 'Required'
    >,
    shape: fc.constantFrom(group(), replicated, sharded, compatible),
  })
  const token = fc.option(fc.stringMatching(/^[A-Za-z0-9!&#$^<>-]{16,40}$/), { nil: undefined })
  const inputs = fc.tuple(
    cache,
    token,
    fc.option(fc.constant({ ttl: { default: '1m' } }), { nil: undefined }),
    fc.constantFrom('', 'A_', 'b1'),
  )
  const made = ([{ engine, inTransit, shape }, token, policy, envPrefix]: typeof inputs extends fc.Arbitrary<infer T>
    ? T
    : never) => {
    const of = engine === 'memcached' ? memcached({ inTransit }) : group({ ...shape, inTransit })
    const more = { ...(token === undefined ? {} : { token }), ...(policy === undefined ? {} : { policy }) }
    return { pair: pairOf(of, { ...more, envPrefix }), inTransit, token, memcached: engine === 'memcached' }
  }
  it('environment keys are C identifiers, binding keys are file names, no key is called ssl', () => {
    fc.assert(
      fc.property(inputs, (given) => {
        const { binding, env } = made(given).pair
        for (const key of Object.keys(env)) assert.match(key, /^[A-Za-z_][A-Za-z0-9_]*$/)
        for (const key of Object.keys(binding)) assert.match(key, /^[a-z][a-z.-]*$/)
        assert.ok(!('ssl' in binding))
      }),
    )
  })
  it('tls is there only when it is on', () => {
    fc.assert(
      fc.property(inputs, (given) => {
        const { pair, inTransit } = made(given)
        assert.equal(pair.binding.tls, inTransit === 'Disabled' ? undefined : 'true')
      }),
    )
  })
  it('every URL can be read, and gives back host and token', () => {
    fc.assert(
      fc.property(inputs, (given) => {
        const { pair, token, memcached } = made(given)
        if (memcached) return
        const url = new URL(pair.binding.uri ?? '')
        assert.equal(url.hostname, pair.binding.host)
        assert.equal(url.port, pair.binding.port)
        assert.equal(url.username, token === undefined ? '' : 'default')
        assert.equal(pair.binding.username, url.username || undefined)
        assert.equal(decodeURIComponent(url.password), token ?? '')
      }),
    )
  })
  it('memcached never holds a token', () => {
    fc.assert(
      fc.property(inputs, (given) => {
        const { pair, token, memcached } = made(given)
        if (memcached && token !== undefined) assert.ok(!JSON.stringify(pair).includes(token))
      }),
    )
  })
  it('equal contents have equal names, others have others', () => {
    assert.equal(contentHashOf({ a: '1', b: '2' }), contentHashOf({ b: '2', a: '1' }))
    assert.notEqual(contentHashOf({ a: '1' }), contentHashOf({ a: '2' }))
  })
})
