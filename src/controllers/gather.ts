import { cacheClusterSpec } from '../crds/cache-cluster/spec.ts'
import { type CacheClusterStatus } from '../crds/cache-cluster/status.ts'
import { cachePolicySpec } from '../crds/cache-policy.ts'
import { annotation, cacheClusterKind, cachePolicyKind } from '../crds/kind.ts'
import type { Key, KubeObject } from '../kube/port.ts'
import { type CacheFacts, type CacheObject, type Found, type TokenFact, unread } from '../plan/cache-cluster/facts.ts'
import { intentOf } from '../plan/cache-cluster/intent.ts'
import { readsOf } from '../plan/cache-cluster/reads.ts'
import { tokenNeeded, tokenPattern, tokenSecretOf } from '../plan/cache-cluster/token.ts'
import type { Failure, Read } from '../plan/core/outcome.ts'
import { secretNames } from '../plan/secrets/steps.ts'
import type { Clock } from '../time/clock.ts'
import type { Clients } from './clients.ts'
import { queueKey } from './key.ts'
import { watch } from './watch-cache.ts'

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

/** All reads of a reconcile: the object, what it refers to, and its cache. What can't be read becomes a fact. */
export const gather = async (clients: Clients, key: Key, source: KubeObject): Promise<Gathered | Unreadable> => {
  const parsed = cacheClusterSpec.safeParse(source.spec)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return { is: 'unreadable', message: `spec.${issue?.path.join('.')}: ${issue?.message}` }
  }
  const object = objectOf(clients, key, source, parsed.data)
  const { id, is } = watch(clients, key, object.spec.engine)
  const policy = policyOf(clients, object)
  const token = await tokenOf(clients, object)
  const remembered = queueKey(source.kind, key)
  const refresh = refreshDue(clients, object, remembered)
  if (refresh) clients.memory.forgetRepeats(remembered)
  const repeated = clients.memory.repeats(remembered, object.generation)
  const facts = {
    object,
    observed: clients.aws.observed(id),
    policy,
    token,
    nowIso: isoOf(clients.clock),
    reconcilingMs: reconcilingMs(object.status, clients.clock.wallMs()),
    sinceWriteMs: clients.aws.sinceWriteMs(id),
    repeats: repeated.count,
    repeatedPlan: repeated.planHash,
    ...metas(clients, object),
  }
  return { is: 'facts', facts: { ...facts, ...(await readAws(clients, facts, is, refresh)) } }
}

const objectOf = (clients: Clients, key: Key, source: KubeObject, spec: CacheObject['spec']): CacheObject => ({
  cluster: clients.cluster,
  namespace: key.namespace,
  name: key.name,
  uid: source.metadata.uid,
  generation: source.metadata.generation ?? 0,
  deleting: source.metadata.deletionTimestamp !== undefined,
  annotations: source.metadata.annotations ?? {},
  spec,
  status: (source.status ?? {}) as CacheClusterStatus,
})

const policyOf = (clients: Clients, object: CacheObject): CacheFacts['policy'] => {
  const name = object.spec.policyRef?.name
  if (name === undefined) return unread
  const found = clients.kube.read(cachePolicyKind, { namespace: object.namespace, name })
  const parsed = cachePolicySpec.safeParse(found?.spec)
  return parsed.success ? { is: 'found', value: parsed.data } : { is: 'absent' }
}

const metas = (clients: Clients, object: CacheObject) => {
  const names = secretNames(object)
  const of = (name: string) => clients.kube.secretMeta({ namespace: object.namespace, name })
  return { bindingMeta: of(names.binding), envMeta: of(names.env) }
}

/** Our own token is known by its Secret's version, without reading it; a referenced one is read, and checked. */
const tokenOf = async (clients: Clients, object: CacheObject): Promise<TokenFact> => {
  if (!tokenNeeded(object.spec)) return { is: 'unread' }
  const { name, key, generated } = tokenSecretOf(object.spec, object.name)
  const at = { namespace: object.namespace, name }
  const meta = clients.kube.secretMeta(at)
  if (generated && meta !== undefined) return { is: 'present', version: `${meta.uid}/${meta.resourceVersion}` }
  const secret = await clients.kube.readSecret(at)
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
const refreshDue = ({ memory }: Clients, { annotations, status }: CacheObject, key: string): boolean =>
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
  clients: Clients,
  facts: BeforeAws,
  is: 'group' | 'memcached',
  refresh: boolean,
): Promise<FromAws> => {
  const { aws, memory } = clients
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
    unversioned.familyMissing && facts.observed.is === 'absent' && !facts.object.deleting
      ? await tell(aws.readDefaultVersion(facts.object.spec.engine))
      : unread
  const defaultFamily = standard.is === 'found' ? standard.value.family : undefined
  const intent = intentOf({ ...facts, defaultFamily })
  const reads = readsOf(facts, intent, refresh)
  const groupName = parameterGroupToRead(facts.object, intent.ownGroup?.name)
  const live = reads.live ? await tell(aws.readCache(intent.id, is, { members: false })) : unread
  const cache = live.is === 'found' ? live.value : facts.observed.is === 'seen' ? facts.observed.cache : undefined
  // AWS tells the tags of an available cache only: asking earlier is an error.
  const tags = reads.tags && cache?.state === 'available' ? await tell(aws.readTags(cache.arn)) : unread
  const parameters = reads.parameters && groupName !== undefined ? await tell(aws.readParameters(groupName)) : unread
  const foreignParameters = parameters.is === 'found' && !facts.object.status.parameterGroup?.appliedHash
  const parametersTags =
    parameters.is === 'found' && (foreignParameters || facts.object.deleting)
      ? await tell(aws.readTags(parameters.value.arn))
      : unread
  const events = reads.events ? await tell(aws.readEvents(intent.id, is, 3_600_000)) : unread
  if (refresh && failure === undefined && facts.observed.is !== 'unknown') memory.fullReadDone(key)
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
