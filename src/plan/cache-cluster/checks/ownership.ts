import { annotation } from '../../../crds/kind.ts'
import { arnParts, clusterInTags, isClusters, ownerInWords } from '../../core/identity.ts'
import { stuck, wait } from '../../core/outcome.ts'
import type { CacheObject } from '../facts.ts'
import { knownOurs, whose } from '../intent.ts'
import { remainingSteps } from '../remaining.ts'
import { type Check, cacheOf, firstOf } from './check.ts'

/** Flags, credentials or spec that would give the standing cache another name, account or region: nothing is touched. */
export const identityChanged: Check = ({ object, account }) => {
  const { id, target, arn } = object.status
  if (id === undefined) return undefined
  const recorded = arn === undefined ? undefined : arnParts(arn)
  const region = target?.region ?? recorded?.region ?? object.region
  const owner = target?.account ?? recorded?.account
  const differences = [
    ...(region === object.region ? [] : [`--region ${object.region} where the cache is in ${region}`]),
    ...(owner === undefined || account.is !== 'found' || account.value === owner
      ? []
      : [`credentials of the account ${account.value} where the cache is in ${owner}`]),
    ...renamed(object, id),
  ]
  return differences.length === 0
    ? undefined
    : stuck(
        'IdentityChanged',
        `${id} is left alone: this operator runs with ${differences.join(' and ')}. Set it back, and Larder goes on`,
      )
}

const renamed = ({ cluster, spec, status: { target } }: CacheObject, id: string): readonly string[] => {
  if (spec.adopt !== undefined)
    return spec.adopt.id === id ? [] : [`spec.adopt.id ${spec.adopt.id} for an object of ${id}`]
  const was = target?.cluster
  if (was !== undefined) return was === cluster ? [] : [`--cluster-name ${cluster} where it was ${was}`]
  // Recorded before clusters were: the id itself begins with the name.
  return id.startsWith(`${cluster}-`) ? [] : [`--cluster-name ${cluster}, by which the cache would have another id`]
}

/** The cache is another object's of this very Kubernetes cluster: nothing is asked of AWS for this one. */
export const claimed: Check = ({ claimedBy }, { id }) =>
  claimedBy === undefined
    ? undefined
    : stuck(
        'NotOurs',
        `${id} is the cache of the CacheCluster ${claimedBy}, so Larder leaves it to that one: rename one of the two, or name another id in spec.adopt.id`,
      )

export const notOurs: Check = ({ object, observed, tags }, { id }) => {
  if (observed.is !== 'seen' || tags.is !== 'found') return undefined
  switch (whose(object, observed.cache, tags.value)) {
    case 'ours':
    case 'former':
      return undefined
    case 'nobody':
      if (object.spec.adopt?.id === id) return undefined
      return stuck(
        'NotOurs',
        `${id} exists in AWS without owner tags, so Larder leaves it alone. To take it over: set spec.adopt.id to ${id}; else delete or rename one of the two`,
      )
    case 'otherCluster': {
      const uid = clusterInTags(tags.value)
      if (object.annotations[annotation.takeOver] === uid) return undefined
      return stuck(
        'NotOurs',
        `${id} exists in AWS and belongs to ${ownerInWords(tags.value)} with another uid (${uid}). If that Kubernetes cluster is gone, take it over: kubectl annotate cachecluster ${object.name} -n ${object.namespace} --overwrite ${annotation.takeOver}=${uid}; if it lives, give each cluster its own --cluster-name`,
      )
    }
    case 'other':
      return stuck('NotOurs', `${id} exists in AWS and belongs to ${ownerInWords(tags.value)}: rename one of the two`)
  }
}

export const ownershipUnknown: Check = (facts) => {
  const { object, tags } = facts
  const cache = cacheOf(facts)
  if (cache === undefined || tags.is === 'found' || knownOurs(object, cache)) return undefined
  const { id, state, status } = cache
  if (state === 'deleting') return undefined
  if (state !== 'failed') return wait('WaitingForAWS', `waiting until AWS tells the tags of ${id}`)
  return stuck(
    'NotOurs',
    `AWS says ${status} of ${id} and tells no tags of it, so Larder can't know whose it is: delete it in AWS, and Larder makes it anew`,
  )
}

export const parameterGroupNotOurs: Check = ({ object, parameters, parametersTags }) =>
  parameters.is === 'found' && parametersTags.is === 'found' && !isClusters(parametersTags.value, object)
    ? stuck(
        'NotOurs',
        `the parameter group ${parameters.value.name} exists in AWS and is not this cluster's by its tags, so Larder leaves it alone: delete it, or name it in spec.parameterGroupName`,
      )
    : undefined

/** A cache that is taken over carries our mark before anybody is led there. */
export const notMarked: Check = (facts, intent) => {
  const { object, tags } = facts
  const cache = cacheOf(facts)
  if (cache === undefined || tags.is !== 'found' || whose(object, cache, tags.value) === 'ours') return undefined
  return firstOf(remainingSteps(facts, intent, cache))
}
