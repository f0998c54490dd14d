import type { CacheClusterStatus } from '../../crds/cache-cluster/status.ts'
import type { Action } from '../core/action.ts'
import { given } from '../core/given.ts'
import { arnParts, isClusters, ownershipOf } from '../core/identity.ts'
import type { ObservedCache } from '../core/observed.ts'
import type { Acted, Plan, StepResult } from '../core/outcome.ts'
import { isAwsAction } from '../core/step.ts'
import { tagSteps, tagsRecord, wantedTags } from '../core/tags.ts'
import { writtenNames } from '../secrets/names.ts'
import { publishedWay, secretSteps, wantedHashes } from '../secrets/steps.ts'
import type { CacheFacts } from './facts.ts'
import { type Intent, knownOurs } from './intent.ts'
import { isContentName, parameterSteps } from './parameters.ts'
import { tokenRecordAfter, tokenToPublish } from './token.ts'

/** What status remembers so that it need not be asked again, and so that what was made is found again. */

/** Whether one of these steps was taken, with one of these results. */
const took = (
  plan: Plan,
  result: StepResult,
  names: readonly Action['do'][],
  ...results: readonly Acted['is'][]
): boolean =>
  plan.is === 'act' && names.includes(plan.next.action.do) && (results as readonly string[]).includes(result.is)

const created = (plan: Plan, result: StepResult): boolean =>
  took(plan, result, ['CreateGroup', 'CreateMemcached'], 'done')

const seenOurs = ({ object, tags }: CacheFacts): boolean =>
  tags.is === 'found' && ownershipOf(tags.value, object) === 'ours'

/** The id and the target are written before the first create call, ARN and creation time once they are known to be ours. */
export const identityNow = (
  facts: CacheFacts,
  { id }: Intent,
  cache: ObservedCache | undefined,
  plan: Plan,
  result: StepResult,
): Pick<CacheClusterStatus, 'id' | 'target' | 'arn' | 'createdTime'> => {
  const { object } = facts
  const { status, region, cluster, clusterUID } = object
  const here = { region, cluster, clusterUID }
  // A cache made just now is another one than any that status knew.
  if (created(plan, result)) return { id, target: given({ ...status.target, ...here }) as CacheClusterStatus['target'] }
  const ours = cache !== undefined && (knownOurs(object, cache) || seenOurs(facts))
  // Before the first call nothing can be there: flags that are mended by then have changed no identity.
  const begins = plan.is === 'act' && isAwsAction(plan.next.action)
  if (!ours && status.id === undefined && !begins) return {}
  if (!ours)
    return given({ id, target: status.target ?? here, arn: status.arn, createdTime: status.createdTime }) as ReturnType<
      typeof identityNow
    >
  const { account } = arnParts(cache.arn)
  const target = { ...(account === '' ? {} : { account }), ...here }
  return given({ id: cache.id, target, arn: cache.arn, createdTime: cache.createdTime }) as ReturnType<
    typeof identityNow
  >
}

/** `complete` only after AWS was seen to hold the values; a group that AWS says is missing must be looked for again. */
export const parameterGroupNow = (
  facts: CacheFacts,
  { group }: Intent,
  cache: ObservedCache | undefined,
  plan: Plan,
  result: StepResult,
): Pick<CacheClusterStatus, 'parameterGroup' | 'formerParameterGroups'> => {
  const { object, parameters, parametersTags, leftover } = facts
  const before = object.status.parameterGroup
  const missing = result.is === 'failed' && result.failure.code === 'CacheParameterGroupNotFound'
  const held =
    group.is === 'own' && !missing && parameters.is !== 'absent'
      ? parameters.is === 'found'
        ? parameterSteps(group.values, parameters.value).length === 0 &&
          (parametersTags.is !== 'found' || isClusters(parametersTags.value, object))
        : before?.name === group.name && before.complete === true
      : false
  const attached = cache?.parameterGroupName
  const now: CacheClusterStatus['parameterGroup'] =
    group.is === 'own'
      ? given({ name: group.name, owned: true, complete: held || undefined })
      : group.is === 'named'
        ? { name: group.name, owned: false }
        : attached === undefined
          ? before
          : { name: attached, owned: isContentName(object.cluster, attached) }
  const gone = took(plan, result, ['DeleteParameterGroup'], 'done', 'absent', 'unchanged') || leftover?.is === 'absent'
  const dropped = gone || leftover?.is === 'others' ? leftover?.name : undefined
  const former = [
    ...new Set([
      ...(object.status.formerParameterGroups ?? []),
      ...(before?.owned ? [before.name] : []),
      ...(attached !== undefined && isContentName(object.cluster, attached) ? [attached] : []),
    ]),
  ].filter((name) => name !== now?.name && name !== dropped)
  return given({
    parameterGroup: dropped !== undefined && dropped === now?.name ? undefined : now,
    formerParameterGroups: former.length === 0 ? undefined : former,
  }) as ReturnType<typeof parameterGroupNow>
}

export const authTokenNow = (facts: CacheFacts, plan: Plan, result: StepResult) =>
  tokenRecordAfter(facts, plan.is === 'act' ? plan.next.action : undefined, result)

/**
 * Recorded when AWS was seen to hold them, or when our own create call has just carried them there. Where AWS was seen to
 * differ, there is no hash, so that the tags are read again; and the keys that are about to be set are recorded before they
 * are, so that none is forgotten.
 */
export const tagsNow = (facts: CacheFacts, plan: Plan, result: StepResult): CacheClusterStatus['tags'] => {
  const { object, observed, tags } = facts
  const wanted = wantedTags(object, object.spec.tags)
  const before = object.status.tags
  if (created(plan, result)) return tagsRecord(wanted)
  if (observed.is !== 'seen' || tags.is !== 'found') return before
  const ours = seenOurs(facts)
  if (!ours && !knownOurs(object, observed.cache)) return before
  const have = tags.value
  if (tagSteps(observed.cache, wanted, have, before?.keys ?? []).length === 0) return tagsRecord(wanted)
  const known = (before?.keys ?? []).filter((key) => key in have)
  const keys = [...new Set([...known, ...Object.keys(wanted)])].sort()
  return { hash: '', keys }
}

/** What workloads have been told, and since when. */
export const publishedNow = (facts: CacheFacts, plan: Plan, result: StepResult): CacheClusterStatus['published'] => {
  const { object, nowIso } = facts
  const before = object.status.published
  const written = took(plan, result, ['WriteSecrets'], 'done')
  const current = wantedHashes(facts) !== undefined && secretSteps(facts) === undefined && pairIsOurs(facts)
  const removed =
    plan.is === 'act' && plan.next.action.do === 'DeleteSecrets' && result.is === 'done' ? plan.next.action.names : []
  const stored = took(plan, result, ['StoreToken'], 'done')
  const kept = (before?.names ?? []).filter((name) => !removed.includes(name))
  if (!written && !current) {
    const names = stored ? [...new Set([...kept, ...writtenNames(object).slice(2)])] : kept
    return before === undefined && names.length === 0
      ? undefined
      : { way: before?.way ?? '', since: before?.since ?? nowIso, ...tokenOf(before), names }
  }
  const way = publishedWay(facts) ?? ''
  const token = tokenToPublish(facts)
  const same = before?.way === way
  return {
    way,
    since: same ? before.since : nowIso,
    ...(token.is === 'token' ? { token: token.version } : {}),
    names: [...new Set([...kept, ...writtenNames(object)])],
  }
}

const tokenOf = (before: CacheClusterStatus['published']) =>
  before?.token === undefined ? {} : { token: before.token }

const pairIsOurs = ({ secrets }: CacheFacts): boolean => secrets.binding.is === 'ours' && secrets.env.is === 'ours'
