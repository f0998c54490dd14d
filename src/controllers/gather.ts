import type { CacheClusterSpec } from '../crds/cache-cluster/spec.ts'
import { cacheClusterKind, cachePolicyKind, secretKind } from '../crds/kind.ts'
import { textOf } from '../kube/key.ts'
import { type Key, KubeError, type KubeObject } from '../kube/port.ts'
import { claimedBy } from '../plan/cache-cluster/claims.ts'
import { type CacheFacts, type CacheObject, type Found, type Observed, unread } from '../plan/cache-cluster/facts.ts'
import {
  type AwsReads,
  askedToLook,
  type CacheInputs,
  cacheObjectOf,
  factsFrom,
  noReads,
  type TokenRead,
} from '../plan/cache-cluster/facts-from.ts'
import { type Intent, intentOf, recordedIdOf } from '../plan/cache-cluster/intent.ts'
import { readsOf, type Want } from '../plan/cache-cluster/reads.ts'
import { isClusters, parameterGroupArn } from '../plan/core/identity.ts'
import type { Failure, Read } from '../plan/core/outcome.ts'
import { pairNames, tokenNeeded, tokenSecretOf, writtenNames } from '../plan/secrets/names.ts'
import { type SecretMetadata, secretFactOf } from '../plan/secrets/ownership.ts'
import type { Clients } from './clients.ts'
import { idIndex, namespaceIndex, secretIndex } from './indexes.ts'
import { queueKey } from './key.ts'
import { kubernetesFailure } from './kubernetes-failure.ts'
import { watchCache } from './watch-cache.ts'

/** CHECKED is written down for all objects together about once a second, and for one at most every five minutes. */
const checkedLeastMs = 300_000
const checkedShareMs = 1000
/** How far back AWS is asked what happened to a cache. */
const eventsMs = 3_600_000

/** All reads of a reconcile: the object, what it refers to, and its cache. What can't be read becomes a fact. */
export const gatherCacheCluster = async (
  clients: Clients,
  key: Key,
  source: KubeObject,
  spec: CacheClusterSpec,
): Promise<CacheFacts> => {
  const { cluster, clusterUID, region, memory, clock, kube, aws } = clients
  const operator = { cluster, clusterUID, region }
  const object = cacheObjectOf({ operator, source, spec })
  const claimer = claimedBy(object, source, kube.by(cacheClusterKind, idIndex, recordedIdOf(object)))
  const id = claimer === undefined ? watchCache(clients, object) : recordedIdOf(object)
  const remembered = queueKey(source.kind, key)
  const look = lookAsked(clients, object, remembered)
  if (look.isNew) memory.forgetRepeats(remembered)
  const observed: Observed = claimer === undefined ? aws.observed(id) : { is: 'unknown' }
  const secrets = await readSecrets(clients, object, observed.is === 'unknown')
  const inputs: CacheInputs = {
    operator,
    source,
    spec,
    nowMs: clock.wallMs(),
    poll: { blindMs: aws.pollState().ageMs ?? clock.nowMs(), failure: aws.pollState().failure },
    observed,
    claimedBy: claimer,
    sinceWriteMs: aws.sinceWriteMs(id),
    repeats: memory.repeats(remembered),
    refused: memory.refused(remembered),
    checkedEveryMs: Math.max(checkedLeastMs, kube.list(cacheClusterKind).length * checkedShareMs),
    reconcileAnswered: look.answered,
    secretFailure: secrets.failure,
    ...policyInputs(clients, object),
    ...secrets.inputs,
  }
  const refresh = look.isNew || memory.refreshDue(remembered)
  const wish = { refresh, fresh: look.isNew }
  const reads = await readAws(clients, factsFrom(inputs, noReads), wish)
  if (refresh && reads.failure === undefined && observed.is !== 'unknown') memory.refreshed(remembered)
  return factsFrom(inputs, reads)
}

/** larder.dev/reconcile-at is answered by a poll that was begun after it was seen. */
const lookAsked = ({ memory, aws, clock, pollSoon }: Clients, object: CacheObject, remembered: string) => {
  const value = askedToLook(object)
  if (value === undefined) return { isNew: false, answered: undefined }
  const { isNew, sinceMs } = memory.askedSince(remembered, value)
  if (isNew) pollSoon()
  const { ageMs } = aws.pollState()
  const polledMs = ageMs === undefined ? undefined : clock.nowMs() - ageMs
  return { isNew, answered: polledMs !== undefined && polledMs >= sinceMs ? value : undefined }
}

const policyInputs = ({ kube }: Clients, { namespace, spec }: CacheObject) => {
  const name = spec.policyRef?.name
  const policy = name === undefined ? undefined : kube.read(cachePolicyKind, { namespace, name })
  const missing = name !== undefined && policy === undefined
  const policyNames = missing
    ? kube
        .by(cachePolicyKind, namespaceIndex, namespace)
        .map(({ metadata }) => metadata.name)
        .sort()
    : []
  return { policy: policy?.spec, policyNames }
}

type SecretInputs = Pick<CacheInputs, 'secretMeta' | 'neighbours' | 'token' | 'publishedToken'>

/**
 * Our own Secrets are known by their metadata from the store. A name under which none of ours stands is asked for past it, so
 * that somebody else's is seen before anything is made; and while all stand, nobody else needs to be looked at.
 */
const readSecrets = async (
  { kube }: Clients,
  object: CacheObject,
  blind: boolean,
): Promise<{ readonly inputs: SecretInputs; readonly failure: Failure | undefined }> => {
  const { namespace, name, uid } = object
  const owner = { kind: cacheClusterKind.kind, name, uid }
  const metas = new Map<string, SecretMetadata | undefined | 'unread'>()
  const isOurs = (meta: SecretMetadata | undefined | 'unread') =>
    meta !== 'unread' && secretFactOf(meta, owner).is === 'ours'
  let failure: Failure | undefined
  const attempt = async <T>(what: string, read: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof KubeError)) throw error
      failure ??= kubernetesFailure(error, what)
      return undefined
    }
  }
  for (const secret of new Set([...writtenNames(object), ...(object.status.published?.names ?? [])])) {
    const at = { namespace, name: secret }
    // Until our own last write is seen again, nothing can be told of it.
    metas.set(secret, kube.fresh(secretKind, at) ? kube.secretMeta(at) : 'unread')
  }
  const missing = writtenNames(object).filter((secret) => metas.get(secret) !== 'unread' && !isOurs(metas.get(secret)))
  const tokenName = tokenSecretOf(object).name
  for (const secret of object.deleting || blind ? [] : missing) {
    metas.set(secret, 'unread')
    await attempt(`reading the Secret ${secret}`, async () => {
      metas.set(secret, await kube.readSecretMeta({ namespace, name: secret }))
    })
  }
  const needed = tokenNeeded(object.spec) && !object.deleting
  const token = needed
    ? await readToken({ object, meta: metas.get(tokenName), isOurs, attempt, kube })
    : ({ is: 'unread' } as const)
  const { binding } = pairNames(object)
  const compare = token.is === 'read' && isOurs(metas.get(binding))
  const published = compare
    ? await attempt(`reading the Secret ${binding}`, () => kube.readSecret({ namespace, name: binding }))
    : undefined
  return {
    inputs: {
      secretMeta: (secret) => (metas.has(secret) ? metas.get(secret) : 'unread'),
      neighbours: missing.flatMap((secret) =>
        kube.by(cacheClusterKind, secretIndex, textOf({ namespace, name: secret })),
      ),
      token,
      publishedToken: published?.data.password,
    },
    failure,
  }
}

/** The token's Secret is read when its version isn't the one that is known; a generated one only when it is ours. */
const readToken = async ({
  object,
  meta,
  isOurs,
  attempt,
  kube,
}: {
  readonly object: CacheObject
  readonly meta: SecretMetadata | undefined | 'unread'
  readonly isOurs: (meta: SecretMetadata | undefined | 'unread') => boolean
  readonly attempt: <T>(what: string, read: () => Promise<T>) => Promise<T | undefined>
  readonly kube: Clients['kube']
}): Promise<TokenRead> => {
  const { name, key, generated } = tokenSecretOf(object)
  if (generated && !isOurs(meta)) return meta === 'unread' ? { is: 'unread' } : { is: 'absent' }
  const seen = object.status.authToken?.seen
  if (generated && meta !== undefined && meta !== 'unread' && seen === `${meta.uid}/${meta.resourceVersion}`) {
    return { is: 'same' }
  }
  let failed = true
  const secret = await attempt(`spec.auth.token.secretRef: reading the Secret ${name}`, async () => {
    const read = await kube.readSecret({ namespace: object.namespace, name })
    failed = false
    return read
  })
  if (failed) return { is: 'unread' }
  if (secret === undefined) return { is: 'absent' }
  return secret.version === seen
    ? { is: 'same' }
    : { is: 'read', secretVersion: secret.version, value: secret.data[key] }
}

/** The reads that plan/cache-cluster/reads.ts asks for, in order. Only the failure of a needed one is in the way. */
const readAws = async (
  { aws }: Clients,
  facts: CacheFacts,
  { refresh, fresh }: { readonly refresh: boolean; readonly fresh: boolean },
): Promise<AwsReads> => {
  let failure: Failure | undefined
  const tell = async <T>(want: Want, read: () => Promise<Read<T | undefined>>): Promise<Found<T>> => {
    if (want === 'no' || failure !== undefined) return unread
    const result = await read()
    if (result.ok) return result.value === undefined ? { is: 'absent' } : { is: 'found', value: result.value }
    if (want === 'needed') failure = result.failure
    return unread
  }
  const { object, observed } = facts
  const unversioned = intentOf(facts)
  const familyMissing = unversioned.group.is === 'familyMissing' && observed.is === 'absent' && !object.deleting
  const standard = await tell(familyMissing ? 'needed' : 'no', () => aws.readDefaultVersion(object.spec.engine))
  const defaultFamily = standard.is === 'found' ? standard.value.family : undefined
  const intent = intentOf({ ...facts, defaultFamily })
  const wants = readsOf(facts, intent, refresh, aws.parameterGroupUsers)
  const account = await tell(wants.account, () => aws.readAccount())
  const live = await tell(wants.live, () => aws.readCache(intent.id, intent.topology, { members: false }))
  const cache = live.is === 'found' ? live.value : observed.is === 'seen' ? observed.cache : undefined
  // AWS tells the tags of an available cache only: asking earlier is an error.
  const asked = cache?.state === 'available' ? wants.tags : 'no'
  const tags = await tell(asked, () => aws.readTags(cache?.arn ?? ''))
  const { parameters, parametersTags, settable } = await readParameters(aws, intent, wants.parameters, fresh, tell)
  const leftover =
    wants.lingering === undefined
      ? await readLeftover(aws, object, wants.leftover, tell)
      : ({ name: wants.lingering, is: 'lingering' } as const)
  const events = await tell(wants.events, () => aws.readEvents(intent.id, intent.topology, eventsMs))
  return {
    live,
    tags,
    parameters,
    parametersTags,
    settable,
    account,
    leftover,
    events: events.is === 'found' ? events.value : [],
    defaultFamily,
    failure,
  }
}

type Tell = <T>(want: Want, read: () => Promise<Read<T | undefined>>) => Promise<Found<T>>

const readParameters = async (aws: Clients['aws'], { group }: Intent, want: Want, fresh: boolean, tell: Tell) => {
  if (group.is !== 'own') return { parameters: unread, parametersTags: unread, settable: unread }
  const parameters = await tell(want, () => aws.readParameters(group.name, { fresh }))
  if (parameters.is === 'unread') return { parameters, parametersTags: unread, settable: unread }
  // Asked before a group is made: one with a value that nobody can set would be made in vain.
  if (parameters.is === 'absent') {
    return { parameters, parametersTags: unread, settable: await tell('needed', () => aws.readSettable(group.family)) }
  }
  const parametersTags = await tell(want, () => aws.readTags(parameters.value.arn))
  return { parameters, parametersTags, settable: unread }
}

const readLeftover = async (
  aws: Clients['aws'],
  object: CacheObject,
  name: string | undefined,
  tell: Tell,
): Promise<CacheFacts['leftover']> => {
  if (name === undefined) return undefined
  const group = await leftoverArn(aws, object, name, tell)
  if (group.is !== 'found') return { name, is: group.is }
  const tags = await tell(object.deleting ? 'needed' : 'refresh', () => aws.readTags(group.value))
  if (tags.is === 'unread') return { name, is: 'unread' }
  if (tags.is === 'absent') return { name, is: 'absent' }
  return { name, is: isClusters(tags.value, object) ? 'ours' : 'others' }
}

/** Beside a cache whose ARN is known, the group's follows from it; where no cache ever came to be, AWS tells it. */
const leftoverArn = async (
  aws: Clients['aws'],
  object: CacheObject,
  name: string,
  tell: Tell,
): Promise<Found<string>> => {
  const { arn } = object.status
  if (arn !== undefined) return { is: 'found', value: parameterGroupArn(arn, name) }
  const group = await tell(object.deleting ? 'needed' : 'refresh', () => aws.readParameters(name))
  return group.is === 'found' ? { is: 'found', value: group.value.arn } : group
}
