import { type CacheClusterSpec } from '../crds/cache-cluster/spec.ts'
import { engines } from '../crds/cache-cluster/words.ts'
import { cacheClusterKind, type Kind } from '../crds/kind.ts'
import { keyOf } from '../kube/key.ts'
import type { KubeObject } from '../kube/port.ts'
import { type WatchClients, watch } from './watch-cache.ts'

/**
 * Objects of a list that is still coming in: their caches are looked at meanwhile, so that a start with thousands of them
 * waits once and not twice.
 */
export const listPageHandlerOf =
  (clients: WatchClients) =>
  (kind: Kind, objects: readonly KubeObject[]): void => {
    if (kind !== cacheClusterKind) return
    for (const { metadata, spec } of objects) {
      const { engine } = (spec ?? {}) as Partial<CacheClusterSpec>
      if (engine !== undefined && engines.includes(engine)) watch(clients, keyOf(metadata), engine)
    }
  }
