import type { CacheClusterSpec, CacheClusterStatus } from '../../crds/cache-cluster.ts'
import type { CachePolicySpec } from '../../crds/cache-policy.ts'
import type { Owner } from '../core/identity.ts'
import type { ObservedCache, ObservedEvent, ObservedParameters, Tags } from '../core/observed.ts'
import type { Failure } from '../core/outcome.ts'

/**
 * How a cache stands in the shared snapshot.
 * `unknown`: no snapshot has been taken yet, or the one at hand was begun before our own last write of this cache.
 */
export type Observed =
  | { readonly is: 'unknown' }
  | { readonly is: 'absent' }
  | { readonly is: 'seen'; readonly cache: ObservedCache }

/** What metadata tells of a Secret of ours. */
export interface SecretMeta {
  readonly contentHash: string | undefined
  readonly keys: readonly string[]
  readonly foreign: boolean
  readonly ownerUid: string | undefined
}

/**
 * The auth token's Secret. `unread`: not asked for. `version` changes when the token may have changed; the token itself
 * never enters the facts.
 */
export type TokenFact =
  | { readonly is: 'unread' }
  | { readonly is: 'absent' }
  | { readonly is: 'unusable'; readonly why: string }
  | { readonly is: 'present'; readonly version: string }

/** Something that is read by name: not read (yet), read and not there, or there. */
export type Found<T> =
  | { readonly is: 'unread' }
  | { readonly is: 'absent' }
  | { readonly is: 'found'; readonly value: T }
export const unread = { is: 'unread' } as const

/** The CacheCluster as this reconcile sees it. */
export interface CacheObject extends Owner {
  readonly generation: number
  readonly deleting: boolean
  readonly annotations: Readonly<Record<string, string>>
  readonly spec: CacheClusterSpec
  readonly status: CacheClusterStatus
}

/** All that one reconcile of a CacheCluster knows. Plain data: plan/ neither reads more nor changes it. */
export interface CacheFacts {
  /** The only clock: now as Kubernetes writes it (UTC, whole seconds). */
  readonly nowIso: string
  /** How long the object has been Reconciling. */
  readonly reconcilingMs: number
  readonly object: CacheObject
  readonly observed: Observed
  /** The same, asked for by id past the snapshot; read before deletes and before a cache is called lost. */
  readonly live: Found<ObservedCache>
  /** Since our own last write of this cache in this life of the operator. */
  readonly sinceWriteMs: number | undefined
  readonly tags: Found<Tags>
  readonly parameters: Found<ObservedParameters>
  readonly parametersTags: Found<Tags>
  /** Of the version that AWS takes by default; read only when the spec names none and nothing stands yet. */
  readonly defaultFamily: string | undefined
  readonly events: readonly ObservedEvent[]
  /** `unread` when the spec names no policy. */
  readonly policy: Found<CachePolicySpec>
  readonly token: TokenFact
  readonly bindingMeta: SecretMeta | undefined
  readonly envMeta: SecretMeta | undefined
  /** How often one plan has been carried out in a row for this generation, and the hash of that plan. */
  readonly repeats: number
  readonly repeatedPlan?: string | undefined
  /** A read that failed; the plan then waits or retries as the failure says. */
  readonly failure: Failure | undefined
}
