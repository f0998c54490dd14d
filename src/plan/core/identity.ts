import { hashOf } from './hash.ts'
import type { Engine, Tags, Topology } from './observed.ts'

/** Who asks: the Kubernetes cluster by the operator's name for it and by its own uid, and the object. */
export interface Owner {
  readonly cluster: string
  /** uid of the kube-system namespace: two clusters may have one name, never one uid. */
  readonly clusterUID: string
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

/** AWS's limits on ids (its API reference): replication groups 40, cache clusters 50 characters. */
const longestId: Readonly<Record<Topology, number>> = { group: 40, memcached: 50 }

export const topologyOf = (engine: Engine): Topology => (engine === 'memcached' ? 'memcached' : 'group')

/** What stands at the end of an id that had to be changed, or of the id of a member: `-001`, `-0001-002`. */
const tailPattern = /-([0-9a-f]{8}|\d{3,4}(-\d{3})?)$/

/**
 * The id in AWS: `<cluster>-<namespace>-<name>`, as AWS allows it (letters, digits, single hyphens). Whatever had to be
 * changed or cut is made up for by a hash, so that two objects never meet in one id. A hyphen in the cluster or the
 * namespace counts as changed too, since `a-b` + `c` and `a` + `b-c` read the same; so does an end that looks like a hash,
 * or like the number that AWS puts behind a group's id to name its members.
 */
export const idOf = (owner: Pick<Owner, 'cluster' | 'namespace' | 'name'>, engine: Engine): string => {
  const plain = `${owner.cluster}-${owner.namespace}-${owner.name}`
  const fit = plain
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .replace(/-$/, '')
  const limit = longestId[topologyOf(engine)]
  const plainly = !owner.cluster.includes('-') && !owner.namespace.includes('-') && !tailPattern.test(plain)
  if (fit === plain && plainly && fit.length <= limit) return fit
  const tail = hashOf([owner.cluster, owner.namespace, owner.name]).slice(0, 8)
  return `${(fit || 'cache').slice(0, limit - 9).replace(/-$/, '')}-${tail}`
}

/** Keys of the tags that tell whose a resource is. */
export const ownerTag = {
  cluster: 'larder.dev/cluster',
  clusterUID: 'larder.dev/cluster-uid',
  namespace: 'larder.dev/namespace',
  name: 'larder.dev/name',
  uid: 'larder.dev/uid',
} as const
export const ownerTagKeys: readonly string[] = Object.values(ownerTag)

export const ownerTags = (owner: Owner): Tags => ({
  [ownerTag.cluster]: owner.cluster,
  [ownerTag.clusterUID]: owner.clusterUID,
  [ownerTag.namespace]: owner.namespace,
  [ownerTag.name]: owner.name,
  [ownerTag.uid]: owner.uid,
})

/** Of what belongs to a Kubernetes cluster as a whole, such as a parameter group that many caches share. */
export const clusterTags = ({ cluster, clusterUID }: Pick<Owner, 'cluster' | 'clusterUID'>): Tags => ({
  [ownerTag.cluster]: cluster,
  [ownerTag.clusterUID]: clusterUID,
})

/**
 * Whose a resource is by its tags. `former`: an object of the same name in this very Kubernetes cluster that is gone.
 * `otherCluster`: an object of the same name in a Kubernetes cluster of the same name and another uid: a cluster that was
 * rebuilt, or one that lives; only a person can tell. `nobody`: no tag of an owner at all.
 */
export type Ownership = 'ours' | 'former' | 'otherCluster' | 'nobody' | 'other'

export const ownershipOf = (tags: Tags, owner: Owner): Ownership => {
  if (!ownerTagKeys.some((key) => key in tags)) return 'nobody'
  const wanted = ownerTags(owner)
  const sameName = [ownerTag.cluster, ownerTag.namespace, ownerTag.name].every((key) => tags[key] === wanted[key])
  if (!sameName) return 'other'
  const clusterUID = tags[ownerTag.clusterUID]
  if (clusterUID !== undefined && clusterUID !== owner.clusterUID) return 'otherCluster'
  if (tags[ownerTag.uid] === owner.uid) return 'ours'
  return clusterUID === undefined ? 'otherCluster' : 'former'
}

/** Whether tags name another owner. A tag that is missing says nothing. */
export const namesAnother = (tags: Tags, owner: Owner): boolean =>
  Object.entries(ownerTags(owner)).some(([key, value]) => key in tags && tags[key] !== value)

/** Whether a shared resource is this Kubernetes cluster's. */
export const isClusters = (tags: Tags, owner: Pick<Owner, 'cluster' | 'clusterUID'>): boolean =>
  Object.entries(clusterTags(owner)).every(([key, value]) => tags[key] === value)

/** Who a foreign resource belongs to, for messages. */
export const ownerInWords = (tags: Tags): string =>
  `${tags[ownerTag.namespace] ?? '?'}/${tags[ownerTag.name] ?? '?'} of cluster ${tags[ownerTag.cluster] ?? '?'}`

/** What the annotation larder.dev/take-over must say to name the cluster in these tags. */
export const clusterInTags = (tags: Tags): string => tags[ownerTag.clusterUID] ?? 'unknown'

/** The parts of an ARN: arn:aws:elasticache:region:account:kind:name. */
export const arnParts = (arn: string) => {
  const [, partition = '', , region = '', account = '', kind = '', name = ''] = arn.split(':')
  return { partition, region, account, kind, name }
}

/** The ARN of a parameter group beside a cache whose ARN is known. */
export const parameterGroupArn = (besideArn: string, name: string): string => {
  const { partition, region, account } = arnParts(besideArn)
  return `arn:${partition}:elasticache:${region}:${account}:parametergroup:${name}`
}
