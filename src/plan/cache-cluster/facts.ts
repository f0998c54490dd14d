import type { CacheClusterSpec } from '../../crds/cache-cluster/spec.ts'
import type { CacheClusterStatus } from '../../crds/cache-cluster/status.ts'
import type { CachePolicySpec } from '../../crds/cache-policy.ts'
import type { Brakes } from '../core/brake.ts'
import type { Owner } from '../core/identity.ts'
import type { ObservedCache, ObservedEvent, ObservedParameters, Tags } from '../core/observed.ts'
import type { Failure } from '../core/outcome.ts'
import type { SecretFact } from '../secrets/ownership.ts'

/**
 * How a cache stands in the shared snapshot.
 * `unknown`: no poll has been made yet, or the one at hand was begun before our own last write of this cache.
 */
export type Observed =
  | { readonly is: 'unknown' }
  | { readonly is: 'absent' }
  | { readonly is: 'seen'; readonly cache: ObservedCache }

/**
 * The auth token's Secret. `unread`: not asked for. `version` names the token and changes only when the token does;
 * `secretVersion` is the Secret's own. The token itself never enters the facts.
 */
export type TokenFact =
  | { readonly is: 'unread' }
  | { readonly is: 'absent' }
  | { readonly is: 'unusable'; readonly why: string }
  | { readonly is: 'present'; readonly version: string; readonly secretVersion: string }

/** Something that is read by name: not read (yet), read and not there, or there. */
export type Found<T> =
  | { readonly is: 'unread' }
  | { readonly is: 'absent' }
  | { readonly is: 'found'; readonly value: T }
export const unread = { is: 'unread' } as const

export type PolicyFact = Found<CachePolicySpec> | { readonly is: 'unreadable'; readonly why: string }

/** The CacheCluster as this reconcile sees it. */
export interface CacheObject extends Owner {
  /** The region that the operator works in. */
  readonly region: string
  readonly generation: number
  readonly deleting: boolean
  readonly annotations: Readonly<Record<string, string>>
  readonly spec: CacheClusterSpec
  readonly status: CacheClusterStatus
}

/** How the polls of AWS go. */
export interface PollFact {
  /** Since the begin of the last good poll, or since the polls began when none was good. */
  readonly blindMs: number
  /** Why the last poll failed; undefined when it was good, or when there was none. */
  readonly failure: Failure | undefined
}

/** The Secrets that this object writes, by what they are for. */
export interface SecretFacts {
  readonly binding: SecretFact
  readonly env: SecretFact
  readonly token: SecretFact
  /** Another CacheCluster of the namespace that is older and means one of the same Secrets. */
  readonly rival: { readonly name: string; readonly secret: string } | undefined
  /** Former Secrets of this object that are still there. */
  readonly former: readonly string[]
}

/** A parameter group of Larder's that this cache no longer uses, and whose it is by its tags, read now. */
export interface Leftover {
  readonly name: string
  /** `lingering`: nodes of the cache that is gone hold it still. */
  readonly is: 'unread' | 'absent' | 'ours' | 'others' | 'lingering'
}

/** All that one reconcile of a CacheCluster knows. Plain data: plan/ neither reads more nor changes it. */
export interface CacheFacts extends Brakes {
  /** The only clock: milliseconds since 1970, and the same as Kubernetes writes it. */
  readonly nowMs: number
  readonly nowIso: string
  /** How long the object has been Reconciling, and how long it has not been Ready. */
  readonly reconcilingMs: number
  readonly unreadyMs: number
  /** How often lastCheckedTime may be written down while nothing else changes. */
  readonly checkedEveryMs: number
  readonly object: CacheObject
  readonly poll: PollFact
  readonly observed: Observed
  /** Another object of this Kubernetes cluster, whose cache has this id. */
  readonly claimedBy?: string | undefined
  /** The same, asked for by id past the snapshot; read before deletes and before a cache is called lost. */
  readonly live: Found<ObservedCache>
  /** Since our own last write of this cache in this life of the operator. */
  readonly sinceWriteMs: number | undefined
  readonly tags: Found<Tags>
  readonly parameters: Found<ObservedParameters>
  readonly parametersTags: Found<Tags>
  /** What the family lets one set, with defaults; read before a parameter group is made, so that none is made in vain. */
  readonly settable: Found<Readonly<Record<string, string>>>
  readonly leftover: Leftover | undefined
  /** Of the version that AWS takes by default; read only when the spec names none and nothing stands yet. */
  readonly defaultFamily: string | undefined
  readonly events: readonly ObservedEvent[]
  /** `unread` when the spec names no policy. */
  readonly policy: PolicyFact
  /** CachePolicies of the namespace, for whoever names one that isn't there. */
  readonly policyNames: readonly string[]
  readonly token: TokenFact
  readonly secrets: SecretFacts
  /** The value of larder.dev/reconcile-at that was answered by a look at AWS since. */
  readonly reconcileAnswered: string | undefined
  /** The account of the credentials; read only where a cache that was there is not found. */
  readonly account: Found<string>
  /** A Secret that could not be read, nor its metadata. */
  readonly secretFailure: Failure | undefined
  /** A read that the next step needs and that failed; the plan then waits or retries as the failure says. */
  readonly failure: Failure | undefined
}
