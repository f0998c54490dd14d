import type { CachePolicySpec } from '../../crds/cache-policy.ts'
import { durationMs } from '../../crds/duration.ts'
import type { PolicyFile } from '../../crds/policy-file.ts'
import { given } from '../core/given.ts'

const ms = (text: string | undefined) => (text === undefined ? undefined : durationMs(text))

/** The policy document that workloads read, from a CachePolicy's spec. */
export const policyFileOf = (spec: CachePolicySpec): PolicyFile =>
  given<PolicyFile>({
    version: 1,
    strategy: spec.strategy,
    ttl: given<PolicyFile['ttl']>({
      defaultMs: ms(spec.ttl.default),
      maxMs: ms(spec.ttl.max),
      jitterPercent: spec.ttl.jitterPercent,
      negativeMs: ms(spec.ttl.negative),
      byPrefix: spec.ttl.byPrefix.map(({ prefix, ttl }) => ({ prefix, ttlMs: durationMs(ttl) })),
    }),
    staleness: given<PolicyFile['staleness']>({
      whileRevalidateMs: ms(spec.staleness?.whileRevalidate),
      ifErrorMs: ms(spec.staleness?.ifError),
    }),
    refreshAhead: spec.refreshAhead && { thresholdMs: durationMs(spec.refreshAhead.threshold) },
    writeBehind: spec.writeBehind && {
      flushIntervalMs: durationMs(spec.writeBehind.flushInterval),
      maxBatch: spec.writeBehind.maxBatch,
    },
    stampedeProtection: spec.stampedeProtection,
    invalidation: given<PolicyFile['invalidation']>(spec.invalidation),
    keys: spec.keys,
    session: spec.session && {
      ttlMs: durationMs(spec.session.ttl),
      prefix: spec.session.prefix,
      rolling: spec.session.rolling,
    },
    eviction: spec.eviction?.policy === undefined ? undefined : { policy: spec.eviction.policy },
  })
