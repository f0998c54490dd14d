import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { cachePolicyStatus } from '../../src/crds/cache-policy.ts'
import type { PolicyFacts } from '../../src/plan/cache-policy/facts.ts'
import { planCachePolicy } from '../../src/plan/cache-policy/plan.ts'
import { judgeCachePolicy, newWarnings } from '../../src/plan/cache-policy/status.ts'
import { policyWarnings } from '../../src/plan/cache-policy/warnings.ts'
import { nowIso, policyOf } from './facts.ts'

const redis = [{ name: 'sessions', engine: 'redis' }] as const
const memcached = [{ name: 'pages', engine: 'memcached' }, ...redis] as const
const facts = (spec: object, caches: PolicyFacts['caches'] = redis, more: Partial<PolicyFacts> = {}): PolicyFacts => ({
  nowIso,
  generation: 2,
  deleting: false,
  spec: policyOf(spec),
  status: {},
  reconcileAt: undefined,
  caches,
  ...more,
})
const ttl = (changes: object) => ({ ttl: changes })
const prefixes = (...ttls: string[]) => ttls.map((ttl, index) => ({ prefix: `p${index}:`, ttl }))

describe('warnings of a CachePolicy', () => {
  const rows: readonly (readonly [string, object, PolicyFacts['caches'], RegExp | undefined])[] = [
    ['nothing asked for, nothing to warn of', {}, redis, undefined],
    [
      'volatile eviction without a TTL: nothing can leave',
      { eviction: { policy: 'volatile-lru' } },
      redis,
      /^spec\.eviction\.policy volatile-lru evicts only.*spec\.ttl\.default/,
    ],
    [
      'volatile eviction with a TTL',
      { eviction: { policy: 'volatile-ttl' }, ...ttl({ default: '1m' }) },
      redis,
      undefined,
    ],
    ['allkeys eviction without a TTL', { eviction: { policy: 'allkeys-lfu' } }, redis, undefined],
    [
      'no eviction with LazyLoading: misses can not be kept',
      { eviction: { policy: 'noeviction' } },
      redis,
      /^spec\.eviction\.policy noeviction/,
    ],
    [
      'no eviction with ReadThrough',
      { eviction: { policy: 'noeviction' }, strategy: { read: 'ReadThrough' } },
      redis,
      undefined,
    ],
    [
      'WriteThrough without a TTL grows',
      { strategy: { write: 'WriteThrough' } },
      redis,
      /^spec\.strategy\.write WriteThrough without/,
    ],
    ['WriteThrough with a TTL', { strategy: { write: 'WriteThrough' }, ...ttl({ default: '1m' }) }, redis, undefined],
    ['misses live longer than items', ttl({ default: '1m', negative: '61s' }), redis, /^spec\.ttl\.negative is longer/],
    ['misses live as long as items', ttl({ default: '1m', negative: '60s' }), redis, undefined],
    ['misses live, and items for ever', ttl({ negative: '60s' }), redis, undefined],
    ['a prefix above the most', ttl({ max: '1h', byPrefix: prefixes('1h', '61m') }), redis, /spec\.ttl\.max \(p1:\)/],
    ['prefixes up to the most', ttl({ max: '1h', byPrefix: prefixes('60m', '1s') }), redis, undefined],
    [
      'eviction and memcached: not enforced there, by name',
      { eviction: { policy: 'allkeys-lru' } },
      memcached,
      /not enforced on pages:/,
    ],
    ['memcached without eviction', {}, memcached, undefined],
    ['memcached reads more than 30 days as a date: default', ttl({ default: '721h' }), memcached, /30 days.*\(pages\)/],
    ['memcached: max', ttl({ max: '721h' }), memcached, /30 days/],
    ['memcached: a prefix', ttl({ byPrefix: prefixes('720h1s') }), memcached, /30 days/],
    ['memcached: a session', { session: { ttl: '800h' } }, memcached, /30 days/],
    ['memcached: 30 days are fine', ttl({ default: '720h' }), memcached, undefined],
    ['redis has no such limit', ttl({ default: '9000h' }), redis, undefined],
    [
      'WriteBehind without its batches: the defaults are told',
      { strategy: { write: 'WriteBehind' } },
      redis,
      /500 are flushed every second/,
    ],
    ['WriteBehind with them', { strategy: { write: 'WriteBehind' }, writeBehind: {} }, redis, undefined],
  ]
  for (const [sentence, spec, caches, warning] of rows) {
    it(sentence, () => {
      const warnings = policyWarnings(facts(spec, caches))
      assert.equal(warnings.length, warning === undefined ? 0 : 1, warnings.join('\n'))
      if (warning !== undefined) assert.match(warnings[0] ?? '', warning)
    })
  }
  it('each is told, not only the first', () => {
    const all = { eviction: { policy: 'volatile-lru' }, strategy: { write: 'WriteThrough' } }
    assert.equal(policyWarnings(facts(all)).length, 2)
  })
})

describe('status of a CachePolicy', () => {
  const judged = (about: PolicyFacts) => judgeCachePolicy(about, planCachePolicy(about), { is: 'nothing' })
  const message = (about: PolicyFacts) => judged(about).conditions?.[0]?.message
  it('tells how many use it, and how many warnings there are', () => {
    assert.equal(message(facts({}, [])), 'used by no CacheCluster')
    assert.equal(message(facts({})), 'used by sessions')
    assert.equal(message(facts({ eviction: { policy: 'volatile-lru' } })), 'used by sessions, with 1 warning')
    const all = { eviction: { policy: 'volatile-lru' }, strategy: { write: 'WriteThrough' } }
    assert.equal(message(facts(all)), 'used by sessions, with 2 warnings')
  })
  it('names the first few, and keeps a hundred', () => {
    const many = Array.from({ length: 120 }, (_, index) => ({ name: `c${1000 + index}`, engine: 'redis' }) as const)
    assert.equal(message(facts({}, many)), 'used by c1000, c1001, c1002, c1003, c1004 and 115 more')
    const status = judged(facts({}, many))
    assert.deepEqual([status.cacheCount, status.caches?.length], [120, 100])
  })
  it('deleted while in use: it stays, holds, and says who uses it', () => {
    const about = facts({}, memcached, { deleting: true })
    const plan = planCachePolicy(about)
    assert.ok(plan.is === 'stuck' && plan.reason === 'InUse')
    assert.match(plan.message, /^used by pages, sessions: /)
    assert.deepEqual(
      judged(about).conditions?.map(({ type, status }) => `${type}=${status}`),
      ['Stalled=True', 'Ready=True'],
    )
  })
  it('deleted and used by nobody: let go', () => {
    assert.equal(planCachePolicy(facts({}, [], { deleting: true })).is, 'released')
  })
  it('each warning is an event once, when it is new', () => {
    const about = facts({ eviction: { policy: 'volatile-lru' } })
    assert.equal(newWarnings(about).length, 1)
    assert.equal(newWarnings({ ...about, status: judged(about) }).length, 0)
  })
  it('is ready, tells who uses it, and what to mind', () => {
    const status = judged(facts({ eviction: { policy: 'allkeys-lru' } }, memcached))
    assert.equal(status.observedGeneration, 2)
    assert.deepEqual(status.caches, ['pages', 'sessions'])
    assert.equal(status.warnings?.length, 1)
    assert.deepEqual(
      status.conditions?.map(({ type, status, reason }) => [type, status, reason]),
      [['Ready', 'True', 'InSync']],
    )
    assert.deepEqual(cachePolicyStatus.parse(status), status)
  })
  it('stays the same while nothing changes', () => {
    const first = judged(facts({}))
    assert.deepEqual(judged(facts({}, redis, { status: first, nowIso: '2027-01-01T00:00:00Z' })), first)
  })
  it('answers the wish to be looked at', () => {
    assert.equal(judged(facts({}, redis, { reconcileAt: 'now' })).lastHandledReconcileAt, 'now')
  })
})
