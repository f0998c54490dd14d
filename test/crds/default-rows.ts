import { cacheClusterKind, cachePolicyKind, type Kind } from '../../src/crds/kind.ts'
import { memcached, redis } from './manifests.ts'

/** What a user writes, and what stands in the object afterwards. */
export interface DefaultRow {
  readonly what: string
  readonly kind: Kind
  readonly given: unknown
  readonly filled: unknown
}

const kept = { deletionPolicy: 'Delete', deletionProtection: false, suspend: false }
const policyDefaults = {
  strategy: { read: 'LazyLoading', write: 'WriteAround' },
  ttl: { jitterPercent: 10, byPrefix: [] },
  stampedeProtection: 'Coalesce',
  invalidation: { onWrite: 'Delete' },
  keys: { prefix: '' },
}

const cluster = (what: string, given: unknown, filled: unknown): DefaultRow => ({
  what,
  kind: cacheClusterKind,
  given,
  filled,
})
const policy = (what: string, given: object, filled: object): DefaultRow => ({
  what,
  kind: cachePolicyKind,
  given,
  filled: { ...policyDefaults, ...filled },
})

export const defaultRows: readonly DefaultRow[] = [
  cluster('a cache is deleted with its object, unprotected, and looked after', redis(), redis(kept)),
  cluster('what a user says stays', memcached({ suspend: true }), memcached({ ...kept, suspend: true })),
  cluster('auth without a mode is None', redis({ auth: {} }), redis({ ...kept, auth: { mode: 'None' } })),
  cluster(
    'workloads have a day to follow',
    redis({ maintenance: {} }),
    redis({ ...kept, maintenance: { overlap: '24h' } }),
  ),
  cluster('connection has no prefix', redis({ connection: {} }), redis({ ...kept, connection: { envPrefix: '' } })),
  cluster(
    'a token is under the key token',
    redis({ encryption: { inTransit: 'Required' }, auth: { mode: 'Token', token: { secretRef: { name: 't' } } } }),
    redis({
      ...kept,
      encryption: { inTransit: 'Required' },
      auth: { mode: 'Token', token: { secretRef: { name: 't', key: 'token' } } },
    }),
  ),
  policy('an empty policy loads lazily and writes around', {}, {}),
  policy(
    'half a strategy is completed',
    { strategy: { write: 'WriteThrough' } },
    { strategy: { read: 'LazyLoading', write: 'WriteThrough' } },
  ),
  policy(
    'a TTL keeps its jitter',
    { ttl: { default: '10m' } },
    { ttl: { default: '10m', jitterPercent: 10, byPrefix: [] } },
  ),
  policy(
    'write-behind flushes each second',
    { writeBehind: {} },
    { writeBehind: { flushInterval: '1s', maxBatch: 500 } },
  ),
  policy('a session rolls', { session: { ttl: '30m' } }, { session: { ttl: '30m', prefix: 'sess:', rolling: true } }),
  policy(
    'invalidation deletes',
    { invalidation: { keyVersion: 'v3' } },
    { invalidation: { onWrite: 'Delete', keyVersion: 'v3' } },
  ),
  policy('eviction stays unset', { eviction: {} }, { eviction: {} }),
]
