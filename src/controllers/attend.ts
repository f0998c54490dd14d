import { cacheClusterKind } from '../crds/kind.ts'
import type { Key } from '../kube/port.ts'
import { idOf, shapeOf } from '../plan/identity.ts'
import type { Engine } from '../plan/observed.ts'
import type { Hands } from './hands.ts'
import { queueKey } from './key.ts'

/** What it takes to have a cache looked at. */
export type Looks = Pick<Hands, 'aws' | 'memory' | 'cluster'>

/** From now on the cache of this object is looked at, and a change of it is known to be this object's. */
export const attend = ({ aws, memory, cluster }: Looks, { namespace, name }: Key, engine: Engine) => {
  const id = idOf({ cluster, namespace, name }, engine)
  const is = shapeOf(engine)
  const key = queueKey(cacheClusterKind.kind, { namespace, name })
  if (memory.id(key) !== id) {
    memory.setId(key, id)
    aws.attend(id, is, false)
  }
  return { id, is }
}
