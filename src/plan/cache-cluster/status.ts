import type { CacheClusterStatus } from '../../crds/cache-cluster/status.ts'
import { type ConditionNow, nextConditions } from '../core/conditions.ts'
import { given } from '../core/given.ts'
import { hashOf } from '../core/hash.ts'
import type { ObservedCache } from '../core/observed.ts'
import type { Plan, StepResult } from '../core/outcome.ts'
import { isoOfMs, msOfIso } from '../core/time.ts'
import { pendingSteps, shownPlan, type Verdict, verdictOf } from '../core/verdict.ts'
import { addressOf } from '../secrets/endpoints.ts'
import { pairNames, tokenNeeded } from '../secrets/names.ts'
import { secretSteps, secretTaken, wantedHashes, wayHeld } from '../secrets/steps.ts'
import type { CacheFacts } from './facts.ts'
import { type Intent, intentOf, whose } from './intent.ts'
import { authTokenNow, identityNow, parameterGroupNow, publishedNow, tagsNow } from './records.ts'
import { summary, summaryKept } from './summary.ts'
import { tokenToPublish } from './token.ts'

/** The only writer of words: what is known and what was done, as status. The same inputs give the same words. */
export const judgeCacheCluster = (facts: CacheFacts, plan: Plan, result: StepResult): CacheClusterStatus => {
  const { object, observed } = facts
  const before = object.status
  const verdict = verdictOf(plan, result)
  if (saysNothingNew(facts, verdict)) return before
  const intent = intentOf(facts)
  const cache = observed.is === 'seen' && !foreign(facts) ? observed.cache : undefined
  const untouched = verdict.reason === 'IdentityChanged'
  const next = given<CacheClusterStatus>({
    observedGeneration: object.generation,
    conditions: nextConditions(
      before.conditions,
      { nowIso: facts.nowIso, generation: object.generation },
      conditionsNow(facts, verdict, cache),
    ),
    ...(untouched ? recordsKept(before) : recordsNow(facts, intent, cache, plan, result)),
    // What isn't known just now is what was known before; only a look that doesn't find it says that it is gone.
    ...(untouched || observed.is === 'unknown' ? summaryKept(before) : summary(before, cache)),
    plan: shownPlan(plan),
    drift: driftOf(plan),
    lastCheckedTime: undefined,
    lastHandledReconcileAt: facts.reconcileAnswered ?? before.lastHandledReconcileAt,
  })
  return given({ ...next, lastCheckedTime: checkedTime(facts, next) }) as CacheClusterStatus
}

const recordsKept = ({
  id,
  target,
  arn,
  createdTime,
  binding,
  envSecretName,
  parameterGroup,
  ...rest
}: CacheClusterStatus) => ({
  id,
  target,
  arn,
  createdTime,
  binding,
  envSecretName,
  parameterGroup,
  rebootPendingSince: rest.rebootPendingSince,
  formerParameterGroups: rest.formerParameterGroups,
  authToken: rest.authToken,
  authTokenCall: rest.authTokenCall,
  published: rest.published,
  tags: rest.tags,
})

const recordsNow = (
  facts: CacheFacts,
  intent: Intent,
  cache: ObservedCache | undefined,
  plan: Plan,
  result: StepResult,
) => {
  const names = pairNames(facts.object)
  const before = facts.object.status
  return {
    ...identityNow(facts, intent, cache, plan, result),
    binding: facts.secrets.binding.is === 'ours' ? { name: names.binding } : before.binding,
    envSecretName: facts.secrets.env.is === 'ours' ? names.env : before.envSecretName,
    ...parameterGroupNow(facts, intent, cache, plan, result),
    rebootPendingSince: rebootPendingSince(facts, cache),
    ...authTokenNow(facts, plan, result),
    published: publishedNow(facts, plan, result),
    tags: tagsNow(facts, plan, result),
  }
}

/** While nothing is seen, it is as it was. */
const rebootPendingSince = ({ object, nowIso, observed }: CacheFacts, cache: ObservedCache | undefined) => {
  const before = object.status.rebootPendingSince
  if (observed.is === 'unknown') return before
  return cache === undefined || cache.parametersInSync ? undefined : (before ?? nowIso)
}

/**
 * Nothing was seen that status doesn't say already: after a restart, or after our own write, until the next poll. What was
 * true stays said; a settled cache isn't called unready because the operator started anew, or because AWS hiccups.
 */
const saysNothingNew = ({ object, observed, poll }: CacheFacts, verdict: Verdict): boolean => {
  if (observed.is !== 'unknown' || object.status.observedGeneration !== object.generation) return false
  if (verdict.is === 'unknown' || verdict.reason === 'IdentityChanged') return false
  const ready = object.status.conditions?.find((condition) => condition.type === 'Ready')
  // Whoever waits is told why the look that it waits for fails.
  return poll.failure === undefined || ready?.status === 'True'
}

/** A cache of our id that is known to be somebody else's: none of it goes into status. */
const foreign = ({ object, tags, observed }: CacheFacts): boolean => {
  if (tags.is !== 'found' || observed.is !== 'seen') return false
  return !['ours', 'former'].includes(whose(object, observed.cache, tags.value))
}

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

/** When AWS was last looked at. A look that changes nothing else is written down now and then only. */
const checkedTime = (
  { object, observed, nowMs, poll, checkedEveryMs }: CacheFacts,
  next: CacheClusterStatus,
): string | undefined => {
  const { lastCheckedTime, ...rest } = object.status
  if (observed.is === 'unknown') return lastCheckedTime
  const lookedMs = nowMs - poll.blindMs
  const dueMs = (msOfIso(lastCheckedTime ?? '') ?? Number.NEGATIVE_INFINITY) + checkedEveryMs
  return hashOf(rest) !== hashOf(next) || lookedMs >= dueMs ? isoOfMs(lookedMs) : lastCheckedTime
}

const conditionsNow = (facts: CacheFacts, verdict: Verdict, cache: ObservedCache | undefined): ConditionNow[] => {
  const { reason, message } = verdict
  const ready = verdict.is === 'settled' ? 'True' : verdict.is === 'unknown' ? 'Unknown' : 'False'
  const list: ConditionNow[] = [{ type: 'Ready', status: ready, reason, message }]
  if (verdict.is === 'waiting' || verdict.is === 'retryable' || verdict.is === 'unknown') {
    list.push({ type: 'Reconciling', status: 'True', reason, message })
  }
  if (verdict.is === 'stalled') list.push({ type: 'Stalled', status: 'True', reason, message })
  list.push(...availableNow(facts, verdict, cache), ...bindingNow(facts, verdict))
  return list
}

/** What is said stays said while nothing newer is known. */
const asBefore = ({ object }: CacheFacts, type: ConditionNow['type']): readonly ConditionNow[] => {
  const was = object.status.conditions?.find((condition) => condition.type === type)
  return was === undefined ? [] : [{ type, status: was.status, reason: was.reason, message: was.message }]
}

/** Serving, whatever else is going on: from observation alone. */
const availableNow = (
  facts: CacheFacts,
  verdict: Verdict,
  cache: ObservedCache | undefined,
): readonly ConditionNow[] => {
  const type = 'Available'
  // What is seen under a wrong name or in a wrong region says nothing of the cache.
  if (verdict.reason === 'IdentityChanged') return asBefore(facts, type)
  if (foreign(facts)) {
    return [{ type, status: 'False', reason: 'NotOurs', message: 'the cache of this id in AWS is not ours' }]
  }
  if (verdict.is === 'unknown') return [{ type, status: 'Unknown', reason: verdict.reason, message: verdict.message }]
  if (facts.observed.is === 'unknown') {
    const before = asBefore(facts, type)
    return before.length > 0
      ? before
      : [{ type, status: 'Unknown', reason: verdict.reason, message: 'AWS was not looked at yet' }]
  }
  const serving =
    cache !== undefined &&
    (cache.state === 'available' || (cache.state === 'moving' && cache.status !== 'creating')) &&
    addressOf(cache) !== undefined
  const message = cache === undefined ? 'AWS has no such cache' : `AWS says ${cache.status}`
  if (serving) return [{ type, status: 'True', reason: 'Serving', message }]
  return [{ type, status: 'False', reason: cache === undefined ? 'NotFound' : 'NotServing', message }]
}

const bindingNow = (facts: CacheFacts, verdict: Verdict): readonly ConditionNow[] => {
  const type = 'BindingReady'
  const { object, observed, refused } = facts
  const { binding, env } = pairNames(object)
  if (verdict.reason === 'IdentityChanged') return asBefore(facts, type)
  const taken = secretTaken(facts)
  if (taken?.is === 'stuck') return [{ type, status: 'False', reason: taken.reason, message: taken.message }]
  const unseen = facts.secrets.binding.is === 'unread' || facts.secrets.env.is === 'unread'
  if (observed.is === 'unknown' || unseen) return asBefore(facts, type)
  if (foreign(facts))
    return [{ type, status: 'False', reason: 'NotOurs', message: 'there is no cache of ours to hand out' }]
  if (wantedHashes(facts) === undefined) return [{ type, ...bindingLate(facts) }]
  if (secretSteps(facts) === undefined) {
    return [{ type, status: 'True', reason: 'Written', message: `Secrets ${binding} and ${env} are current` }]
  }
  const kubernetes = [verdict, refused?.failure].find((words) => words?.reason === 'KubernetesRefused')
  return kubernetes === undefined
    ? [{ type, status: 'False', reason: 'Writing', message: `Secrets ${binding} and ${env} are being written` }]
    : [{ type, status: 'False', reason: kubernetes.reason, message: kubernetes.message }]
}

/** Why the pair can't be written, and whether the one that stands is still good. */
const bindingLate = (facts: CacheFacts): Omit<ConditionNow, 'type'> => {
  const { object, policy, secrets } = facts
  const standing = secrets.binding.is === 'ours' && secrets.env.is === 'ours'
  const status = standing ? 'True' : 'False'
  if (object.spec.policyRef !== undefined && policy.is !== 'found') {
    const message = `${standing ? 'the Secrets stay as they are: ' : ''}the CachePolicy ${object.spec.policyRef.name} is missing`
    return { status, reason: 'WaitingForPolicy', message }
  }
  const { observed } = facts
  if (observed.is === 'seen' && tokenToPublish(facts).is === 'hold') {
    if (!tokenNeeded(object.spec))
      return { status, reason: 'TokenNotTaken', message: 'the cache asks for an auth token, and spec.auth names none' }
    const message = `${standing ? 'the Secrets stay as they are ' : 'waiting '}until AWS takes the auth token`
    return { status, reason: 'TokenNotTaken', message }
  }
  if (standing && wayHeld(facts)) {
    return { status, reason: 'Modifying', message: 'the Secrets stay as they are until AWS has finished' }
  }
  return { status: 'False', reason: 'NoEndpoint', message: 'waiting for endpoints to hand out' }
}

const driftOf = (plan: Plan): CacheClusterStatus['drift'] => {
  const drift = pendingSteps(plan).flatMap(({ field, from, to }) =>
    field !== undefined && from !== undefined && to !== undefined ? [{ field, want: to, have: from }] : [],
  )
  return drift.length === 0 ? undefined : drift
}
