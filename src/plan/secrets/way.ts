import type { CacheClusterSpec } from '../../crds/cache-cluster/spec.ts'
import type { ObservedCache } from '../core/observed.ts'

/** How clients are to connect. */
export interface Way {
  readonly tls: boolean
  readonly sharded: boolean
}

/**
 * The way that the Secrets tell. Where both ways are good (TLS Preferred, cluster mode Compatible), they say the one that is
 * wanted in the end, so that workloads follow before the other one ends.
 */
export const wayTo = (cache: ObservedCache, { encryption, nodes }: CacheClusterSpec): Way => ({
  tls: cache.inTransit === 'Preferred' ? encryption?.inTransit !== 'Disabled' : cache.inTransit === 'Required',
  sharded:
    cache.is === 'group' &&
    (cache.clusterMode === 'Enabled' || (cache.clusterMode === 'Compatible' && nodes.clusterMode === 'Enabled')),
})
