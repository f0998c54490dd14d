import { cacheClusterKind } from '../crds/kind.ts'
import type { Key } from '../kube/port.ts'
import { idOf, shapeOf } from '../plan/core/identity.ts'
import type { Engine } from '../plan/core/observed.ts'
import type { Clients } from './clients.ts'
import { queueKey } from './key.ts'

/** What it takes to have a cache looked at. */
export type WatchClients = Pick<Clients, 'aws' | 'memory' | 'cluster'>

/** From now on the cache of this object is looked at, and a change of it is known to be this object's. */
export const watch = ({ aws, memory, cluster }: WatchClients, { namespace, name }: Key, engine: Engine) => {
  const id = idOf({ cluster, namespace, name }, engine)
  const is = shapeOf(engine)
  const key = queueKey(cacheClusterKind.kind, { namespace, name })
  if (memory.id(key) !== id) {
    memory.setId(key, id)
    aws.watch(id, is, false)
  }
  return { id, is }
}
