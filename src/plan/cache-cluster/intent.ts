import { hashOf } from '../core/hash.ts'
import { idOf, namesAnother, type Ownership, ownershipOf, topologyOf } from '../core/identity.ts'
import type { ObservedCache, Tags, Topology } from '../core/observed.ts'
import { familyOf, isNewer, versionSame } from '../core/version.ts'
import type { CacheFacts, CacheObject } from './facts.ts'
import { contentName, defaultGroupName, isContentName, type WantedParameters, wantedParameters } from './parameters.ts'

/** The parameter group that is wanted. `own` is one of Larder's, named for its content. */
export type WantedGroupOfParameters =
  | { readonly is: 'asIs' }
  | { readonly is: 'named'; readonly name: string }
  | {
      readonly is: 'own'
      readonly name: string
      readonly family: string
      readonly values: Readonly<Record<string, string>>
    }
  /** Own values are wanted, and the family isn't known yet. */
  | { readonly is: 'familyMissing' }

/** What an object means, before anything is done: worked out once, used by reads, plan and status alike. */
export interface Intent {
  readonly id: string
  readonly topology: Topology
  readonly parameters: WantedParameters
  readonly group: WantedGroupOfParameters
}

/** The name that a create or a modify should say; undefined where nothing is to be said. */
export const groupNameOf = ({ group }: Intent): string | undefined =>
  group.is === 'own' || group.is === 'named' ? group.name : undefined

/**
 * The id of the object's cache: what status has recorded wins, then what the user adopts, then what is worked out from
 * names. Nothing that names a cache is computed anew once status holds it.
 */
export const recordedIdOf = ({
  status,
  spec,
  ...owner
}: Pick<CacheObject, 'status' | 'spec' | 'cluster' | 'namespace' | 'name'>) =>
  status.id ?? spec.adopt?.id ?? idOf(owner, spec.engine)

/** The version whose family counts: what is asked for, or what runs when it is newer: AWS never goes back. */
const versionOf = ({ spec }: CacheObject, cache: ObservedCache | undefined): string | undefined => {
  const running = cache?.engine === spec.engine && cache.engineVersion !== '' ? cache.engineVersion : undefined
  if (running === undefined || spec.engineVersion === undefined) return running ?? spec.engineVersion
  return isNewer(running, spec.engineVersion) ? running : spec.engineVersion
}

/** Whether the parameter group is one for cluster mode: an upgrade comes before cluster mode, with a group of the old kind. */
const clusteredGroup = (spec: CacheObject['spec'], cache: ObservedCache | undefined): boolean => {
  const standing = cache?.is === 'group' ? cache.clusterMode : undefined
  if ((spec.nodes.clusterMode ?? standing ?? 'Disabled') === 'Disabled') return false
  if (cache?.is !== 'group' || cache.clusterMode !== 'Disabled' || cache.engineVersion === '') return true
  return cache.engine === spec.engine && versionSame(spec.engineVersion ?? cache.engineVersion, cache.engineVersion)
}

type IntentFacts = Pick<CacheFacts, 'object' | 'observed' | 'policy' | 'defaultFamily'>

export const intentOf = (facts: IntentFacts): Intent => {
  const { object, observed } = facts
  const { spec } = object
  const cache = observed.is === 'seen' ? observed.cache : undefined
  const policyKnown = spec.policyRef === undefined || facts.policy.is === 'found'
  const parameters = policyKnown
    ? wantedParameters(spec, facts.policy.is === 'found' ? facts.policy.value : undefined)
    : ({ is: 'asIs' } as const)
  return {
    id: recordedIdOf(object),
    topology: topologyOf(spec.engine),
    parameters,
    group: groupWantedOf(facts, cache, parameters),
  }
}

const groupWantedOf = (
  { object, defaultFamily }: IntentFacts,
  cache: ObservedCache | undefined,
  parameters: WantedParameters,
): WantedGroupOfParameters => {
  const { spec, cluster } = object
  if (spec.parameterGroupName !== undefined) return { is: 'named', name: spec.parameterGroupName }
  if (parameters.is === 'refused') return { is: 'asIs' }
  const version = versionOf(object, cache)
  const family = version === undefined ? defaultFamily : familyOf(spec.engine, version)
  const clustered = clusteredGroup(spec, cache)
  if (parameters.is === 'asIs') return leftAsIs(object, cache, family, clustered)
  if (Object.keys(parameters.values).length === 0) {
    const mine = isContentName(cluster, cache?.parameterGroupName)
    return mine && family !== undefined ? { is: 'named', name: defaultGroupName(family, clustered) } : { is: 'asIs' }
  }
  if (family === undefined) return { is: 'familyMissing' }
  // Cluster mode is decided by the parameter group; AWS's own `.cluster.on` groups say the same.
  const values = clustered ? { ...parameters.values, 'cluster-enabled': 'yes' } : parameters.values
  return { is: 'own', name: contentName(cluster, family, values), family, values }
}

/** A group of Larder's that nobody asks for any more stays until another family or mode makes it impossible. */
const leftAsIs = (
  object: CacheObject,
  cache: ObservedCache | undefined,
  family: string | undefined,
  clustered: boolean,
): WantedGroupOfParameters => {
  if (cache === undefined || cache.engineVersion === '' || family === undefined) return { is: 'asIs' }
  if (!isContentName(object.cluster, cache.parameterGroupName)) return { is: 'asIs' }
  const standing = cache.is === 'group' && cache.clusterMode !== 'Disabled'
  const fits = familyOf(cache.engine, cache.engineVersion) === family && standing === clustered
  return fits ? { is: 'asIs' } : { is: 'named', name: defaultGroupName(family, clustered) }
}

/**
 * Whether the cache that is seen is known to be ours without reading its tags: status was written for this very Kubernetes
 * cluster and holds the cache's id, ARN and creation time; or we have just made it ourselves and AWS tells no more yet.
 */
export const knownOurs = (object: CacheObject, cache: ObservedCache): boolean => {
  const { status } = object
  if (status.id !== cache.id || status.target?.clusterUID !== object.clusterUID) return false
  // Whoever may write status may write any id there: only the one that follows from the object's own name is trusted unread.
  if (status.id !== idOf(object, object.spec.engine)) return false
  if (status.arn === undefined) return status.tags !== undefined
  return status.arn === cache.arn && (status.createdTime === undefined || status.createdTime === cache.createdTime)
}

/**
 * Whose the cache is that is seen with these tags: by what they say, and where some are lost, by ARN and creation time on
 * record.
 */
export const whose = (object: CacheObject, cache: ObservedCache, tags: Tags): Ownership =>
  knownOurs(object, cache) && !namesAnother(tags, object) ? 'ours' : ownershipOf(tags, object)

/** Names one loss: good for no other one, since a cache made anew has another ARN or creation time. */
export const lossOf = ({ status }: CacheObject): string =>
  hashOf([status.id, status.arn, status.createdTime]).slice(0, 12)
