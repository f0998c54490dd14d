import type { NewGroup, NewMemcached } from '../core/action.ts'
import { hashOf } from '../core/hash.ts'
import { idOf, shapeOf } from '../core/identity.ts'
import type { ObservedCache } from '../core/observed.ts'
import { familyOf, isNewer } from '../core/version.ts'
import { versionSame } from './compare.ts'
import { desiredGroup, desiredMemcached } from './desired.ts'
import type { CacheFacts, CacheObject } from './facts.ts'
import { type WantedParameters, wantedParameters } from './parameters.ts'

/** What an object means, before anything is known of AWS: worked out once, used by reads, plan and status alike. */
export interface Intent {
  readonly id: string
  readonly is: 'group' | 'memcached'
  readonly parameters: WantedParameters
  /** The parameter group of ours that is wanted; `family` is unknown until a version is. */
  readonly ownGroup: { readonly name: string; readonly family: string; readonly hash: string } | undefined
  /** True when own parameters are wanted and the family isn't known yet. */
  readonly familyMissing: boolean
  readonly group: NewGroup
  readonly memcached: NewMemcached
}

const cacheOf = (facts: Pick<CacheFacts, 'observed'>): ObservedCache | undefined =>
  facts.observed.is === 'seen' ? facts.observed.cache : undefined

/**
 * The object's own parameter group: named for the cache, the family and cluster mode, since a group can't change its family,
 * nor `cluster-enabled` while it is in use.
 */
const ownGroupName = (id: string, family: string, clustered: boolean) =>
  `${id}-${family.replaceAll('.', '-')}${clustered ? '-cluster' : ''}`

/** The parameter group that the cache uses now, if its name says that Larder made it for this very cache. */
export const attachedOwnGroup = (id: string, cache: ObservedCache | undefined): string | undefined => {
  if (cache === undefined || cache.engineVersion === '') return undefined
  const family = familyOf(cache.engine, cache.engineVersion)
  return [false, true]
    .map((clustered) => ownGroupName(id, family, clustered))
    .find((name) => name === cache.parameterGroupName)
}

/** The version whose family counts: what is asked for, or what runs when it is newer: AWS never goes back. */
const versionOf = ({ spec, deleting, status }: CacheObject, cache: ObservedCache | undefined): string | undefined => {
  // What is cleaned up after a cache that is gone was made for the version that ran last.
  if (deleting && cache === undefined) return spec.engineVersion ?? status.engineVersion
  const running = cache?.engine === spec.engine && cache.engineVersion !== '' ? cache.engineVersion : undefined
  if (running === undefined || spec.engineVersion === undefined) return running ?? spec.engineVersion
  return isNewer(running, spec.engineVersion) ? running : spec.engineVersion
}

/** Whether the parameter group is one for cluster mode: an upgrade comes before cluster mode, with a group of the old kind. */
const clusteredGroup = (spec: CacheObject['spec'], cache: ObservedCache | undefined): boolean => {
  if ((spec.nodes.clusterMode ?? 'Disabled') === 'Disabled') return false
  if (cache?.is !== 'group' || cache.clusterMode !== 'Disabled' || cache.engineVersion === '') return true
  return cache.engine === spec.engine && versionSame(spec.engineVersion ?? cache.engineVersion, cache.engineVersion)
}

type IntentFacts = Pick<CacheFacts, 'object' | 'observed' | 'policy' | 'defaultFamily'>

export const intentOf = (facts: IntentFacts): Intent => {
  const { object } = facts
  const { spec } = object
  const id = idOf(object, spec.engine)
  const cache = cacheOf(facts)
  const asked = wantedParameters(spec, facts.policy.is === 'found' ? facts.policy.value : undefined)
  const askedValues = asked.is === 'values' ? asked.values : {}
  const version = versionOf(object, cache)
  const family = version === undefined ? facts.defaultFamily : familyOf(spec.engine, version)
  const clustered = clusteredGroup(spec, cache)
  const name = family && ownGroupName(id, family, clustered)
  // A group of ours that is attached stays, emptied, when nothing is asked any more. A deletion looks for it in any case.
  const { deleting } = object
  const wanted = deleting || Object.keys(askedValues).length > 0 || attachedOwnGroup(id, cache) !== undefined
  // Cluster mode is decided by the parameter group; AWS's own `.cluster.on` groups say the same.
  const values = clustered && wanted ? { ...askedValues, 'cluster-enabled': 'yes' } : askedValues
  const parameters: WantedParameters = asked.is === 'values' ? { is: 'values', values } : asked
  const ownGroup =
    wanted && (deleting || spec.parameterGroupName === undefined) && name !== undefined && family !== undefined
      ? { name, family, hash: hashOf([name, values]) }
      : undefined
  const groupName = ownGroup?.name ?? spec.parameterGroupName
  return {
    id,
    is: shapeOf(spec.engine),
    parameters,
    ownGroup,
    familyMissing: wanted && family === undefined,
    group: desiredGroup(spec, groupName),
    memcached: desiredMemcached(spec, groupName),
  }
}

/**
 * Whether the cache that is seen is known to be ours without reading its tags: status holds its id, ARN and creation time;
 * or we have just made it ourselves and AWS tells no more yet.
 */
export const knownOurs = (object: CacheObject, cache: ObservedCache): boolean => {
  const { status } = object
  if (status.id !== cache.id) return false
  if (status.arn === undefined) return status.tags !== undefined
  return status.arn === cache.arn && (status.createdTime === undefined || status.createdTime === cache.createdTime)
}
