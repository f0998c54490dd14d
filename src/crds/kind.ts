/** A kind as the API server knows it. `namespaced: false` is cluster-scoped. */
export interface Kind {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
}

export const apiGroup = 'larder.dev'
export const version = 'v1alpha1'

const larder = (kind: string, plural: string): Kind => ({ group: apiGroup, version, kind, plural, namespaced: true })

export const cacheClusterKind = larder('CacheCluster', 'cacheclusters')
export const cachePolicyKind = larder('CachePolicy', 'cachepolicies')
export const secretKind: Kind = { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true }

/** Field manager of everything that Larder applies. */
export const fieldManager = 'larder'
/** Our finalizer: while it stands, AWS may hold something that we made. */
export const finalizer = 'larder.dev/cache'

export const label = {
  managedBy: 'app.kubernetes.io/managed-by',
} as const
export const managedByValue = 'larder'

export const annotation = {
  contentHash: 'larder.dev/content-hash',
  /** On Secrets: the uid and the `Kind/name` of the object that they belong to, for when somebody takes the owner reference off. */
  ownerUid: 'larder.dev/owner-uid',
  owner: 'larder.dev/owner',
  reconcileAt: 'larder.dev/reconcile-at',
  approve: 'larder.dev/approve',
  recreate: 'larder.dev/recreate',
  takeOver: 'larder.dev/take-over',
} as const
