/** What metadata tell of a Secret: enough to know whose it is and whether it is current, without reading its contents. */
export interface SecretMetadata {
  readonly uid: string
  readonly resourceVersion: string
  readonly contentHash: string | undefined
  /** Data keys that our field manager owns. */
  readonly keys: readonly string[]
  /** Whether another manager owns a data key. */
  readonly foreign: boolean
  /** Whether it carries our label. */
  readonly labelled: boolean
  /** The controller among its owner references. */
  readonly owner?: { readonly kind: string; readonly name: string; readonly uid: string } | undefined
  /** The owner by our own annotation, which stays when somebody takes the reference off. */
  readonly annotatedOwnerUid: string | undefined
  readonly deleting: boolean
}

/**
 * A Secret of a name that we mean to write. `former`: of an object of our name that is gone; Kubernetes is collecting it.
 * `foreign`: somebody's, told in words; never read for its value, never written, never deleted.
 */
export type SecretFact =
  | { readonly is: 'unread' }
  | { readonly is: 'absent' }
  | { readonly is: 'ours'; readonly meta: SecretMetadata }
  | { readonly is: 'former' }
  | { readonly is: 'foreign'; readonly whose: string }

/** The one rule: ours is what says so itself, by our label and the uid of our object. */
export const secretFactOf = (
  meta: SecretMetadata | undefined,
  object: { readonly kind: string; readonly name: string; readonly uid: string },
): SecretFact => {
  if (meta === undefined) return { is: 'absent' }
  const { labelled, owner, annotatedOwnerUid } = meta
  const ours = owner === undefined ? annotatedOwnerUid === object.uid : owner.uid === object.uid
  if (labelled && ours) return meta.deleting ? { is: 'former' } : { is: 'ours', meta }
  if (owner !== undefined && owner.kind === object.kind && owner.name === object.name) return { is: 'former' }
  return { is: 'foreign', whose: whoseWords(meta) }
}

const whoseWords = ({ owner, labelled, annotatedOwnerUid }: SecretMetadata): string => {
  if (owner !== undefined) return `belongs to the ${owner.kind} ${owner.name}`
  return labelled && annotatedOwnerUid !== undefined
    ? 'was kept from a CacheCluster that is gone'
    : "exists and is not Larder's"
}
