import { hashOf } from './hash.ts'
import type { Engine, Tags } from './observed.ts'

/** Who asks: the operator's name for its Kubernetes cluster, and the object. */
export interface Owner {
  readonly cluster: string
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

/** AWS's limits on ids (its API reference): replication groups 40, cache clusters 50 characters. */
const longestId = { group: 40, memcached: 50 } as const

export const shapeOf = (engine: Engine): 'group' | 'memcached' => (engine === 'memcached' ? 'memcached' : 'group')

/** What stands at the end of an id that had to be changed. */
const tailPattern = /-[0-9a-f]{8}$/

/**
 * The id in AWS: `<cluster>-<namespace>-<name>`, as AWS allows it (letters, digits, single hyphens). Whatever had to be
 * changed or cut is made up for by a hash, so that two objects never meet in one id. A hyphen in the cluster or the
 * namespace counts as changed too, since `a-b` + `c` and `a` + `b-c` read the same; so does an end that looks like a hash.
 */
export const idOf = (owner: Pick<Owner, 'cluster' | 'namespace' | 'name'>, engine: Engine): string => {
  const plain = `${owner.cluster}-${owner.namespace}-${owner.name}`
  const fit = plain
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .replace(/-$/, '')
  const limit = longestId[shapeOf(engine)]
  const plainly = !owner.cluster.includes('-') && !owner.namespace.includes('-') && !tailPattern.test(plain)
  if (fit === plain && plainly && fit.length <= limit) return fit
  const tail = hashOf([owner.cluster, owner.namespace, owner.name]).slice(0, 8)
  return `${(fit || 'cache').slice(0, limit - 9).replace(/-$/, '')}-${tail}`
}

/** Keys of the tags that tell whose a cache is. */
export const ownerTag = {
  cluster: 'larder.dev/cluster',
  namespace: 'larder.dev/namespace',
  name: 'larder.dev/name',
  uid: 'larder.dev/uid',
} as const
export const ownerTagKeys: readonly string[] = Object.values(ownerTag)

export const ownerTags = (owner: Owner): Tags => ({
  [ownerTag.cluster]: owner.cluster,
  [ownerTag.namespace]: owner.namespace,
  [ownerTag.name]: owner.name,
  [ownerTag.uid]: owner.uid,
})

/**
 * Whose a resource is by its tags. `former` is the same name with another uid: the object was deleted and made again, or
 * the Kubernetes cluster was rebuilt.
 */
export type Ownership = 'ours' | 'former' | 'nobody' | 'other'

export const ownershipOf = (tags: Tags, owner: Owner): Ownership => {
  if (!ownerTagKeys.some((key) => key in tags)) return 'nobody'
  const wanted = ownerTags(owner)
  const sameName = [ownerTag.cluster, ownerTag.namespace, ownerTag.name].every((key) => tags[key] === wanted[key])
  if (!sameName) return 'other'
  return tags[ownerTag.uid] === owner.uid ? 'ours' : 'former'
}

/** Who a foreign resource belongs to, for messages. */
export const ownerInWords = (tags: Tags): string =>
  `${tags[ownerTag.namespace] ?? '?'}/${tags[ownerTag.name] ?? '?'} of cluster ${tags[ownerTag.cluster] ?? '?'}`
