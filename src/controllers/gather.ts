import { type CacheClusterStatus, cacheClusterSpec } from '../crds/cache-cluster.ts'
import { cachePolicySpec } from '../crds/cache-policy.ts'
import { annotation, cacheClusterKind, cachePolicyKind } from '../crds/kind.ts'
import type { Key, KubeObject } from '../kube/port.ts'
import type { Clock } from '../loop/clock.ts'
import { tokenNeeded, tokenPattern, tokenSecretOf } from '../plan/auth.ts'
import { type CacheFacts, type CacheObject, type Found, type TokenFact, unread } from '../plan/facts.ts'
import { intentOf } from '../plan/intent.ts'
import type { Failure, Read } from '../plan/outcome.ts'
import { readsOf } from '../plan/reads.ts'
import { secretNames } from '../plan/secret-steps.ts'
import { attend } from './attend.ts'
import type { Hands } from './hands.ts'
import { queueKey } from './key.ts'

/** A spec that the schema of this operator can't read: an object from another version of the CRD. */
export interface Unreadable {
  readonly is: 'unreadable'
  readonly message: string
}
export interface Gathered {
  readonly is: 'facts'
  readonly facts: CacheFacts
}

/** Now as Kubernetes writes it. */
export const isoOf = (clock: Clock): string => `${new Date(clock.wallMs()).toISOString().slice(0, 19)}Z`

/** All reads of a turn: the object, what it refers to, and its cache. What can't be read becomes a fact. */
export const gather = async (hands: Hands, key: Key, source: KubeObject): Promise<Gathered | Unreadable> => {
  const parsed = cacheClusterSpec.safeParse(source.spec)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return { is: 'unreadable', message: `spec.${issue?.path.join('.')}: ${issue?.message}` }
  }
  const object = objectOf(hands, key, source, parsed.data)
  const { id, is } = attend(hands, key, object.spec.engine)
  const policy = policyOf(hands, object)
  const token = await tokenOf(hands, object)
  const remembered = queueKey(source.kind, key)
  const refresh = refreshDue(hands, object, remembered)
  if (refresh) hands.memory.forgetRepeats(remembered)
  const repeated = hands.memory.repeats(remembered, object.generation)
  const facts = {
    object,
    sight: hands.aws.sight(id),
    policy,
    token,
    nowIso: isoOf(hands.clock),
    reconcilingMs: reconcilingMs(object.status, hands.clock.wallMs()),
    sinceWriteMs: hands.aws.sinceWriteMs(id),
    repeats: repeated.count,
    repeatedPlan: repeated.planHash,
    ...seals(hands, object),
  }
  return { is: 'facts', facts: { ...facts, ...(await readAws(hands, facts, is, refresh)) } }
}

const objectOf = (hands: Hands, key: Key, source: KubeObject, spec: CacheObject['spec']): CacheObject => ({
  cluster: hands.cluster,
  namespace: key.namespace,
  name: key.name,
  uid: source.metadata.uid,
  generation: source.metadata.generation ?? 0,
  deleting: source.metadata.deletionTimestamp !== undefined,
  annotations: source.metadata.annotations ?? {},
  spec,
  status: (source.status ?? {}) as CacheClusterStatus,
})

const policyOf = (hands: Hands, object: CacheObject): CacheFacts['policy'] => {
  const name = object.spec.policyRef?.name
  if (name === undefined) return unread
  const found = hands.kube.read(cachePolicyKind, { namespace: object.namespace, name })
  const parsed = cachePolicySpec.safeParse(found?.spec)
  return parsed.success ? { is: 'found', value: parsed.data } : { is: 'absent' }
}

const seals = (hands: Hands, object: CacheObject) => {
  const names = secretNames(object)
  const of = (name: string) => hands.kube.seal({ namespace: object.namespace, name })
  return { bindingSeal: of(names.binding), envSeal: of(names.env) }
}

/** Our own token is known by its Secret's version, without reading it; a referenced one is read, and checked. */
const tokenOf = async (hands: Hands, object: CacheObject): Promise<TokenFact> => {
  if (!tokenNeeded(object.spec)) return { is: 'unread' }
  const { name, key, generated } = tokenSecretOf(object.spec, object.name)
  const at = { namespace: object.namespace, name }
  const seal = hands.kube.seal(at)
  if (generated && seal !== undefined) return { is: 'present', version: `${seal.uid}/${seal.resourceVersion}` }
  const secret = await hands.kube.readSecret(at)
  const token = secret?.data[key]
  if (secret === undefined || token === undefined) return { is: 'absent' }
  if (!tokenPattern.test(token)) {
    const field = generated ? `Secret ${name}` : 'spec.auth.token.secretRef'
    return {
      is: 'unusable',
      why: `${field}: the value of ${key} is no auth token: it needs 16 to 128 characters, letters, digits and ! & # $ ^ < > - only`,
    }
  }
  return { is: 'present', version: secret.version }
}

/** The user, or the slow resync, asks for everything to be read again and for another try of what was given up. */
const refreshDue = ({ memory }: Hands, { annotations, status }: CacheObject, key: string): boolean =>
  memory.fullReadDue(key) || annotations[annotation.reconcileAt] !== status.lastHandledReconcileAt

const reconcilingMs = (status: CacheClusterStatus, nowMs: number): number => {
  const since = status.conditions?.find((condition) => condition.type === 'Reconciling')?.lastTransitionTime
  return since === undefined ? 0 : Math.max(0, nowMs - Date.parse(since))
}

type BeforeAws = Omit<
  CacheFacts,
  'live' | 'tags' | 'parameters' | 'parametersTags' | 'events' | 'defaultFamily' | 'failure'
>
type FromAws = Pick<
  CacheFacts,
  'live' | 'tags' | 'parameters' | 'parametersTags' | 'events' | 'defaultFamily' | 'failure'
>

/** The reads that plan/reads.ts asks for, in order; the first failure ends them and becomes a fact. */
const readAws = async (
  hands: Hands,
  facts: BeforeAws,
  is: 'group' | 'memcached',
  refresh: boolean,
): Promise<FromAws> => {
  const { aws, memory } = hands
  const key = queueKey(cacheClusterKind.kind, facts.object)
  let failure: Failure | undefined
  const tell = async <T>(read: Promise<Read<T | undefined>>): Promise<Found<T>> => {
    if (failure !== undefined) return unread
    const result = await read
    if (!result.ok) {
      failure = result.failure
      return unread
    }
    return result.value === undefined ? { is: 'absent' } : { is: 'found', value: result.value }
  }
  const unversioned = intentOf({ ...facts, defaultFamily: undefined })
  const standard =
    unversioned.familyMissing && facts.sight.is === 'absent' && !facts.object.deleting
      ? await tell(aws.lookDefaultVersion(facts.object.spec.engine))
      : unread
  const defaultFamily = standard.is === 'found' ? standard.value.family : undefined
  const intent = intentOf({ ...facts, defaultFamily })
  const reads = readsOf(facts, intent, refresh)
  const groupName = parameterGroupToRead(facts.object, intent.ownGroup?.name)
  const live = reads.live ? await tell(aws.lookCache(intent.id, is)) : unread
  const cache = live.is === 'found' ? live.value : facts.sight.is === 'seen' ? facts.sight.cache : undefined
  // AWS tells the tags of an available cache only: asking earlier is an error.
  const tags = reads.tags && cache?.state === 'available' ? await tell(aws.lookTags(cache.arn)) : unread
  const parameters = reads.parameters && groupName !== undefined ? await tell(aws.lookParameters(groupName)) : unread
  const foreignParameters = parameters.is === 'found' && !facts.object.status.parameterGroup?.appliedHash
  const parametersTags =
    parameters.is === 'found' && (foreignParameters || facts.object.deleting)
      ? await tell(aws.lookTags(parameters.value.arn))
      : unread
  const events = reads.events ? await tell(aws.lookEvents(intent.id, is, 3_600_000)) : unread
  if (refresh && failure === undefined && facts.sight.is !== 'unknown') memory.fullReadDone(key)
  return {
    live,
    tags,
    parameters,
    parametersTags,
    events: events.is === 'found' ? events.value : [],
    defaultFamily,
    failure,
  }
}

/** While deleting, the group that status recorded comes first: nothing else may say which family it was. */
const parameterGroupToRead = (object: CacheObject, intended: string | undefined): string | undefined => {
  const recorded = object.status.parameterGroup
  return object.deleting && recorded?.owned ? recorded.name : intended
}
