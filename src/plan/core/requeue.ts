import type { Plan, StepResult } from './outcome.ts'
import { isKubeAction } from './step.ts'
import type { Verdict } from './verdict.ts'

/** When to look again. Changes that anyone notices come sooner by themselves; these are the longest waits. */
export type RequeueWish =
  | { readonly is: 'now' }
  | { readonly is: 'after'; readonly ms: number; readonly jittered: boolean }
  | { readonly is: 'backoff'; readonly atLeastMs: number }

/** A settled object is reconciled when the shared poll sees a change; this is the net below. */
export const settledMs = 600_000
/** Quota, capacity and permissions heal outside the spec. */
export const stalledMs = 900_000
/** What Kubernetes refused heals when somebody makes room or changes a webhook, and nobody tells us. */
export const refusedByKubernetesMs = 60_000
/** The shared poll tells changes; this is for what it doesn't see, such as an object that we wait for. */
const waitingMs = 30_000
/** AWS has asked for fewer calls: the token bucket slows us down already, so the key itself comes back soon. */
const throttledMs = 5000

/** `unwatchedMs`: how long a change of something that isn't watched (a referenced Secret) may stay unseen. */
export const requeueWish = (
  plan: Plan,
  result: StepResult,
  verdict: Verdict,
  unwatchedMs: number = Number.POSITIVE_INFINITY,
): RequeueWish => {
  // A call that changed nothing leaves nothing to wait for, and no poll would tell of it.
  const taken = result.is !== 'failed' && result.is !== 'nothing'
  if (plan.is === 'act' && taken && (result.is === 'unchanged' || !changesCache(plan))) return { is: 'now' }
  const wakeMs = 'wakeMs' in plan && plan.wakeMs !== undefined ? plan.wakeMs : Number.POSITIVE_INFINITY
  const sooner = (ms: number, jittered: boolean): RequeueWish =>
    Math.min(wakeMs, unwatchedMs) < ms
      ? { is: 'after', ms: Math.max(0, Math.min(wakeMs, unwatchedMs)), jittered: false }
      : { is: 'after', ms, jittered }
  switch (verdict.is) {
    case 'settled':
      return sooner(settledMs, true)
    case 'waiting':
      return sooner(verdict.retryAfterMs ?? waitingMs, false)
    case 'unknown':
      return { is: 'after', ms: waitingMs, jittered: true }
    case 'retryable':
      return verdict.reason === 'Throttled'
        ? { is: 'after', ms: Math.min(throttledMs, verdict.retryAfterMs ?? throttledMs), jittered: true }
        : { is: 'backoff', atLeastMs: verdict.retryAfterMs ?? 0 }
    case 'stalled':
      return sooner(verdict.reason === 'KubernetesRefused' ? refusedByKubernetesMs : stalledMs, true)
    case 'released':
      return { is: 'now' }
  }
}

/** Calls that change the cache itself: nothing more can be done before AWS has finished. */
const changesCache = ({ next: { action } }: Plan & { readonly is: 'act' }): boolean =>
  !isKubeAction(action) && !action.do.includes('Parameter')
