import { annotation } from '../../crds/kind.ts'
import { ownerInWords, ownershipOf } from '../core/identity.ts'
import { type Plan, type PlannedAction, stuck, wait } from '../core/outcome.ts'
import { shownPlan } from '../core/verdict.ts'
import { secretSteps } from '../secrets/steps.ts'
import { compareFixedGroup, compareFixedMemcached } from './compare.ts'
import { planDeletion } from './deletion.ts'
import type { CacheFacts } from './facts.ts'
import { type Intent, intentOf, knownOurs } from './intent.ts'
import { unsettable } from './parameters.ts'
import { progressOf } from './progress.ts'
import { createStep, formerGroupSteps, parameterGroupSteps, remainingSteps } from './remaining.ts'
import { tokenNeeded } from './token.ts'
import { step } from './topology/group-steps.ts'

/** How often the same plan may be carried out for one generation before we say that it leads nowhere. */
const mostRepeats = 5

/** After our own write AWS may answer from before it for so long: a cache that is missing, values that are old. */
const graceMs = 30_000

type Check = (facts: CacheFacts, intent: Intent) => Plan | undefined

/** What should happen next with a CacheCluster: an ordered list of checks, the first opinion wins. */
export const planCacheCluster = (facts: CacheFacts): Plan => {
  if (facts.object.deleting) return planDeletion(facts)
  const intent = intentOf(facts)
  for (const check of checks) {
    const opinion = check(facts, intent)
    if (opinion !== undefined) return opinion
  }
  return { is: 'settled', reason: 'InSync', message: 'AWS holds what is asked' }
}

const inGrace = ({ sinceWriteMs }: CacheFacts): boolean => sinceWriteMs !== undefined && sinceWriteMs < graceMs

/** Whether this plan is the one that was carried out last. */
const isRepeated = (facts: CacheFacts, plan: Plan): boolean =>
  facts.repeats > 0 && (facts.repeatedPlan === undefined || facts.repeatedPlan === shownPlan(plan)?.hash)

/** What AWS has just accepted is not asked again before its answers can show it. */
const unlessJustDone = (facts: CacheFacts, plan: Plan | undefined): Plan | undefined =>
  plan?.is === 'act' && inGrace(facts) && isRepeated(facts, plan)
    ? wait('WaitingForAWS', `AWS accepted ${plan.next.action.do} and does not show it yet`, [plan.next, ...plan.later])
    : plan

const notLookedYet: Check = ({ observed }) =>
  observed.is === 'unknown' ? wait('WaitingForAWS', 'waiting for a look at AWS') : undefined

const suspended: Check = ({ object }) =>
  object.spec.suspend
    ? { is: 'settled', reason: 'Suspended', message: 'spec.suspend is true: Larder looks, and changes nothing' }
    : undefined

const readFailed: Check = ({ failure }) => (failure === undefined ? undefined : { is: 'blocked', failure })

const policyMissing: Check = ({ object, policy }) =>
  policy.is === 'absent'
    ? wait(
        'WaitingForPolicy',
        `spec.policyRef: there is no CachePolicy ${object.spec.policyRef?.name} in ${object.namespace}`,
      )
    : undefined

const parametersRefused: Check = (_, { parameters }) =>
  parameters.is === 'refused' ? stuck('InvalidSpec', parameters.message) : undefined

const parametersUnknown: Check = ({ parameters }, intent) => {
  if (parameters.is !== 'found' || intent.parameters.is !== 'values') return undefined
  const [name] = unsettable(intent.parameters.values, parameters.value)
  return name === undefined
    ? undefined
    : stuck(
        'InvalidSpec',
        `spec.parameters.${name}: the family ${parameters.value.family} has no such parameter that can be set: remove it`,
      )
}

const tokenMissing: Check = ({ object, token }) => {
  if (!tokenNeeded(object.spec) || token.is === 'present' || token.is === 'unread') return undefined
  const reference = object.spec.auth?.token?.secretRef
  if (token.is === 'unusable') return stuck('InvalidSpec', token.why)
  if (reference === undefined) return undefined
  return wait(
    'WaitingForSecret',
    `spec.auth.token.secretRef: there is no Secret ${reference.name} with the key ${reference.key}`,
  )
}

const tokenToStore: Check = ({ object, token }) =>
  tokenNeeded(object.spec) && token.is === 'absent' && object.spec.auth?.token === undefined
    ? { is: 'act', next: step({ do: 'StoreToken' }), later: [] }
    : undefined

/** A replication group holds data: one that vanished is not made anew, empty, behind its users' backs. */
const lost: Check = (facts, { id, is }) => {
  const { object, observed, live } = facts
  if (observed.is !== 'absent') return undefined
  if (live.is === 'found') return wait('WaitingForAWS', `${id} is there, but not in the last list of AWS`)
  const seenBefore = object.status.arn !== undefined && is === 'group'
  if (!seenBefore || object.annotations[annotation.recreate] === id) return undefined
  if (live.is === 'unread' || inGrace(facts)) return wait('WaitingForAWS', `waiting for a look at ${id}`)
  return stuck(
    'Lost',
    `${id} was there and is gone from AWS, with its data. To have it made anew, empty: kubectl annotate cachecluster ${object.name} -n ${object.namespace} ${annotation.recreate}=${id}`,
  )
}

const notOurs: Check = ({ object, observed, tags }, { id }) => {
  if (observed.is !== 'seen' || tags.is !== 'found') return undefined
  const ownership = ownershipOf(tags.value, object)
  if (ownership === 'nobody') {
    return stuck(
      'NotOurs',
      `${id} exists in AWS without owner tags, so Larder leaves it alone: delete or rename one of the two`,
    )
  }
  if (ownership === 'other') {
    return stuck('NotOurs', `${id} exists in AWS and belongs to ${ownerInWords(tags.value)}: rename one of the two`)
  }
  return undefined
}

const ownershipUnknown: Check = ({ object, observed, tags }) => {
  if (observed.is !== 'seen' || tags.is === 'found' || knownOurs(object, observed.cache)) return undefined
  const { id, state, status } = observed.cache
  if (state === 'deleting') return undefined
  if (state !== 'failed') return wait('WaitingForAWS', `waiting until AWS tells the tags of ${id}`)
  return stuck(
    'NotOurs',
    `AWS says ${status} of ${id} and tells no tags of it, so Larder can't know whose it is: delete it in AWS, and Larder makes it anew`,
  )
}

const parameterGroupNotOurs: Check = ({ object, parameters, parametersTags }) => {
  if (parameters.is !== 'found' || parametersTags.is !== 'found') return undefined
  const ownership = ownershipOf(parametersTags.value, object)
  if (ownership === 'ours' || ownership === 'former') return undefined
  const whose = ownership === 'nobody' ? 'without owner tags' : `and belongs to ${ownerInWords(parametersTags.value)}`
  return stuck(
    'NotOurs',
    `the parameter group ${parameters.value.name} exists in AWS ${whose}, so Larder leaves it alone: delete it, or name it in spec.parameterGroupName`,
  )
}

const deletedByOthers: Check = ({ observed }) =>
  observed.is === 'seen' && observed.cache.state === 'deleting'
    ? wait('Deleting', `${observed.cache.id} is being deleted in AWS, and not by Larder`)
    : undefined

const failed: Check = ({ object, observed, events }) =>
  observed.is === 'seen' && observed.cache.state === 'failed'
    ? stuck(
        'CreateFailed',
        `AWS says ${observed.cache.status} of ${observed.cache.id}${lastOf(events)}. Delete the CacheCluster ${object.name} to remove it, and create it again with another node type or other zones`,
      )
    : undefined

const lastOf = (events: CacheFacts['events']): string => {
  const last = events.at(-1)
  return last === undefined ? '' : `: ${last.message}`
}

const secretsBehind: Check = (facts, intent) => {
  const next = secretSteps(facts)
  if (next === undefined) return undefined
  const later = facts.observed.is === 'seen' ? remainingSteps(facts, intent, facts.observed.cache) : []
  return { is: 'act', next, later }
}

const toCreate: Check = (facts, intent) => {
  if (facts.observed.is !== 'absent') return undefined
  if (intent.familyMissing) return wait('WaitingForAWS', 'waiting until AWS tells its default engine version')
  const steps = [
    ...formerGroupSteps(facts, intent, undefined),
    ...parameterGroupSteps(facts, intent),
    createStep(facts, intent),
  ]
  return unlessJustDone(facts, firstOf(steps))
}

const moving: Check = (facts, intent) => {
  if (facts.observed.is !== 'seen' || facts.observed.cache.state === 'available') return undefined
  const { cache } = facts.observed
  const { reason, message } = progressOf(cache, facts.reconcilingMs)
  return wait(reason, message, remainingSteps(facts, intent, cache))
}

const fixedFieldsDiffer: Check = ({ observed }, intent) => {
  if (observed.is !== 'seen') return undefined
  const { cache } = observed
  const [first] =
    cache.is === 'group' ? compareFixedGroup(intent.group, cache) : compareFixedMemcached(intent.memcached, cache)
  return first === undefined
    ? undefined
    : stuck(
        'ImmutableField',
        `${first.field} is ${first.want}, AWS has ${first.have}, and no call can change it: set it back, or create another CacheCluster`,
      )
}

const authImpossible: Check = ({ object, observed }) =>
  observed.is === 'seen' && observed.cache.is === 'group' && observed.cache.authToken && !tokenNeeded(object.spec)
    ? stuck(
        'NotSupported',
        'spec.auth.mode None: AWS can not take an auth token off a cache: set spec.auth.mode back to Token, or create another CacheCluster',
      )
    : undefined

const engineChangeUnversioned: Check = ({ object, observed }) =>
  observed.is === 'seen' && observed.cache.engine !== object.spec.engine && object.spec.engineVersion === undefined
    ? stuck('InvalidSpec', `spec.engineVersion: the upgrade to ${object.spec.engine} needs a version, for instance 8.0`)
    : undefined

const endless: Check = (facts, intent) => {
  if (facts.repeats < mostRepeats || facts.observed.is !== 'seen') return undefined
  const plan = firstOf(remainingSteps(facts, intent, facts.observed.cache))
  if (plan?.is !== 'act' || !isRepeated(facts, plan)) return undefined
  const { action, field, from } = plan.next
  return stuck(
    'EndlessDifference',
    `${action.do} (${field ?? 'no field'}) was accepted ${facts.repeats} times and AWS still has ${from ?? 'something else'}${lastOf(facts.events)}. Change the field, or annotate ${annotation.reconcileAt} to try again`,
  )
}

const toChange: Check = (facts, intent) =>
  facts.observed.is === 'seen'
    ? unlessJustDone(facts, firstOf(remainingSteps(facts, intent, facts.observed.cache)))
    : undefined

const checks: readonly Check[] = [
  notLookedYet,
  suspended,
  readFailed,
  policyMissing,
  parametersRefused,
  parametersUnknown,
  tokenMissing,
  lost,
  notOurs,
  ownershipUnknown,
  parameterGroupNotOurs,
  deletedByOthers,
  failed,
  tokenToStore,
  secretsBehind,
  toCreate,
  moving,
  fixedFieldsDiffer,
  authImpossible,
  engineChangeUnversioned,
  endless,
  toChange,
]

const firstOf = ([next, ...later]: readonly PlannedAction[]): Plan | undefined =>
  next === undefined ? undefined : { is: 'act', next, later }
