import { type Reader, readDocument } from './document.ts'
import { PolicyError } from './errors.ts'

const readStrategies = ['LazyLoading', 'ReadThrough', 'RefreshAhead'] as const
const writeStrategies = ['WriteAround', 'WriteThrough', 'WriteBehind'] as const
const stampedeProtections = ['None', 'Coalesce', 'Lock', 'EarlyExpiry'] as const
const onWriteChoices = ['Delete', 'Update', 'Nothing'] as const

/**
 * The policy document, version 1: `policy.json` in a binding, or `CACHE_POLICY` in the environment. Every duration is in
 * whole milliseconds. An absent member means that the policy doesn't ask for it.
 */
export interface Policy {
  readonly version: 1
  readonly strategy: {
    readonly read: (typeof readStrategies)[number]
    readonly write: (typeof writeStrategies)[number]
  }
  readonly ttl: {
    readonly defaultMs?: number
    readonly maxMs?: number
    readonly jitterPercent: number // 0 to 50
    readonly negativeMs?: number
    readonly byPrefix: readonly { readonly prefix: string; readonly ttlMs: number }[]
  }
  readonly staleness: { readonly whileRevalidateMs?: number; readonly ifErrorMs?: number }
  readonly refreshAhead?: { readonly thresholdMs: number }
  readonly writeBehind?: { readonly flushIntervalMs: number; readonly maxBatch: number }
  readonly stampedeProtection: (typeof stampedeProtections)[number]
  readonly invalidation: { readonly onWrite: (typeof onWriteChoices)[number]; readonly keyVersion?: string }
  readonly keys: { readonly prefix: string }
  readonly session?: { readonly ttlMs: number; readonly prefix: string; readonly rolling: boolean }
  readonly eviction?: { readonly policy: string }
}

/** What holds when a binding carries no policy: lazy loading, deletes on write, and no TTL. */
export const noPolicy: Policy = {
  version: 1,
  strategy: { read: 'LazyLoading', write: 'WriteAround' },
  ttl: { jitterPercent: 0, byPrefix: [] },
  staleness: {},
  stampedeProtection: 'Coalesce',
  invalidation: { onWrite: 'Delete' },
  keys: { prefix: '' },
}

/**
 * Reads a policy document. Absent sections take the values of `noPolicy`; members that this version doesn't know are
 * ignored, so that a newer operator may add some.
 *
 * @throws PolicyError when the text is no JSON, the version is not 1, or a member has the wrong shape
 */
export const parsePolicy = (text: string): Policy => {
  const { value, faults } = readDocument(text, policyOf)
  if (value === undefined) throw new PolicyError(`policy document: ${faults.join('; ')}`)
  return value
}

const policyOf = (document: Reader): Policy => {
  const strategy = document.section('strategy')
  const invalidation = document.section('invalidation')
  return {
    version: document.one('version', [1]),
    strategy: {
      read: strategy.one('read', readStrategies, noPolicy.strategy.read),
      write: strategy.one('write', writeStrategies, noPolicy.strategy.write),
    },
    ttl: ttlOf(document.section('ttl')),
    staleness: document.section('staleness').pick((staleness) => ({
      whileRevalidateMs: staleness.whole('whileRevalidateMs'),
      ifErrorMs: staleness.whole('ifErrorMs'),
    })),
    ...document.pick((root) => ({
      refreshAhead: root.optional('refreshAhead', (it) => ({ thresholdMs: it.needed('thresholdMs') })),
      writeBehind: root.optional('writeBehind', (it) => ({
        flushIntervalMs: it.needed('flushIntervalMs'),
        maxBatch: it.needed('maxBatch', 1),
      })),
      session: root.optional('session', (it) => ({
        ttlMs: it.needed('ttlMs'),
        prefix: it.text('prefix'),
        rolling: it.flag('rolling'),
      })),
      eviction: root.optional('eviction', (it) => ({ policy: it.text('policy') })),
    })),
    stampedeProtection: document.one('stampedeProtection', stampedeProtections, noPolicy.stampedeProtection),
    invalidation: {
      onWrite: invalidation.one('onWrite', onWriteChoices, noPolicy.invalidation.onWrite),
      ...invalidation.pick((it) => ({ keyVersion: it.has('keyVersion') ? it.text('keyVersion') : undefined })),
    },
    keys: { prefix: document.section('keys').text('prefix', noPolicy.keys.prefix) },
  }
}

const ttlOf = (ttl: Reader): Policy['ttl'] => ({
  ...ttl.pick((it) => ({
    defaultMs: it.whole('defaultMs'),
    maxMs: it.whole('maxMs'),
    negativeMs: it.whole('negativeMs'),
  })),
  jitterPercent: ttl.whole('jitterPercent', 0, 50) ?? noPolicy.ttl.jitterPercent,
  byPrefix: ttl.list('byPrefix', (rule) => ({ prefix: rule.text('prefix'), ttlMs: rule.needed('ttlMs') })),
})
