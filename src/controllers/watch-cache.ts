import { cacheClusterKind } from '../crds/kind.ts'
import type { CacheObject } from '../plan/cache-cluster/facts.ts'
import { recordedIdOf } from '../plan/cache-cluster/intent.ts'
import { topologyOf } from '../plan/core/identity.ts'
import type { Clients } from './clients.ts'
import { queueKey } from './key.ts'

/** What it takes to have a cache watched. */
export type WatchClients = Pick<Clients, 'aws' | 'memory'>

/** From now on the cache of this object is watched, and a change of it is known to be this object's. Gives its id. */
export const watchCache = (
  { aws, memory }: WatchClients,
  object: Pick<CacheObject, 'cluster' | 'namespace' | 'name' | 'spec' | 'status'>,
): string => {
  const id = recordedIdOf(object)
  const key = queueKey(cacheClusterKind.kind, object)
  const before = memory.id(key)
  if (before !== id || memory.keyOf(id) !== key) {
    if (before !== id && before !== undefined && before !== '') aws.forget(before)
    memory.setId(key, id)
    aws.watch(id, topologyOf(object.spec.engine), false)
  }
  return id
}
