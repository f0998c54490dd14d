import * as z from 'zod'
import { conditions } from './conditions.ts'
import { duration as text } from './duration.ts'
import { onWriteChoices, readStrategies, stampedeProtections, writeStrategies } from './policy-file.ts'
import { present, type Rule, rules } from './rule.ts'

/** The CachePolicy: how a cache is used. Only `eviction` is enforced in AWS; everything else is handed to workloads. */

export const evictionPolicies = [
  'allkeys-lru',
  'allkeys-lfu',
  'allkeys-random',
  'volatile-lru',
  'volatile-lfu',
  'volatile-random',
  'volatile-ttl',
  'noeviction',
] as const

const handed = (what: string) => `${what} Handed to workloads.`
const prefix = () => z.string().max(128)

/**
 * Durations that CEL can compute with: 32 characters of these stay below the 292 years that its durations hold. Beyond
 * them a comparison would end in an error that speaks of CEL, not of the field.
 */
const computable = '^([0-9]{1,5}h|[0-9]{1,7}m|[0-9]{1,9}s|[0-9]{1,12}ms)+$'

/** A duration above zero. Zero would mean "never" to memcached and is refused by redis. */
const duration = (path: string) =>
  text().meta(
    rules({
      rule: `self.matches('${computable}') && duration(self) > duration('0s')`,
      message: `spec.${path} must be a duration above zero, for instance 90s, 10m or 1h30m (99999h at most)`,
    }),
  )

/** Compares two durations that are both set; what is no duration is left to its own rule. */
const compare = (left: string, sign: '<' | '<=', right: string): Pick<Rule, 'rule'> => {
  const known = (path: string) => `${present(path)} && self.${path}.matches('${computable}')`
  return {
    rule: `!(${known(left)} && ${known(right)}) || duration(self.${left}) ${sign} duration(self.${right})`,
  }
}

const strategy = z
  .object({
    read: z
      .enum(readStrategies)
      .default('LazyLoading')
      .describe(handed('How a miss is served: LazyLoading, ReadThrough or RefreshAhead.')),
    write: z
      .enum(writeStrategies)
      .default('WriteAround')
      .describe(handed('How a write reaches the cache: WriteAround, WriteThrough or WriteBehind.')),
  })
  .describe('Read and write strategy.')

const ttl = z
  .object({
    default: duration('ttl.default')
      .optional()
      .describe(handed('Time to live of an item, for instance 10m. Default: items never expire.')),
    max: duration('ttl.max').optional().describe(handed('No item lives longer than this. Default: no limit.')),
    jitterPercent: z
      .int()
      .min(0)
      .max(50)
      .default(10)
      .describe(handed('Percent by which each TTL is shortened at random, so that items do not expire together.')),
    negative: duration('ttl.negative')
      .optional()
      .describe(handed('How long a miss at the source is remembered. Default: misses are not cached.')),
    byPrefix: z
      .array(
        z.object({
          prefix: prefix().min(1).describe('Start of the key, without keys.prefix. The longest match wins.'),
          ttl: duration('ttl.byPrefix[].ttl').describe('Time to live of these items.'),
        }),
      )
      .max(64)
      .default([])
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['prefix'] })
      .describe(handed('Other TTLs for keys that start with a prefix.')),
  })
  .describe('How long items live.')

export const cachePolicySpec = z
  .object({
    strategy: strategy.default({ read: 'LazyLoading', write: 'WriteAround' }),
    ttl: ttl.default({ jitterPercent: 10, byPrefix: [] }),
    staleness: z
      .object({
        whileRevalidate: duration('staleness.whileRevalidate')
          .optional()
          .describe(handed('Serve an expired item this long while a new one is loaded. Default: not at all.')),
        ifError: duration('staleness.ifError')
          .optional()
          .describe(handed('Serve an expired item this long when the source fails. Default: not at all.')),
      })
      .optional()
      .describe('When a stale item is better than none.'),
    refreshAhead: z
      .object({
        threshold: duration('refreshAhead.threshold').describe(
          handed('Reload an item in the background when it has less than this to live.'),
        ),
      })
      .optional()
      .describe('For strategy.read RefreshAhead.'),
    writeBehind: z
      .object({
        flushInterval: duration('writeBehind.flushInterval')
          .default('1s')
          .describe(handed('How often buffered writes are saved.')),
        maxBatch: z.int().min(1).max(10000).default(500).describe(handed('Most writes in one batch.')),
      })
      .optional()
      .describe('For strategy.write WriteBehind.'),
    stampedeProtection: z
      .enum(stampedeProtections)
      .default('Coalesce')
      .describe(
        handed('What keeps many misses of one key from loading it many times: None, Coalesce, Lock or EarlyExpiry.'),
      ),
    invalidation: z
      .object({
        onWrite: z
          .enum(onWriteChoices)
          .default('Delete')
          .describe(handed('What a WriteAround write does to the cached item: Delete, Update or Nothing.')),
        keyVersion: z
          .string()
          .max(64)
          .optional()
          .describe(handed('Part of every key: a new version abandons all old items. Default: none.')),
      })
      .default({ onWrite: 'Delete' })
      .describe('How items become invalid.'),
    keys: z
      .object({ prefix: prefix().default('').describe(handed('Put before every key.')) })
      .default({ prefix: '' })
      .describe('How keys are named.'),
    session: z
      .object({
        ttl: duration('session.ttl').describe(handed('How long a session lives.')),
        prefix: prefix().default('sess:').describe(handed('Start of session keys.')),
        rolling: z.boolean().default(true).describe(handed('Whether each use prolongs the session.')),
      })
      .optional()
      .describe('For session stores.'),
    eviction: z
      .object({
        policy: z
          .enum(evictionPolicies)
          .optional()
          .describe(
            "Enforced in AWS on every redis and valkey cache that names this policy: which items leave when memory is full (maxmemory-policy). Default: the parameter group's, volatile-lru.",
          ),
        reservedMemoryPercent: z
          .int()
          .min(0)
          .max(100)
          .optional()
          .describe('Enforced in AWS: percent of memory kept for replication and backup. Default: 25.'),
      })
      .optional()
      .describe('What happens when memory is full. The one part that Larder enforces in AWS.'),
  })
  .meta(
    rules(
      {
        ...compare('ttl.default', '<=', 'ttl.max'),
        message: 'spec.ttl.default is longer than spec.ttl.max: raise max or lower default',
        fieldPath: '.ttl.max',
      },
      {
        rule: "self.strategy.read != 'RefreshAhead' || has(self.refreshAhead)",
        message: 'spec.strategy.read RefreshAhead needs spec.refreshAhead.threshold',
        fieldPath: '.strategy.read',
      },
      {
        rule: "self.strategy.read != 'RefreshAhead' || has(self.ttl.default)",
        message:
          'spec.strategy.read RefreshAhead needs spec.ttl.default: without a TTL there is nothing to refresh ahead of',
        fieldPath: '.strategy.read',
      },
      {
        ...compare('refreshAhead.threshold', '<', 'ttl.default'),
        message:
          'spec.refreshAhead.threshold must be shorter than spec.ttl.default: lower it or raise spec.ttl.default',
        fieldPath: '.refreshAhead.threshold',
      },
    ),
  )
  .describe('What is wanted.')

export const cachePolicyStatus = z
  .object({
    observedGeneration: z.int().optional().describe('The metadata.generation that this status speaks of.'),
    conditions: conditions.optional(),
    cacheCount: z.int().optional().describe('How many CacheClusters of this namespace name this policy.'),
    caches: z.array(z.string()).max(100).optional().describe('The first hundred of them, by name.'),
    warnings: z.array(z.string()).optional().describe('What will probably not work as meant, and the cure.'),
    lastHandledReconcileAt: z.string().optional().describe('Answer to the annotation larder.dev/reconcile-at.'),
  })
  .describe('What is.')

export type CachePolicySpec = z.output<typeof cachePolicySpec>
export type CachePolicyStatus = z.output<typeof cachePolicyStatus>
