import type { CacheClusterSpec } from '../../crds/cache-cluster.ts'
import type { Plan } from './outcome.ts'
import type { StepResult, Verdict } from './verdict.ts'

/** When to look again. Changes that anyone notices come sooner by themselves; these are the longest waits. */
export type RequeueWish =
  | { readonly is: 'now' }
  | { readonly is: 'after'; readonly ms: number; readonly jittered: boolean }
  | { readonly is: 'backoff'; readonly atLeastMs: number }

/** A settled object is turned when the shared look sees a change; this is the net below. */
export const settledMs = 600_000
/** Quota, capacity and permissions heal outside the spec. */
const stalledMs = 900_000
/** The shared look tells changes; this is for what it doesn't see, such as an object that we wait for. */
const waitingMs = 30_000
/** A referenced Secret isn't watched, so it is read once in this time: a change is noticed within one look. */
const referencedSecretMs = 60_000

export const requeueWish = (spec: CacheClusterSpec, plan: Plan, result: StepResult, verdict: Verdict): RequeueWish => {
  if (plan.is === 'act' && result.is === 'announced') return { is: 'now' }
  if (plan.is === 'act' && result.is === 'acted' && result.acted.is !== 'failed' && !waitsForAws(plan))
    return { is: 'now' }
  const reference = spec.auth?.token?.secretRef !== undefined
  switch (verdict.is) {
    case 'settled':
      return { is: 'after', ms: reference ? referencedSecretMs : settledMs, jittered: true }
    case 'waiting':
      return { is: 'after', ms: verdict.retryAfterMs ?? waitingMs, jittered: false }
    case 'retryable':
      return { is: 'backoff', atLeastMs: verdict.retryAfterMs ?? 0 }
    case 'stalled':
      return { is: 'after', ms: stalledMs, jittered: true }
    case 'released':
      return { is: 'now' }
  }
}

/** Calls that change the cache itself: nothing more can be done before AWS has finished. */
const waitsForAws = (plan: Plan & { readonly is: 'act' }): boolean => {
  switch (plan.next.action.do) {
    case 'CreateGroup':
    case 'ModifyGroup':
    case 'RebootNodes':
    case 'SetReplicas':
    case 'SetShards':
    case 'RotateToken':
    case 'SetToken':
    case 'DeleteGroup':
    case 'CreateMemcached':
    case 'ModifyMemcached':
    case 'SetNodes':
    case 'DeleteMemcached':
    case 'SetTags':
    case 'RemoveTags':
      return true
    case 'CreateParameterGroup':
    case 'SetParameters':
    case 'ResetParameters':
    case 'DeleteParameterGroup':
    case 'StoreToken':
    case 'WriteSecrets':
      return false
  }
}
