import type { CachePolicySpec, CachePolicyStatus } from '../../crds/cache-policy.ts'
import type { Engine } from '../core/observed.ts'

/** All that one reconcile of a CachePolicy knows. */
export interface PolicyFacts {
  readonly nowIso: string
  readonly generation: number
  readonly deleting: boolean
  readonly spec: CachePolicySpec
  readonly status: CachePolicyStatus
  readonly reconcileAt: string | undefined
  /** CacheClusters of the namespace that name this policy. */
  readonly caches: readonly { readonly name: string; readonly engine: Engine }[]
}
