import type { Kind } from '../crds/kind.ts'

/** Names one object of a kind. `namespace` is '' for cluster-scoped kinds. */
export interface Key {
  readonly namespace: string
  readonly name: string
}

export interface ObjectMeta {
  readonly name: string
  readonly namespace?: string
  readonly uid: string
  readonly resourceVersion: string
  readonly generation?: number
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly finalizers?: readonly string[]
}

/** An object as JSON on the wire, unparsed: `spec` and `status` are the reader's to parse. */
export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
  readonly spec?: unknown
  readonly status?: unknown
}

/**
 * What metadata alone tells of a Secret of ours: enough to see that it was deleted, edited or is out of date, without
 * ever listing its contents. `keys` are the data keys that our field manager owns; `foreign` is true when another manager
 * owns a data key.
 */
export interface SecretMeta {
  readonly uid: string
  readonly resourceVersion: string
  readonly contentHash: string | undefined
  readonly keys: readonly string[]
  readonly foreign: boolean
  readonly ownerUid: string | undefined
}

/** A Secret as we want it. Values are plain text here; they are encoded at the wire. */
export interface SecretWanted {
  readonly key: Key
  readonly type: string
  readonly data: Readonly<Record<string, string>>
  readonly contentHash: string
  readonly owner: { readonly kind: Kind; readonly name: string; readonly uid: string }
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** A Secret's contents, read by name. `version` is uid and resourceVersion: equal versions mean equal contents. */
export interface SecretRead {
  readonly version: string
  readonly data: Readonly<Record<string, string>>
  readonly ownerUid: string | undefined
  readonly managed: boolean
}

export interface KubeEvent {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

/** Why a request to the API server failed, in the few kinds that change what we do next. */
export type KubeFailure =
  | { readonly is: 'notFound' }
  | { readonly is: 'conflict'; readonly message: string }
  | { readonly is: 'forbidden'; readonly message: string }
  | { readonly is: 'invalid'; readonly message: string }
  | { readonly is: 'transient'; readonly message: string; readonly retryAfterMs?: number }

/** The only error that crosses this port. Its message never holds a Secret's contents. */
export class KubeError extends Error {
  readonly failure: KubeFailure
  constructor(failure: KubeFailure) {
    super('message' in failure ? `${failure.is}: ${failure.message}` : failure.is)
    this.name = 'KubeError'
    this.failure = failure
  }
}

/** What is said to Kubernetes. Reads are from the reflectors' stores unless they say live. Every method may throw KubeError. */
export interface Kube {
  read(kind: Kind, key: Key): KubeObject | undefined
  list(kind: Kind): readonly KubeObject[]
  /** A GET past the store: for decisions that a stale view must not take. */
  live(kind: Kind, key: Key): Promise<KubeObject | undefined>
  /** False while the store hasn't seen our own last write of this object: whoever decides waits. */
  fresh(kind: Kind, key: Key): boolean
  meta(key: Key): SecretMeta | undefined
  readSecret(key: Key): Promise<SecretRead | undefined>
  /** Server-side apply under our field manager, forced; resolves to the version that stands afterwards. */
  applySecret(secret: SecretWanted): Promise<string>
  setFinalizer(kind: Kind, object: KubeObject, present: boolean): Promise<void>
  /** At most one write of the status subresource; none when `status` equals what the object has. */
  report(kind: Kind, object: KubeObject, status: object): Promise<void>
  /** Never throws, never blocks: an event that can't be written is dropped and counted. */
  emit(object: KubeObject, event: KubeEvent): void
}
