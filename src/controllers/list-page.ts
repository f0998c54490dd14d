import type { CacheClusterSpec } from '../crds/cache-cluster/spec.ts'
import type { CacheClusterStatus } from '../crds/cache-cluster/status.ts'
import { engines } from '../crds/cache-cluster/words.ts'
import { cacheClusterKind, type Kind } from '../crds/kind.ts'
import type { KubeObject } from '../kube/port.ts'
import { type WatchClients, watchCache } from './watch-cache.ts'

/**
 * Objects of a list that is still coming in: their caches are polled for meanwhile, so that a start with thousands of them
 * waits once and not twice.
 */
export const listPageHandlerOf =
  (clients: WatchClients & { readonly cluster: string }) =>
  (kind: Kind, objects: readonly KubeObject[]): void => {
    if (kind !== cacheClusterKind) return
    for (const { metadata, spec, status } of objects) {
      const { engine, adopt } = (spec ?? {}) as Partial<CacheClusterSpec>
      if (engine === undefined || !engines.includes(engine)) continue
      // Whose an id is that is merely named is told once all objects are known.
      if (adopt !== undefined) continue
      watchCache(clients, {
        cluster: clients.cluster,
        namespace: metadata.namespace ?? '',
        name: metadata.name,
        spec: spec as CacheClusterSpec,
        status: (status ?? {}) as CacheClusterStatus,
      })
    }
  }
