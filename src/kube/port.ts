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

/** An object that another one belongs to, as its reference names it. */
export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
}

/**
 * What metadata alone tells of a Secret: whose it is, whether it was deleted, edited or is out of date, without its contents
 * ever crossing the wire. `keys` are the data keys that our field manager owns; `foreign` is true when another manager
 * owns a data key.
 */
export interface SecretMeta {
  readonly uid: string
  readonly resourceVersion: string
  readonly contentHash: string | undefined
  readonly keys: readonly string[]
  readonly foreign: boolean
  /** It carries our managed-by label. */
  readonly labelled: boolean
  /** The uid of the reference that controls it. */
  readonly ownerUid: string | undefined
  readonly owner?: OwnerReference
  /** Our own record of the owner's uid: it is still there when somebody took the reference off. Empty: kept without an owner. */
  readonly annotatedOwnerUid: string | undefined
  readonly deleting: boolean
}

/** A Secret as we want it. Values are plain text here; they are encoded at the wire. */
export interface SecretWanted {
  readonly key: Key
  readonly type: string
  readonly data: Readonly<Record<string, string>>
  readonly contentHash: string
  /** Undefined: it is to outlive the object that it was made for, so it gets no owner reference and an empty record of its owner. */
  readonly owner: { readonly kind: Kind; readonly name: string; readonly uid: string } | undefined
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** A Secret's contents, read by name. `version` is uid and resourceVersion: equal versions mean equal contents. */
export interface SecretRead {
  readonly version: string
  readonly data: Readonly<Record<string, string>>
  readonly meta: SecretMeta
}

export interface KubeEvent {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

/** What the API server said, where it said something. */
interface Said {
  /** The HTTP status; undefined when no answer came. */
  readonly status?: number
  /** The server's word for it, such as AlreadyExists. */
  readonly reason?: string
  /** The server's own sentence, for people. Undefined where there is none, or where it quotes what may not be shown. */
  readonly words?: string
}

/** Why a request to the API server failed, in the few kinds that change what we do next. `message` is for the log. */
export type KubeFailure = Said &
  (
    | { readonly is: 'notFound' }
    | { readonly is: 'conflict'; readonly message: string }
    | { readonly is: 'forbidden'; readonly message: string }
    | { readonly is: 'invalid'; readonly message: string }
    | { readonly is: 'transient'; readonly message: string; readonly retryAfterMs?: number }
  )

/** The only error that crosses this port. Its message never holds a Secret's contents. */
export class KubeError extends Error {
  readonly failure: KubeFailure
  constructor(failure: KubeFailure) {
    const said = 'message' in failure ? failure.message : failure.words
    super(said === undefined ? failure.is : `${failure.is}: ${said}`)
    this.name = 'KubeError'
    this.failure = failure
  }
}

/** What is said to Kubernetes. Reads are from the reflectors' stores unless they say live. Every method may throw KubeError. */
export interface Kube {
  read(kind: Kind, key: Key): KubeObject | undefined
  list(kind: Kind): readonly KubeObject[]
  /** The objects of which the index says `value`, such as `namespace/name` of what they refer to. Costs nothing for the others. */
  by(kind: Kind, index: string, value: string): readonly KubeObject[]
  /** A GET past the store: for decisions that a stale view must not take. */
  live(kind: Kind, key: Key): Promise<KubeObject | undefined>
  /** False while the store hasn't seen our own last write of this object: whoever decides waits. */
  fresh(kind: Kind, key: Key): boolean
  /** From the store, which holds what carries our label and nothing else. */
  secretMeta(key: Key): SecretMeta | undefined
  /** Any Secret, past the store, metadata only: for telling whose a name is. */
  readSecretMeta(key: Key): Promise<SecretMeta | undefined>
  /** Any Secret, past the store, with its contents: for the few that hold a token. */
  readSecret(key: Key): Promise<SecretRead | undefined>
  /**
   * Writes a Secret under our field manager, by force, and resolves to the version that stands afterwards. `standing` is the uid of the
   * Secret that the caller saw under this name, undefined when it saw none: if anything else stands there by now, this is a
   * conflict and nothing is written.
   */
  applySecret(secret: SecretWanted, standing: string | undefined): Promise<string>
  /** Deletes the Secret of that uid: a conflict when another has the name, nothing to do when there is none. */
  deleteSecret(key: Key, uid: string): Promise<void>
  setFinalizer(kind: Kind, object: KubeObject, present: boolean): Promise<void>
  /** At most one write of the status subresource; none when `status` equals what the object has. */
  report(kind: Kind, object: KubeObject, status: object): Promise<void>
  /** Never throws, never blocks: an event that can't be written is dropped and counted. */
  emit(object: KubeObject, event: KubeEvent): void
}
