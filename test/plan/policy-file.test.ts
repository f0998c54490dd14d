import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, it } from 'mocha'
import { policyFile } from '../../src/crds/policy-file.ts'
import { policyFileOf } from '../../src/plan/secrets/policy-file.ts'
import { policyOf } from './facts.ts'

/** The documents that client/ reads in its own tests: the one place where the two meet. UPDATE_GOLDENS=1 writes them. */
const goldens = new URL('../golden/policy/', import.meta.url)

const policies: Readonly<Record<string, object>> = {
  smallest: { ttl: { jitterPercent: 0 } },
  'shop-catalog': {
    strategy: { read: 'LazyLoading', write: 'WriteThrough' },
    ttl: {
      default: '10m',
      max: '24h',
      jitterPercent: 10,
      negative: '30s',
      byPrefix: [
        { prefix: 'leaderboard:', ttl: '5s' },
        { prefix: 'comments:', ttl: '2m' },
        { prefix: 'activity:', ttl: '1h' },
      ],
    },
    staleness: { whileRevalidate: '30s', ifError: '5m' },
    refreshAhead: { threshold: '2m' },
    writeBehind: { flushInterval: '1s', maxBatch: 500 },
    stampedeProtection: 'Coalesce',
    invalidation: { onWrite: 'Delete', keyVersion: 'v3' },
    keys: { prefix: 'shop:' },
    session: { ttl: '30m', prefix: 'sess:', rolling: true },
    eviction: { policy: 'allkeys-lru', reservedMemoryPercent: 25 },
  },
  defaults: {},
  'refresh-ahead': {
    strategy: { read: 'RefreshAhead' },
    ttl: { default: '1h30m' },
    refreshAhead: { threshold: '1500ms' },
    stampedeProtection: 'EarlyExpiry',
  },
  'write-behind': {
    strategy: { read: 'ReadThrough', write: 'WriteBehind' },
    ttl: { default: '90s' },
    writeBehind: {},
    invalidation: { onWrite: 'Nothing' },
    session: { ttl: '20m' },
  },
}

describe('the policy document', () => {
  for (const [name, policy] of Object.entries(policies)) {
    const file = new URL(`${name}.json`, goldens)
    it(`${name} is as its golden file says`, () => {
      const document = policyFileOf(policyOf(policy))
      if (process.env.UPDATE_GOLDENS === '1') writeFileSync(file, `${JSON.stringify(document, undefined, 2)}\n`)
      assert.deepEqual(document, JSON.parse(readFileSync(file, 'utf8')))
    })
    it(`${name} is what the schema of the document says, with no member beyond`, () => {
      const document = policyFileOf(policyOf(policy))
      assert.deepEqual(policyFile.parse(document), document)
    })
  }
  it('no golden file is without its policy', () => {
    const files = readdirSync(goldens).filter((file) => file.endsWith('.json'))
    assert.deepEqual(
      files.sort(),
      Object.keys(policies)
        .map((name) => `${name}.json`)
        .sort(),
    )
  })

  const fields = [
    [
      'strategy',
      { strategy: { read: 'ReadThrough', write: 'WriteBehind' } },
      { strategy: { read: 'ReadThrough', write: 'WriteBehind' } },
    ],
    ['ttl.default', { ttl: { default: '1h30m' } }, { ttl: { defaultMs: 5_400_000, jitterPercent: 10, byPrefix: [] } }],
    ['ttl.max', { ttl: { max: '2h' } }, { ttl: { maxMs: 7_200_000, jitterPercent: 10, byPrefix: [] } }],
    ['ttl.jitterPercent', { ttl: { jitterPercent: 50 } }, { ttl: { jitterPercent: 50, byPrefix: [] } }],
    ['ttl.negative', { ttl: { negative: '500ms' } }, { ttl: { negativeMs: 500, jitterPercent: 10, byPrefix: [] } }],
    [
      'ttl.byPrefix',
      { ttl: { byPrefix: [{ prefix: 'a', ttl: '1s' }] } },
      { ttl: { jitterPercent: 10, byPrefix: [{ prefix: 'a', ttlMs: 1000 }] } },
    ],
    ['staleness.whileRevalidate', { staleness: { whileRevalidate: '1s' } }, { staleness: { whileRevalidateMs: 1000 } }],
    ['staleness.ifError', { staleness: { ifError: '1m' } }, { staleness: { ifErrorMs: 60_000 } }],
    ['refreshAhead', { refreshAhead: { threshold: '5s' } }, { refreshAhead: { thresholdMs: 5000 } }],
    [
      'writeBehind',
      { writeBehind: { flushInterval: '2s', maxBatch: 7 } },
      { writeBehind: { flushIntervalMs: 2000, maxBatch: 7 } },
    ],
    ['stampedeProtection', { stampedeProtection: 'None' }, { stampedeProtection: 'None' }],
    [
      'invalidation',
      { invalidation: { onWrite: 'Update', keyVersion: 'x' } },
      { invalidation: { onWrite: 'Update', keyVersion: 'x' } },
    ],
    ['keys', { keys: { prefix: 'p:' } }, { keys: { prefix: 'p:' } }],
    [
      'session',
      { session: { ttl: '1m', prefix: 's', rolling: false } },
      { session: { ttlMs: 60_000, prefix: 's', rolling: false } },
    ],
    ['eviction.policy', { eviction: { policy: 'noeviction' } }, { eviction: { policy: 'noeviction' } }],
    ['eviction without a policy', { eviction: { reservedMemoryPercent: 5 } }, {}],
  ] as const
  const plain = policyFileOf(policyOf())
  for (const [field, policy, members] of fields) {
    it(`${field} changes that part of the document and no other`, () => {
      assert.deepEqual(policyFileOf(policyOf(policy)), { ...plain, ...members })
    })
  }
})
