import type { CacheClusterSpec } from '../../crds/cache-cluster/spec.ts'
import type { CacheClusterStatus } from '../../crds/cache-cluster/status.ts'
import { idOf } from '../core/identity.ts'
import type { CacheObject } from './facts.ts'
import type { Source } from './facts-from.ts'
import { recordedIdOf } from './intent.ts'

const age = ({ metadata }: Source) => `${metadata.creationTimestamp ?? ''}/${metadata.uid}`

/**
 * The other object of this Kubernetes cluster whose cache this id is known to be: the one whose name makes the id, which nobody
 * else can claim, else the oldest one. `others`: objects that have this id on record. An object that merely names the id of
 * somebody's cache, in spec.adopt or in a status that was made up, is told so before AWS is looked at for it.
 */
export const claimedBy = (object: CacheObject, source: Source, others: readonly Source[]): string | undefined => {
  const id = recordedIdOf(object)
  if (idOf(object, object.spec.engine) === id) return undefined
  const proven = others.filter(
    ({ metadata, status }) =>
      metadata.uid !== object.uid && (status as CacheClusterStatus | undefined)?.arn !== undefined,
  )
  const made = proven.find(({ metadata, spec }) => {
    const { namespace = '', name } = metadata
    return idOf({ cluster: object.cluster, namespace, name }, (spec as CacheClusterSpec).engine) === id
  })
  const winner = made ?? proven.toSorted((a, b) => (age(a) < age(b) ? -1 : 1)).find((other) => age(other) < age(source))
  return winner && `${winner.metadata.namespace}/${winner.metadata.name}`
}
