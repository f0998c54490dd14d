import type { CacheClusterSpec } from '../../crds/cache-cluster/spec.ts'
import type { CacheClusterStatus } from '../../crds/cache-cluster/status.ts'
import { cachePolicySpec } from '../../crds/cache-policy.ts'
import type { ConditionType } from '../../crds/conditions.ts'
import { annotation } from '../../crds/kind.ts'
import { isoOfMs, msOfIso } from '../core/time.ts'
import { pairNames, tokenNeeded, tokenSecretOf, writtenNames } from '../secrets/names.ts'
import { type SecretFact, type SecretMetadata, secretFactOf } from '../secrets/ownership.ts'
import {
  type CacheFacts,
  type CacheObject,
  type PolicyFact,
  type SecretFacts,
  type TokenFact,
  unread,
} from './facts.ts'
import { tokenPattern } from './token.ts'

/** An object as the API server tells it. */
export interface Source {
  readonly metadata: {
    readonly name: string
    readonly namespace?: string | undefined
    readonly uid: string
    readonly generation?: number | undefined
    readonly creationTimestamp?: string | undefined
    readonly deletionTimestamp?: string | undefined
    readonly annotations?: Readonly<Record<string, string>> | undefined
  }
  readonly spec?: unknown
  readonly status?: unknown
}

/** A read of the token's Secret: its value is looked at here and goes no further. */
export type TokenRead =
  | { readonly is: 'unread' }
  | { readonly is: 'absent' }
  | { readonly is: 'read'; readonly secretVersion: string; readonly value: string | undefined }
  /** The Secret is the very version that is known already. */
  | { readonly is: 'same' }

/** Everything that was fetched from Kubernetes, the clock and memory: facts are made of it without asking anybody. */
export interface CacheInputs
  extends Pick<
    CacheFacts,
    | 'nowMs'
    | 'poll'
    | 'observed'
    | 'claimedBy'
    | 'sinceWriteMs'
    | 'repeats'
    | 'refused'
    | 'checkedEveryMs'
    | 'policyNames'
    | 'reconcileAnswered'
    | 'secretFailure'
  > {
  readonly operator: { readonly cluster: string; readonly clusterUID: string; readonly region: string }
  readonly source: Source
  readonly spec: CacheClusterSpec
  /** The spec of the CachePolicy that the object names; undefined when there is none. */
  readonly policy: unknown
  readonly secretMeta: (name: string) => SecretMetadata | undefined | 'unread'
  /** CacheClusters of the namespace, for telling who means the same Secrets: all that may, where somebody needs to know. */
  readonly neighbours: readonly Source[] | undefined
  readonly token: TokenRead
  /** What the binding Secret of ours holds as password. */
  readonly publishedToken: string | undefined
}

/** What was read from AWS for this reconcile. */
export type AwsReads = Pick<
  CacheFacts,
  | 'live'
  | 'tags'
  | 'parameters'
  | 'parametersTags'
  | 'settable'
  | 'account'
  | 'leftover'
  | 'events'
  | 'defaultFamily'
  | 'failure'
>

export const noReads: AwsReads = {
  live: unread,
  tags: unread,
  parameters: unread,
  parametersTags: unread,
  settable: unread,
  account: unread,
  leftover: undefined,
  events: [],
  defaultFamily: undefined,
  failure: undefined,
}

export const factsFrom = (inputs: CacheInputs, reads: AwsReads): CacheFacts => {
  const { nowMs, poll, observed, claimedBy, sinceWriteMs, repeats, refused, checkedEveryMs, policyNames } = inputs
  const object = cacheObjectOf(inputs)
  return {
    nowMs,
    nowIso: isoOfMs(nowMs),
    reconcilingMs: sinceMs(object.status, 'Reconciling', 'True', nowMs),
    unreadyMs: sinceMs(object.status, 'Ready', 'False', nowMs),
    checkedEveryMs,
    object,
    poll,
    observed,
    claimedBy,
    sinceWriteMs,
    repeats,
    refused,
    policy: policyFact(object, inputs.policy),
    policyNames,
    token: tokenFact(object, inputs),
    secrets: secretFacts(object, inputs),
    reconcileAnswered: inputs.reconcileAnswered,
    secretFailure: inputs.secretFailure,
    ...reads,
  }
}

export const cacheObjectOf = ({
  operator,
  source: { metadata, status },
  spec,
}: Pick<CacheInputs, 'operator' | 'source' | 'spec'>): CacheObject => ({
  ...operator,
  namespace: metadata.namespace ?? '',
  name: metadata.name,
  uid: metadata.uid,
  generation: metadata.generation ?? 0,
  deleting: metadata.deletionTimestamp !== undefined,
  annotations: metadata.annotations ?? {},
  spec,
  status: readableStatus((status ?? {}) as CacheClusterStatus),
})

/** A record of the token in a form that this operator doesn't write says nothing: what AWS has is found out again. */
const readableStatus = (status: CacheClusterStatus): CacheClusterStatus => {
  if (status.authToken === undefined || status.authToken.phase !== undefined) return status
  const { authToken: _, ...rest } = status
  return rest
}

/** How long a condition has stood at this status; 0 when it doesn't. */
const sinceMs = (
  { conditions }: CacheClusterStatus,
  type: ConditionType,
  status: 'True' | 'False',
  nowMs: number,
): number => {
  const found = conditions?.find((condition) => condition.type === type && condition.status === status)
  const thenMs = found === undefined ? undefined : msOfIso(found.lastTransitionTime)
  return thenMs === undefined ? 0 : Math.max(0, nowMs - thenMs)
}

const policyFact = ({ spec }: CacheObject, found: unknown): PolicyFact => {
  if (spec.policyRef === undefined) return unread
  if (found === undefined) return { is: 'absent' }
  const parsed = cachePolicySpec.safeParse(found)
  if (parsed.success) return { is: 'found', value: parsed.data }
  const [issue] = parsed.error.issues
  return { is: 'unreadable', why: `spec.${issue?.path.join('.')}: ${issue?.message}` }
}

/** A token is told by its value, not by the version of its Secret: a changed annotation is no new token. */
const tokenFact = ({ spec, name, status }: CacheObject, { token, publishedToken }: CacheInputs): TokenFact => {
  const { name: secretName, key, generated } = tokenSecretOf({ spec, name })
  const { authToken, authTokenCall, published } = status
  switch (token.is) {
    case 'unread':
    case 'absent':
      return token
    case 'same':
      return authToken === undefined
        ? unread
        : { is: 'present', version: authToken.version, secretVersion: authToken.seen }
    case 'read': {
      const { value, secretVersion } = token
      if (value === undefined || (generated && value === '')) return { is: 'absent' }
      if (!tokenPattern.test(value)) {
        const field = generated ? `spec.auth: the Secret ${secretName}` : 'spec.auth.token.secretRef'
        const why = `${field}: the value of ${key} is no auth token: it needs 16 to 128 characters, letters, digits and ! & # $ ^ < > - only`
        return { is: 'unusable', why }
      }
      // The very version that a call named is that token, also when the Secrets were written and status could not be.
      const named = [authToken?.version, authTokenCall?.call.split(' ')[1]].includes(secretVersion)
      const same = !named && publishedToken === value ? published?.token : undefined
      return { is: 'present', version: same ?? secretVersion, secretVersion }
    }
  }
}

const secretFacts = (object: CacheObject, { secretMeta, neighbours, source }: CacheInputs): SecretFacts => {
  const names = pairNames(object)
  const token = tokenSecretOf(object)
  const owner = { kind: 'CacheCluster', name: object.name, uid: object.uid }
  const fact = (name: string): SecretFact => {
    const meta = secretMeta(name)
    return meta === 'unread' ? { is: 'unread' } : secretFactOf(meta, owner)
  }
  const meant = writtenNames(object)
  const referenced = tokenNeeded(object.spec) && !token.generated ? [token.name] : []
  const former = (object.status.published?.names ?? []).filter(
    (name) => !meant.includes(name) && !referenced.includes(name) && fact(name).is === 'ours',
  )
  return {
    binding: fact(names.binding),
    env: fact(names.env),
    token: token.generated ? fact(token.name) : { is: 'unread' },
    rival: rivalOf(object, meant, source, neighbours ?? []),
    former,
  }
}

/** The oldest other CacheCluster that means one of the same Secrets: names derived from each other meet here too. */
const rivalOf = (object: CacheObject, meant: readonly string[], source: Source, neighbours: readonly Source[]) => {
  const age = ({ metadata }: Source) => `${metadata.creationTimestamp ?? ''}/${metadata.uid}`
  const rivals = neighbours
    .filter((other) => other.metadata.uid !== object.uid && age(other) < age(source))
    .toSorted((a, b) => (age(a) < age(b) ? -1 : 1))
  for (const { metadata, spec } of rivals) {
    const named = { name: metadata.name, spec: (spec ?? {}) as CacheClusterSpec }
    const secret = writtenNames(named).find((name) => meant.includes(name))
    if (secret !== undefined) return { name: metadata.name, secret }
  }
  return undefined
}

/** Whether the user asked for another look with larder.dev/reconcile-at, and has not been answered. */
export const askedToLook = ({ annotations, status }: CacheObject): string | undefined => {
  const value = annotations[annotation.reconcileAt]
  return value !== undefined && value !== status.lastHandledReconcileAt ? value : undefined
}
