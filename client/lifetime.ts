import type { Policy } from './policy.ts'
import { negativeTtlFor, type Random, ttlFor } from './ttl.ts'

/** How long the server keeps an entry, and until when it counts as fresh. Undefined `ttlMs`: without end. */
export interface Lifetime {
  readonly ttlMs?: number
  readonly freshUntilMs?: number
}

export const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null

/**
 * The lifetime of a value that is stored now; undefined when it must not be stored.
 *
 * Where the policy allows stale answers, the server keeps the entry for that much longer, yet never beyond the policy's
 * maximum, and the entry says until when it is fresh. Where it asks for refresh-ahead, the entry says that too.
 */
export const lifetimeOf = (
  policy: Policy,
  key: string,
  value: unknown,
  now: number,
  random: Random,
): Lifetime | undefined => {
  const absent = isAbsent(value)
  const freshMs = absent ? negativeTtlFor(policy, key, random) : ttlFor(policy, key, random)
  if (freshMs === 0) return undefined
  if (freshMs === undefined) return {}
  if (absent) return { ttlMs: freshMs }
  const { whileRevalidateMs = 0, ifErrorMs = 0 } = policy.staleness
  const staleMs = Math.max(whileRevalidateMs, ifErrorMs)
  const ttlMs = Math.min(freshMs + staleMs, Math.max(freshMs, policy.ttl.maxMs ?? Number.POSITIVE_INFINITY))
  return staleMs > 0 || refreshesAhead(policy) ? { ttlMs, freshUntilMs: now + freshMs } : { ttlMs }
}

/** What to do with an entry that the cache holds. */
export type Verdict = 'fresh' | 'refresh' | 'revalidate' | 'stale'

/**
 * fresh: serve it. refresh: serve it, and load anew meanwhile, because its end is near. revalidate: it is past its time,
 * yet may be served while it is loaded anew. stale: load first; it may still be served when the load fails.
 */
export const verdictOn = (policy: Policy, freshUntilMs: number | undefined, now: number): Verdict => {
  if (freshUntilMs === undefined) return 'fresh'
  const remainingMs = freshUntilMs - now
  if (remainingMs > 0) {
    return refreshesAhead(policy) && remainingMs <= (policy.refreshAhead?.thresholdMs ?? 0) ? 'refresh' : 'fresh'
  }
  return -remainingMs < (policy.staleness.whileRevalidateMs ?? 0) ? 'revalidate' : 'stale'
}

/** Whether an entry past its time may stand in for a load that failed. */
export const mayServeOnError = (policy: Policy, freshUntilMs: number | undefined, now: number): boolean =>
  freshUntilMs !== undefined && now - freshUntilMs < (policy.staleness.ifErrorMs ?? 0)

const refreshesAhead = (policy: Policy): boolean =>
  policy.strategy.read === 'RefreshAhead' && policy.refreshAhead !== undefined
