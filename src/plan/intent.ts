import type { NewGroup, NewMemcached } from './action.ts'
import { desiredGroup, desiredMemcached } from './desired.ts'
import type { CacheFacts, CacheObject } from './facts.ts'
import { hashOf } from './hash.ts'
import { idOf, shapeOf } from './identity.ts'
import type { ObservedCache } from './observed.ts'
import { type WantedParameters, wantedParameters } from './parameters.ts'
import { familyOf } from './version.ts'

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

const cacheOf = (facts: Pick<CacheFacts, 'sight'>): ObservedCache | undefined =>
  facts.sight.is === 'seen' ? facts.sight.cache : undefined

/** The object's own parameter group: named for the cache and the family, since a group can't change its family. */
const ownGroupName = (id: string, family: string) => `${id}-${family.replaceAll('.', '-')}`

type IntentFacts = Pick<CacheFacts, 'object' | 'sight' | 'policy' | 'defaultFamily'>

export const intentOf = (facts: IntentFacts): Intent => {
  const { object } = facts
  const { spec } = object
  const id = idOf(object, spec.engine)
  const cache = cacheOf(facts)
  const parameters = wantedParameters(spec, facts.policy.is === 'found' ? facts.policy.value : undefined)
  const values = parameters.is === 'values' ? parameters.values : {}
  const version =
    spec.engineVersion ??
    (cache?.engine === spec.engine && cache.engineVersion !== '' ? cache.engineVersion : undefined)
  const family = version === undefined ? facts.defaultFamily : familyOf(spec.engine, version)
  const name = family && ownGroupName(id, family)
  // A group of ours that is attached stays, emptied, when nothing is asked any more.
  const wanted = Object.keys(values).length > 0 || (name !== undefined && cache?.parameterGroupName === name)
  const ownGroup =
    wanted && spec.parameterGroupName === undefined && name !== undefined && family !== undefined
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
