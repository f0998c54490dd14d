import { annotation } from '../../crds/kind.ts'
import { hashOf } from '../core/hash.ts'
import { arnParts, clusterInTags, isClusters, ownerInWords } from '../core/identity.ts'
import type { Member } from '../core/observed.ts'
import { type Plan, type PlannedAction, staleMs, stuck, wait, waitOrAsk } from '../core/outcome.ts'
import { step, stepHash } from '../core/step.ts'
import { tokenNeeded, tokenSecretOf } from '../secrets/names.ts'
import { formerSecretsStep, secretSteps, secretTaken } from '../secrets/steps.ts'
import type { CacheFacts, CacheObject } from './facts.ts'
import { type Intent, knownOurs, lossOf, whose } from './intent.ts'
import { unsettable } from './parameters.ts'
import { progressOf } from './progress.ts'
import { createStep, parameterGroupSteps, remainingSteps, wishOf } from './remaining.ts'
import { topologies } from './topology/topology.ts'

export type Check = (facts: CacheFacts, intent: Intent) => Plan | undefined

const cacheOf = ({ observed }: CacheFacts) => (observed.is === 'seen' ? observed.cache : undefined)

const firstOf = ([next, ...later]: readonly PlannedAction[]): Plan | undefined =>
  next === undefined ? undefined : { is: 'act', next, later }

export const lastOf = (events: CacheFacts['events']): string => {
  const last = events.at(-1)
  return last === undefined ? '' : `. AWS's last event: ${last.message}`
}

/** Flags, credentials or spec that would give the standing cache another name, account or region: nothing is touched. */
export const identityChanged: Check = ({ object, account }) => {
  const { id, target, arn } = object.status
  if (id === undefined) return undefined
  const recorded = arn === undefined ? undefined : arnParts(arn)
  const region = target?.region ?? recorded?.region ?? object.region
  const owner = target?.account ?? recorded?.account
  const differences = [
    ...(region === object.region ? [] : [`--region ${object.region} where the cache is in ${region}`]),
    ...(owner === undefined || account.is !== 'found' || account.value === owner
      ? []
      : [`credentials of the account ${account.value} where the cache is in ${owner}`]),
    ...renamed(object, id),
  ]
  return differences.length === 0
    ? undefined
    : stuck(
        'IdentityChanged',
        `${id} is left alone: this operator runs with ${differences.join(' and ')}. Set it back, and Larder goes on`,
      )
}

const renamed = ({ cluster, spec, status: { target } }: CacheObject, id: string): readonly string[] => {
  if (spec.adopt !== undefined)
    return spec.adopt.id === id ? [] : [`spec.adopt.id ${spec.adopt.id} for an object of ${id}`]
  const was = target?.cluster
  if (was !== undefined) return was === cluster ? [] : [`--cluster-name ${cluster} where it was ${was}`]
  // Recorded before clusters were: the id itself begins with the name.
  return id.startsWith(`${cluster}-`) ? [] : [`--cluster-name ${cluster}, by which the cache would have another id`]
}

/** The cache is another object's of this very Kubernetes cluster: nothing is asked of AWS for this one. */
export const claimed: Check = ({ claimedBy }, { id }) =>
  claimedBy === undefined
    ? undefined
    : stuck(
        'NotOurs',
        `${id} is the cache of the CacheCluster ${claimedBy}, so Larder leaves it to that one: rename one of the two, or name another id in spec.adopt.id`,
      )

const notPolledYet: Check = ({ observed, poll, object }) => {
  const why = poll.failure === undefined ? undefined : `AWS can't be polled: ${poll.failure.message}`
  if (poll.blindMs >= staleMs && why !== undefined) {
    const since = object.status.lastCheckedTime
    return {
      is: 'blind',
      reason: poll.failure?.reason ?? 'UnknownError',
      message: `${why} Not looked at since ${since ?? 'the start'}`,
    }
  }
  if (observed.is !== 'unknown') return undefined
  return poll.failure === undefined
    ? wait('WaitingForAWS', 'waiting for a look at AWS')
    : { is: 'blocked', failure: { ...poll.failure, message: `AWS can't be polled: ${poll.failure.message}` } }
}

const readFailed: Check = ({ failure }) => (failure === undefined ? undefined : { is: 'blocked', failure })

const parametersRefused: Check = (_, { parameters }) =>
  parameters.is === 'refused' ? stuck('InvalidSpec', parameters.message) : undefined

const parametersUnknown: Check = ({ parameters, settable }, { group }) => {
  if (group.is !== 'own') return undefined
  const known =
    parameters.is === 'found'
      ? parameters.value
      : settable.is === 'found'
        ? { settable: settable.value, values: {} }
        : undefined
  const [name] = known === undefined ? [] : unsettable(group.values, known)
  return name === undefined
    ? undefined
    : stuck(
        'InvalidSpec',
        `spec.parameters.${name}: the family ${group.family} has no such parameter that can be set: remove it`,
      )
}

const tokenUnusable: Check = ({ object, token }) =>
  tokenNeeded(object.spec) && token.is === 'unusable' ? stuck('InvalidSpec', token.why) : undefined

/** A cache that keeps data and vanished is not made anew, empty, behind its users' backs. */
const lost: Check = (facts, { id, topology }) => {
  const { object, observed, live } = facts
  if (observed.is !== 'absent') return undefined
  if (live.is === 'found') return wait('WaitingForAWS', `${id} is there, but not in the last list of AWS`)
  if (object.status.arn === undefined || !topologies[topology].keepsData) return undefined
  const loss = lossOf(object)
  if (object.annotations[annotation.recreate] === loss) return undefined
  const fresh = facts.sinceWriteMs !== undefined && facts.sinceWriteMs < 30_000
  if (live.is === 'unread' || fresh) return wait('WaitingForAWS', `waiting for a look at ${id}`)
  return stuck(
    'Lost',
    `${id} was there and is gone from AWS, with its data. To have it made anew, empty: kubectl annotate cachecluster ${object.name} -n ${object.namespace} --overwrite ${annotation.recreate}=${loss}`,
  )
}

const notOurs: Check = ({ object, observed, tags }, { id }) => {
  if (observed.is !== 'seen' || tags.is !== 'found') return undefined
  switch (whose(object, observed.cache, tags.value)) {
    case 'ours':
    case 'former':
      return undefined
    case 'nobody':
      if (object.spec.adopt?.id === id) return undefined
      return stuck(
        'NotOurs',
        `${id} exists in AWS without owner tags, so Larder leaves it alone. To take it over: set spec.adopt.id to ${id}; else delete or rename one of the two`,
      )
    case 'otherCluster': {
      const uid = clusterInTags(tags.value)
      if (object.annotations[annotation.takeOver] === uid) return undefined
      return stuck(
        'NotOurs',
        `${id} exists in AWS and belongs to ${ownerInWords(tags.value)} with another uid (${uid}). If that Kubernetes cluster is gone, take it over: kubectl annotate cachecluster ${object.name} -n ${object.namespace} --overwrite ${annotation.takeOver}=${uid}; if it lives, give each cluster its own --cluster-name`,
      )
    }
    case 'other':
      return stuck('NotOurs', `${id} exists in AWS and belongs to ${ownerInWords(tags.value)}: rename one of the two`)
  }
}

const ownershipUnknown: Check = (facts) => {
  const { object, tags } = facts
  const cache = cacheOf(facts)
  if (cache === undefined || tags.is === 'found' || knownOurs(object, cache)) return undefined
  const { id, state, status } = cache
  if (state === 'deleting') return undefined
  if (state !== 'failed') return wait('WaitingForAWS', `waiting until AWS tells the tags of ${id}`)
  return stuck(
    'NotOurs',
    `AWS says ${status} of ${id} and tells no tags of it, so Larder can't know whose it is: delete it in AWS, and Larder makes it anew`,
  )
}

const parameterGroupNotOurs: Check = ({ object, parameters, parametersTags }) =>
  parameters.is === 'found' && parametersTags.is === 'found' && !isClusters(parametersTags.value, object)
    ? stuck(
        'NotOurs',
        `the parameter group ${parameters.value.name} exists in AWS and is not this cluster's by its tags, so Larder leaves it alone: delete it, or name it in spec.parameterGroupName`,
      )
    : undefined

const deletedByOthers: Check = (facts) => {
  const cache = cacheOf(facts)
  return cache?.state === 'deleting'
    ? wait('Deleting', `${cache.id} is being deleted in AWS, and not by Larder`)
    : undefined
}

const failed: Check = (facts) => {
  const cache = cacheOf(facts)
  return cache?.state === 'failed'
    ? stuck(
        'CreateFailed',
        `AWS says ${cache.status} of ${cache.id}${lastOf(facts.events)}. Delete the CacheCluster ${facts.object.name} to remove it, and create it again with another node type or other zones`,
      )
    : undefined
}

/** A cache that is taken over carries our mark before anybody is led there. */
const notMarked: Check = (facts, intent) => {
  const { object, tags } = facts
  const cache = cacheOf(facts)
  if (cache === undefined || tags.is !== 'found' || whose(object, cache, tags.value) === 'ours') return undefined
  return firstOf(remainingSteps(facts, intent, cache))
}

/** What can be known without a call comes before calls that make something. */
const takenBeforeCreate: Check = (facts) => (facts.observed.is === 'absent' ? secretTaken(facts) : undefined)

const tokenToStore: Check = (facts) => {
  const { object, token, secrets } = facts
  if (!tokenNeeded(object.spec) || token.is !== 'absent' || !tokenSecretOf(object).generated) return undefined
  if (secrets.token.is === 'foreign' || secrets.token.is === 'former') return secretTaken(facts)
  return { is: 'act', next: step({ do: 'StoreToken' }), later: [] }
}

/** A write that Kubernetes has just refused must not hold up what AWS could do meanwhile: it is said at the end. */
const refusedNow = ({ refused }: CacheFacts, next: PlannedAction): boolean => refused?.hash === stepHash(next)

const secretsBehind: Check = (facts, intent) => {
  const next = secretSteps(facts)
  const cache = cacheOf(facts)
  if (next === undefined || refusedNow(facts, next)) return undefined
  return { is: 'act', next, later: cache === undefined ? [] : remainingSteps(facts, intent, cache) }
}

const policyMissing: Check = (facts) => {
  const { object, policy, policyNames } = facts
  const name = object.spec.policyRef?.name
  if (name === undefined || policy.is === 'found') return undefined
  if (policy.is === 'unreadable')
    return stuck('InvalidSpec', `spec.policyRef: the CachePolicy ${name} can't be read: ${policy.why}`)
  const choice =
    policyNames.length === 0 ? 'there is none in this namespace' : `there are: ${policyNames.slice(0, 10).join(', ')}`
  const message = `spec.policyRef: there is no CachePolicy ${name} in ${object.namespace}; ${choice}. Create it, or correct the name`
  return waitOrAsk(facts.unreadyMs, 'WaitingForPolicy', message)
}

const tokenMissing: Check = (facts) => {
  const { object, token } = facts
  const { name, key, generated } = tokenSecretOf(object)
  if (!tokenNeeded(object.spec) || generated || token.is !== 'absent') return undefined
  const message = `spec.auth.token.secretRef: there is no Secret ${name} with the key ${key} in ${object.namespace}. Create it: kubectl create secret generic ${name} -n ${object.namespace} --from-literal=${key}=...`
  return waitOrAsk(facts.unreadyMs, 'WaitingForSecret', message)
}

/** Secrets that can't be read hold up what needs them, and nothing else. */
const secretsUnread: Check = ({ secretFailure }) =>
  secretFailure === undefined ? undefined : { is: 'blocked', failure: secretFailure }

const toCreate: Check = (facts, intent) => {
  if (facts.observed.is !== 'absent') return undefined
  const unreadable = secretsUnread(facts, intent)
  if (unreadable !== undefined) return unreadable
  const { adopt } = facts.object.spec
  // What is to be taken over is never made: a misspelt id would be an empty cache, or one in the place of somebody else's.
  if (adopt !== undefined && facts.object.status.arn === undefined) {
    return stuck(
      'DependencyNotFound',
      `spec.adopt.id: AWS has no cache ${adopt.id} of ${facts.object.spec.engine} in ${facts.object.region}: create another CacheCluster with the id of one that is there, or without spec.adopt to have one made`,
    )
  }
  const missing = policyMissing(facts, intent) ?? tokenMissing(facts, intent)
  if (missing !== undefined) return missing
  if (tokenNeeded(facts.object.spec) && facts.token.is !== 'present') {
    // Never without its token: a cache that is open for a moment is open.
    return { ...wait('WaitingForSecret', 'waiting until the Secret with the auth token is seen'), wakeMs: 5000 } as Plan
  }
  if (intent.group.is === 'familyMissing')
    return wait('WaitingForAWS', 'waiting until AWS tells its default engine version')
  return firstOf([...parameterGroupSteps(facts, intent), createStep(facts, intent)])
}

const moving: Check = (facts, intent) => {
  const cache = cacheOf(facts)
  if (cache === undefined || cache.state === 'available') return undefined
  const steps = remainingSteps(facts, intent, cache)
  const { reason, message } = progressOf(cache, facts.reconcilingMs)
  // A nightly snapshot changes nothing: with nothing left to do, the cache is as asked meanwhile.
  return reason === 'Snapshotting' && steps.length === 0 ? undefined : wait(reason, message, steps)
}

const fixedFieldsDiffer: Check = (facts, intent) => {
  const cache = cacheOf(facts)
  if (cache === undefined) return undefined
  const [first] = topologies[intent.topology].fixed(wishOf(facts, intent), cache)
  return first === undefined
    ? undefined
    : stuck(
        'ImmutableField',
        `${first.field} is ${first.want}, AWS has ${first.have}, and no call can change it: set it back, or create another CacheCluster`,
      )
}

const authImpossible: Check = (facts) => {
  const cache = cacheOf(facts)
  return cache?.is === 'group' && cache.authToken && !tokenNeeded(facts.object.spec)
    ? stuck(
        'NotSupported',
        'spec.auth.mode None: AWS can not take an auth token off a cache: set spec.auth.mode back to Token, or create another CacheCluster',
      )
    : undefined
}

const engineChangeUnversioned: Check = (facts) => {
  const { engine, engineVersion } = facts.object.spec
  const cache = cacheOf(facts)
  return cache !== undefined && cache.engine !== engine && engineVersion === undefined
    ? stuck('InvalidSpec', `spec.engineVersion: the upgrade to ${engine} needs a version, for instance 8.0`)
    : undefined
}

const toChange: Check = (facts, intent) => {
  const cache = cacheOf(facts)
  return cache === undefined ? undefined : firstOf(remainingSteps(facts, intent, cache))
}

const secretsRefused: Check = (facts) => {
  const next = secretSteps(facts)
  return next === undefined ? undefined : { is: 'act', next, later: [] }
}

const memberFailed: Check = (facts) => {
  const cache = cacheOf(facts)
  const [first, ...rest] = cache?.members.filter((member) => member.state === 'failed') ?? []
  if (cache === undefined || first === undefined) return undefined
  const others = rest.length === 0 ? '' : ` (and ${rest.length} more)`
  return stuck(
    'MemberFailed',
    `AWS says ${first.status} of the node ${first.id}${others}; ${cache.members.length - 1 - rest.length} of ${cache.members.length} nodes serve${lastOf(facts.events)}. Mend the network that it stands in, or lower the number of nodes and raise it again`,
  )
}

const waitsForReboot = ({ parametersInSync }: Member): boolean => parametersInSync === false

/** A reboot cuts connections and may lose what is not replicated, so it waits for a person's word, once for all nodes. */
const rebootPending: Check = (facts, intent) => {
  const { name, namespace, annotations, status } = facts.object
  const cache = cacheOf(facts)
  if (cache === undefined || cache.parametersInSync || cache.state !== 'available') return undefined
  if (cache.is === 'group' && cache.clusterMode !== 'Disabled' && cache.members.some(waitsForReboot)) {
    return stuck(
      'RebootPending',
      `parameters of ${cache.parameterGroupName ?? cache.id} take effect only after a reboot, and AWS reboots no node in cluster mode: set them back, or restore a backup into another CacheCluster with these parameters`,
    )
  }
  const [next, ...later] = topologies[intent.topology].reboots(cache)
  if (next === undefined) return undefined
  // Since when, so that a word that was given for this time is not good for the next one.
  const since = status.rebootPendingSince ?? facts.nowIso
  const hash = hashOf(['RebootNodes', cache.id, cache.parameterGroupName, since])
  if (annotations[annotation.approve] === hash) return { is: 'act', next, later, hash }
  return {
    is: 'stuck',
    reason: 'RebootPending',
    message: `parameters of ${cache.parameterGroupName ?? cache.id} take effect only after a reboot. To reboot the nodes now: kubectl annotate cachecluster ${name} -n ${namespace} --overwrite ${annotation.approve}=${hash}`,
    later: [next, ...later].map((planned) => ({ ...planned, when: 'OnApproval' as const })),
    hash,
  }
}

const zonesDiffer: Check = (facts) => {
  const zones = facts.object.spec.nodes.zones
  const stray = cacheOf(facts)?.members.find(
    ({ zone }) => zone !== undefined && zone !== 'Multiple' && zones?.includes(zone) === false,
  )
  return zones === undefined || stray === undefined
    ? undefined
    : stuck(
        'ImmutableField',
        `spec.nodes.zones: the node ${stray.id} stands in ${stray.zone}, and AWS moves no node: set the zones back, or lower and raise the number of nodes so that new ones stand where they should`,
      )
}

const formerSecrets: Check = (facts) => {
  const next = formerSecretsStep(facts)
  return next === undefined ? undefined : { is: 'act', next, later: [] }
}

/** In this order, since each check may rely on the ones before it having found nothing. */
export const checks: readonly Check[] = [
  identityChanged, // before anything is looked up under a name that may be wrong
  claimed, // nor under a name that is another object's
  notPolledYet, // nothing below means anything without a picture
  readFailed, // nor without what the next step needs
  parametersRefused,
  parametersUnknown,
  lost,
  notOurs, // nothing of a cache that isn't ours is read on
  ownershipUnknown,
  tokenUnusable, // nobody mends a token for a cache that isn't ours
  parameterGroupNotOurs,
  deletedByOthers,
  failed,
  notMarked, // no Secret leads to a cache before it is ours
  takenBeforeCreate, // costs nothing: before calls that make something
  tokenToStore, // a token is stored before AWS knows it
  secretsBehind, // workloads first: their Secrets before the next change
  toCreate,
  moving, // AWS takes no change now
  fixedFieldsDiffer,
  authImpossible,
  engineChangeUnversioned,
  toChange, // from here on: what is true beside the plan
  secretsUnread,
  secretTaken,
  secretsRefused,
  memberFailed, // after changes, since a change of count or network may be its cure
  rebootPending,
  zonesDiffer,
  policyMissing, // late: a missing policy holds up nothing that it has no say in
  tokenMissing,
  formerSecrets,
]
