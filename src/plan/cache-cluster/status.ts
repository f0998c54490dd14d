import type { CacheClusterStatus } from '../../crds/cache-cluster.ts'
import { annotation } from '../../crds/kind.ts'
import type { Action } from '../core/action.ts'
import { type ConditionNow, nextConditions } from '../core/conditions.ts'
import { hashOf } from '../core/hash.ts'
import { ownershipOf } from '../core/identity.ts'
import type { ObservedCache } from '../core/observed.ts'
import type { Acted, Plan } from '../core/outcome.ts'
import { tagSteps, tagsRecord, wantedTags } from '../core/tags.ts'
import { pendingSteps, type StepResult, shownPlan, verdictOf } from '../core/verdict.ts'
import { firstEndpoint } from '../secrets/endpoints.ts'
import { secretNames, secretSteps, tokenAwaited, wantedHashes } from '../secrets/steps.ts'
import { given } from './desired.ts'
import type { CacheFacts } from './facts.ts'
import { attachedOwnGroup, type Intent, intentOf, knownOurs } from './intent.ts'
import { parameterSteps } from './parameters.ts'
import { shape } from './summary.ts'

/** The only writer of words: what is known and what was done, as status. The same inputs give the same words. */
export const judgeCacheCluster = (facts: CacheFacts, plan: Plan, result: StepResult): CacheClusterStatus => {
  const { object, observed } = facts
  const before = object.status
  const intent = intentOf(facts)
  const cache = observed.is === 'seen' && !foreign(facts) ? observed.cache : undefined
  if (notLookedSince(facts)) return before
  const names = secretNames(object)
  const next = given<CacheClusterStatus>({
    observedGeneration: object.generation,
    conditions: nextConditions(
      before.conditions,
      { nowIso: facts.nowIso, generation: object.generation },
      conditionsNow(facts, plan, result, cache),
    ),
    ...identity(facts, intent, cache, plan, result),
    ...shape(before, cache),
    plan: shownPlan(plan),
    drift: driftOf(plan),
    binding: facts.bindingMeta === undefined ? before.binding : { name: names.binding },
    envSecretName: facts.envMeta === undefined ? before.envSecretName : names.env,
    parameterGroup: parameterGroupNow(facts, intent, cache, plan, result),
    authToken: authTokenNow(facts, plan, result),
    tags: tagsNow(facts, plan, result),
    lastCheckedTime: undefined,
    lastHandledReconcileAt: object.annotations[annotation.reconcileAt] ?? before.lastHandledReconcileAt,
  })
  return { ...next, lastCheckedTime: checkedTime(before, next, facts.nowIso) }
}

/**
 * Nothing was seen that status doesn't say already: after a restart, or after our own write, until the next look. What was
 * true stays said; a settled cache isn't called unready because the operator started anew.
 */
const notLookedSince = ({ object, observed }: CacheFacts): boolean =>
  observed.is === 'unknown' && object.status.observedGeneration === object.generation

/** A cache of our id that is known to be somebody else's: none of it goes into status. */
const foreign = ({ object, tags }: CacheFacts): boolean =>
  tags.is === 'found' && ['nobody', 'other'].includes(ownershipOf(tags.value, object))

/** For a spec that this operator's schema can't read: said, and nothing else is touched. */
export const judgeUnreadable = (
  before: CacheClusterStatus,
  generation: number,
  nowIso: string,
  message: string,
): CacheClusterStatus => {
  const words = { reason: 'InvalidSpec', message } as const
  return {
    ...before,
    observedGeneration: generation,
    conditions: nextConditions(before.conditions, { nowIso, generation }, [
      { type: 'Stalled', status: 'True', ...words },
      { type: 'Ready', status: 'False', ...words },
    ]),
  }
}

/** A look that changes nothing is not written down: a settled object costs no write. */
const checkedTime = (before: CacheClusterStatus, next: CacheClusterStatus, nowIso: string): string => {
  const { lastCheckedTime, ...rest } = before
  return lastCheckedTime !== undefined && hashOf(rest) === hashOf(next) ? lastCheckedTime : nowIso
}

const conditionsNow = (
  facts: CacheFacts,
  plan: Plan,
  result: StepResult,
  cache: ObservedCache | undefined,
): ConditionNow[] => {
  const verdict = verdictOf(plan, result)
  const { reason, message } = verdict
  const ready = verdict.is === 'settled' && (verdict.reason !== 'Suspended' || cache?.state === 'available')
  const list: ConditionNow[] = [{ type: 'Ready', status: ready ? 'True' : 'False', reason, message }]
  if (verdict.is === 'waiting' || verdict.is === 'retryable') {
    list.push({ type: 'Reconciling', status: 'True', reason, message })
  }
  if (verdict.is === 'stalled') list.push({ type: 'Stalled', status: 'True', reason, message })
  list.push(availableNow(cache, foreign(facts)), bindingNow(facts))
  return list
}

/** Serving, whatever else is going on: from observation alone. */
const availableNow = (cache: ObservedCache | undefined, notOurs: boolean): ConditionNow => {
  if (notOurs) {
    return { type: 'Available', status: 'False', reason: 'NotOurs', message: 'the cache of this id in AWS is not ours' }
  }
  const serving =
    cache !== undefined &&
    (cache.state === 'available' || (cache.state === 'moving' && cache.status !== 'creating')) &&
    firstEndpoint(cache) !== undefined
  const message = cache === undefined ? 'AWS has no such cache' : `AWS says ${cache.status}`
  return serving
    ? { type: 'Available', status: 'True', reason: 'Serving', message }
    : { type: 'Available', status: 'False', reason: cache === undefined ? 'NotFound' : 'NotServing', message }
}

const bindingNow = (facts: CacheFacts): ConditionNow => {
  const { binding } = secretNames(facts.object)
  if (foreign(facts) || wantedHashes(facts) === undefined) return bindingLate(facts)
  return secretSteps(facts) === undefined
    ? {
        type: 'BindingReady',
        status: 'True',
        reason: 'Written',
        message: `Secrets ${binding} and ${binding}-env are current`,
      }
    : {
        type: 'BindingReady',
        status: 'False',
        reason: 'Writing',
        message: `Secrets ${binding} and ${binding}-env are being written`,
      }
}

const bindingLate = (facts: CacheFacts): ConditionNow => {
  const late = { type: 'BindingReady', status: 'False' } as const
  return !foreign(facts) && tokenAwaited(facts)
    ? { ...late, reason: 'TokenNotTaken', message: 'waiting until AWS takes the auth token' }
    : { ...late, reason: 'NoEndpoint', message: 'waiting for endpoints to hand out' }
}

/** The id is written before the first create call, ARN and creation time once they are known to be ours. */
const identity = (
  facts: CacheFacts,
  intent: Intent,
  cache: ObservedCache | undefined,
  plan: Plan,
  result: StepResult,
) => {
  const before = facts.object.status
  // A cache made just now is another one than any that status knew.
  if (created(plan, result)) return { id: intent.id }
  const ours = cache !== undefined && (knownOurs(facts.object, cache) || seenOurs(facts))
  return ours
    ? { id: cache.id, arn: cache.arn, createdTime: cache.createdTime }
    : { id: intent.id, arn: before.arn, createdTime: before.createdTime }
}

const driftOf = (plan: Plan): CacheClusterStatus['drift'] => {
  const drift = pendingSteps(plan).flatMap(({ field, from, to }) =>
    field !== undefined && from !== undefined && to !== undefined ? [{ field, want: to, have: from }] : [],
  )
  return drift.length === 0 ? undefined : drift
}

const seenOurs = ({ object, tags }: CacheFacts): boolean =>
  tags.is === 'found' && ownershipOf(tags.value, object) === 'ours'

/** Whether one of these steps was taken, with one of these results. */
const took = (
  plan: Plan,
  result: StepResult,
  names: readonly Action['do'][],
  ...results: readonly Acted['is'][]
): boolean =>
  plan.is === 'act' && result.is === 'acted' && names.includes(plan.next.action.do) && results.includes(result.acted.is)

const created = (plan: Plan, result: StepResult): boolean =>
  took(plan, result, ['CreateGroup', 'CreateMemcached'], 'done')

/**
 * Recorded as owned before it is made; a former group until it is deleted. `appliedHash` only after AWS was seen to hold
 * the values, and no longer when it was seen not to: what must be read again is what has no hash.
 */
const parameterGroupNow = (
  facts: CacheFacts,
  intent: Intent,
  cache: ObservedCache | undefined,
  plan: Plan,
  result: StepResult,
): CacheClusterStatus['parameterGroup'] => {
  const { object } = facts
  const { ownGroup } = intent
  const before = object.status.parameterGroup
  const deleted = took(plan, result, ['DeleteParameterGroup'], 'done', 'absent')
  const attached = attachedOwnGroup(intent.id, cache)
  if (object.deleting) {
    const gone = deleted || facts.parameters.is === 'absent'
    if (before !== undefined && !gone) return before
    return attached === undefined || attached === before?.name ? undefined : { name: attached, owned: true }
  }
  if (before?.owned && before.name !== ownGroup?.name && !deleted) return before
  if (attached !== undefined && attached !== ownGroup?.name) return { name: attached, owned: true }
  if (ownGroup === undefined) {
    const name = object.spec.parameterGroupName
    return name === undefined ? undefined : { name, owned: false }
  }
  const tags = facts.parametersTags.is === 'found' ? ownershipOf(facts.parametersTags.value, object) : 'ours'
  if (tags === 'nobody' || tags === 'other') return undefined
  const held =
    facts.parameters.is === 'unread'
      ? before?.appliedHash === ownGroup.hash
      : tags === 'ours' && valuesHeld(facts, intent)
  return given<NonNullable<CacheClusterStatus['parameterGroup']>>({
    name: ownGroup.name,
    owned: true,
    appliedHash: held ? ownGroup.hash : undefined,
  })
}

const valuesHeld = (facts: CacheFacts, { parameters }: Intent): boolean =>
  facts.parameters.is === 'found' &&
  parameters.is === 'values' &&
  parameterSteps(parameters.values, facts.parameters.value).length === 0

const authTokenNow = (
  { object, token }: CacheFacts,
  plan: Plan,
  result: StepResult,
): CacheClusterStatus['authToken'] => {
  if (token.is !== 'present') return object.status.authToken
  if (took(plan, result, ['RotateToken'], 'done', 'unchanged')) return { version: token.version, settled: false }
  if (took(plan, result, ['SetToken'], 'done', 'unchanged')) return { version: token.version, settled: true }
  if (took(plan, result, ['CreateGroup'], 'done')) return { version: token.version, settled: true }
  return object.status.authToken
}

/**
 * Recorded when AWS was seen to hold them, or when our own create call has just carried them there. Where AWS was seen to
 * differ, there is no hash, so that the tags are read again; and the keys that are about to be set are recorded before they
 * are, so that none is forgotten.
 */
const tagsNow = (facts: CacheFacts, plan: Plan, result: StepResult): CacheClusterStatus['tags'] => {
  const { object, observed, tags } = facts
  const wanted = wantedTags(object)
  if (created(plan, result)) return tagsRecord(wanted)
  if (observed.is !== 'seen' || tags.is !== 'found' || !seenOurs(facts)) return object.status.tags
  const have = tags.value
  if (tagSteps(observed.cache, object, have).length === 0) return tagsRecord(wanted)
  const known = (object.status.tags?.keys ?? []).filter((key) => key in have)
  const keys = [...new Set([...known, ...Object.keys(wanted)])].sort()
  return { hash: '', keys }
}
