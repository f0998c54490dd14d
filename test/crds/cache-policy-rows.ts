import type { CreateRow } from './cache-cluster-rows.ts'
import { fullPolicy } from './manifests.ts'

const row = (what: string, spec: unknown, ...refusals: string[]): CreateRow => ({ what, spec, refusals })

const noDuration = (path: string) =>
  `spec.${path} must be a duration above zero, for instance 90s, 10m or 1h30m (99999h at most)`
const refreshThreshold = 'spec.strategy.read RefreshAhead needs spec.refreshAhead.threshold'
const refreshTtl =
  'spec.strategy.read RefreshAhead needs spec.ttl.default: without a TTL there is nothing to refresh ahead of'
const refreshShorter =
  'spec.refreshAhead.threshold must be shorter than spec.ttl.default: lower it or raise spec.ttl.default'
const aheadOf = (threshold: string, ttl: string) => ({
  strategy: { read: 'RefreshAhead' },
  refreshAhead: { threshold },
  ttl: { default: ttl },
})

export const cachePolicyRows: readonly CreateRow[] = [
  row('the empty policy', {}),
  row('a policy with every field', fullPolicy()),
  row(
    'a default TTL above the maximum',
    { ttl: { default: '61m', max: '1h' } },
    'spec.ttl.default is longer than spec.ttl.max: raise max or lower default',
  ),
  row('a default TTL that is the maximum in other words', { ttl: { default: '60m', max: '1h' } }),
  row(
    'RefreshAhead without a threshold',
    { strategy: { read: 'RefreshAhead' }, ttl: { default: '1m' } },
    refreshThreshold,
  ),
  row(
    'RefreshAhead without a TTL',
    { strategy: { read: 'RefreshAhead' }, refreshAhead: { threshold: '1m' } },
    refreshTtl,
  ),
  row('RefreshAhead with neither', { strategy: { read: 'RefreshAhead' } }, refreshThreshold, refreshTtl),
  row('a threshold as long as the TTL', aheadOf('60s', '1m'), refreshShorter),
  row('a threshold below the TTL', aheadOf('59s', '1m')),
  row('a threshold with LazyLoading', { refreshAhead: { threshold: '1m' } }),

  row('a default TTL of zero', { ttl: { default: '0s' } }, noDuration('ttl.default')),
  row('a maximum of zero', { ttl: { max: '0m0s' } }, noDuration('ttl.max')),
  row('a negative TTL of zero', { ttl: { negative: '0ms' } }, noDuration('ttl.negative')),
  row('a TTL by prefix of zero', { ttl: { byPrefix: [{ prefix: 'a', ttl: '0h' }] } }, noDuration('ttl.byPrefix[].ttl')),
  row('staleness of zero', { staleness: { whileRevalidate: '0s' } }, noDuration('staleness.whileRevalidate')),
  row('staleness on errors of zero', { staleness: { ifError: '0s' } }, noDuration('staleness.ifError')),
  row('a threshold of zero', aheadOf('0s', '1m'), noDuration('refreshAhead.threshold')),
  row('flushing without a pause', { writeBehind: { flushInterval: '0s' } }, noDuration('writeBehind.flushInterval')),
  row('a session of zero', { session: { ttl: '0s' } }, noDuration('session.ttl')),
  row('a TTL of centuries', { ttl: { default: '9999999h', max: '99999h' } }, noDuration('ttl.default')),
  row('the longest TTL that 32 characters hold', { ttl: { default: '99999h99999h99999h99999h99999h' } }),
]
