import type { CacheClusterStatus } from '../crds/cache-cluster.ts'
import { annotation } from '../crds/kind.ts'
import { type ConditionNow, nextConditions } from './conditions.ts'
import { given } from './desired.ts'
import { firstEndpoint } from './endpoints.ts'
import type { CacheFacts } from './facts.ts'
import { hashOf } from './hash.ts'
import { type Intent, intentOf, knownOurs } from './intent.ts'
import type { ObservedCache } from './observed.ts'
import type { Plan } from './outcome.ts'
import { parameterSteps } from './parameters.ts'
import { secretNames, secretSteps, wantedHashes } from './secret-steps.ts'
import { shape } from './shape.ts'
import { tagSteps, tagsRecord, wantedTags } from './tags.ts'
import { type Deed, pendingSteps, shownPlan, verdictOf } from './verdict.ts'

/** The only writer of words: what is known and what was done, as status. The same inputs give the same words. */
export const judgeCacheCluster = (facts: CacheFacts, plan: Plan, deed: Deed): CacheClusterStatus => {
  const { object, sight } = facts
  const before = object.status
  const intent = intentOf(facts)
  const cache = sight.is === 'seen' ? sight.cache : undefined
  const names = secretNames(object)
  const next = given<CacheClusterStatus>({
    observedGeneration: object.generation,
    conditions: nextConditions(
      before.conditions,
      { nowIso: facts.nowIso, generation: object.generation },
      conditionsNow(facts, plan, deed, cache),
    ),
    ...identity(facts, intent, cache),
    ...shape(before, cache),
    plan: shownPlan(plan),
    drift: driftOf(plan),
    binding: facts.bindingSeal === undefined ? before.binding : { name: names.binding },
    envSecretName: facts.envSeal === undefined ? before.envSecretName : names.env,
    parameterGroup: parameterGroupNow(facts, intent, plan, deed),
    authToken: authTokenNow(facts, plan, deed),
    tags: tagsNow(facts, plan, deed),
    lastCheckedTime: undefined,
    lastHandledReconcileAt: object.annotations[annotation.reconcileAt] ?? before.lastHandledReconcileAt,
  })
  return { ...next, lastCheckedTime: checkedTime(before, next, facts.nowIso) }
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

/** A look that changes nothing is not written down: a settled object costs no write. */
const checkedTime = (before: CacheClusterStatus, next: CacheClusterStatus, nowIso: string): string => {
  const { lastCheckedTime, ...rest } = before
  return lastCheckedTime !== undefined && hashOf(rest) === hashOf(next) ? lastCheckedTime : nowIso
}

const conditionsNow = (facts: CacheFacts, plan: Plan, deed: Deed, cache: ObservedCache | undefined): ConditionNow[] => {
  const verdict = verdictOf(plan, deed)
  const { reason, message } = verdict
  const ready = verdict.is === 'settled' && (verdict.reason !== 'Suspended' || cache?.state === 'available')
  const list: ConditionNow[] = [{ type: 'Ready', status: ready ? 'True' : 'False', reason, message }]
  if (verdict.is === 'waiting' || verdict.is === 'retryable') {
    list.push({ type: 'Reconciling', status: 'True', reason, message })
  }
  if (verdict.is === 'stalled') list.push({ type: 'Stalled', status: 'True', reason, message })
  list.push(availableNow(cache), bindingNow(facts))
  return list
}

/** Serving, whatever else is going on: from observation alone. */
const availableNow = (cache: ObservedCache | undefined): ConditionNow => {
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
  if (wantedHashes(facts) === undefined) {
    return {
      type: 'BindingReady',
      status: 'False',
      reason: 'NoEndpoint',
      message: 'waiting for an endpoint to hand out',
    }
  }
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

/** The id is written before the first create call, ARN and creation time once they are known to be ours. */
const identity = (facts: CacheFacts, intent: Intent, cache: ObservedCache | undefined) => {
  const { object, tags } = facts
  const before = object.status
  const ours =
    cache !== undefined &&
    (knownOurs(object, cache) || (tags.is === 'found' && tags.value['larder.dev/uid'] === object.uid))
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

const didIt = (plan: Plan, deed: Deed, ...names: readonly string[]): boolean =>
  plan.is === 'act' && deed.is === 'acted' && deed.acted.is !== 'failed' && names.includes(plan.next.action.do)

/** Recorded as owned before it is made; `appliedHash` only after AWS was seen to hold the values. */
const parameterGroupNow = (
  facts: CacheFacts,
  { ownGroup, parameters }: Intent,
  plan: Plan,
  deed: Deed,
): CacheClusterStatus['parameterGroup'] => {
  const { object } = facts
  const before = object.status.parameterGroup
  const deleted = didIt(plan, deed, 'DeleteParameterGroup')
  if (object.deleting) return deleted ? undefined : before
  if (ownGroup === undefined) {
    const name = object.spec.parameterGroupName
    return name === undefined ? (before?.owned ? before : undefined) : { name, owned: false }
  }
  const formerStays = before?.owned === true && before.name !== ownGroup.name && !deleted
  if (formerStays) return before
  const seen =
    facts.parameters.is === 'found' &&
    parameters.is === 'values' &&
    parameterSteps(parameters.values, facts.parameters.value).length === 0
  return given<NonNullable<CacheClusterStatus['parameterGroup']>>({
    name: ownGroup.name,
    owned: true,
    appliedHash: seen ? ownGroup.hash : before?.appliedHash === ownGroup.hash ? ownGroup.hash : undefined,
  })
}

const authTokenNow = ({ object, token }: CacheFacts, plan: Plan, deed: Deed): CacheClusterStatus['authToken'] => {
  if (token.is !== 'present') return object.status.authToken
  if (didIt(plan, deed, 'RotateToken')) return { version: token.version, settled: false }
  if (didIt(plan, deed, 'SetToken', 'CreateGroup')) return { version: token.version, settled: true }
  return object.status.authToken
}

/** Recorded when AWS was seen to hold them, or when our own create call has just carried them there. */
const tagsNow = (facts: CacheFacts, plan: Plan, deed: Deed): CacheClusterStatus['tags'] => {
  const { object, sight, tags } = facts
  const created = deed.is === 'acted' && deed.acted.is === 'done' && didIt(plan, deed, 'CreateGroup', 'CreateMemcached')
  const seen = sight.is === 'seen' && tags.is === 'found' && tagSteps(sight.cache, object, tags.value).length === 0
  return created || seen ? tagsRecord(wantedTags(object)) : object.status.tags
}
