import type { AwsAction } from '../core/action.ts'
import { ownershipOf, ownerTags } from '../core/identity.ts'
import type { ObservedCache } from '../core/observed.ts'
import type { PlannedAction } from '../core/outcome.ts'
import { tagSteps, wantedTags } from '../core/tags.ts'
import type { CacheFacts } from './facts.ts'
import type { Intent } from './intent.ts'
import { newParameterGroupSteps, parameterSteps } from './parameters.ts'
import { authSteps, tokenNeeded } from './token.ts'
import { groupSteps, memcachedSteps, step } from './topology/group-steps.ts'

/** Everything between what AWS has and what is asked, in order. */
export const remainingSteps = (facts: CacheFacts, intent: Intent, cache: ObservedCache): readonly PlannedAction[] => {
  const { object } = facts
  const have = facts.tags.is === 'found' ? facts.tags.value : undefined
  const tags = have === undefined ? [] : tagSteps(cache, object, have).map((action) => step(action))
  // What is taken over is marked first: until then a deletion would let it go.
  const taken = have !== undefined && ownershipOf(have, object) === 'former'
  return [
    ...(taken ? tags : []),
    ...formerGroupSteps(facts, intent, cache),
    ...parameterGroupSteps(facts, intent),
    ...(cache.is === 'group'
      ? groupSteps(cache.id, intent.group, cache, authSteps(facts, cache))
      : memcachedSteps(cache.id, intent.memcached, cache)),
    ...(taken ? [] : tags),
  ]
}

export const parameterGroupSteps = (facts: CacheFacts, intent: Intent): readonly PlannedAction[] =>
  parameterGroupActions(facts, intent).map((action) => step(action, 'None', { field: 'spec.parameters' }))

const parameterGroupActions = (facts: CacheFacts, { id, ownGroup, parameters }: Intent): readonly AwsAction[] => {
  if (ownGroup === undefined || parameters.is !== 'values') return []
  const tags = ownerTags(facts.object)
  if (facts.parameters.is === 'absent') {
    return newParameterGroupSteps(ownGroup.name, ownGroup.family, parameters.values, tags)
  }
  if (facts.parameters.is === 'unread') return []
  const { arn } = facts.parameters.value
  const { parametersTags } = facts
  const former = parametersTags.is === 'found' && ownershipOf(parametersTags.value, facts.object) === 'former'
  return [
    ...(former ? [{ do: 'SetTags', cacheId: id, arn, tags } as const] : []),
    ...parameterSteps(parameters.values, facts.parameters.value),
  ]
}

/** After a change of family or mode, or to a group of the user's, the former group of ours is left over. */
export const formerGroupSteps = (
  { object }: CacheFacts,
  { ownGroup }: Intent,
  cache: ObservedCache | undefined,
): readonly PlannedAction[] => {
  const former = object.status.parameterGroup
  if (!former?.owned || former.name === ownGroup?.name) return []
  // While AWS doesn't tell the version or the group, what is wanted and what is used isn't known.
  if (cache?.engineVersion === '' || (cache && cache.parameterGroupName === undefined)) return []
  return cache?.parameterGroupName === former.name ? [] : [step({ do: 'DeleteParameterGroup', name: former.name })]
}

export const createStep = (facts: CacheFacts, { id, is, group, memcached }: Intent): PlannedAction => {
  const { object, token } = facts
  const tags = wantedTags(object)
  const withToken = tokenNeeded(object.spec)
  const tokenVersion = withToken && token.is === 'present' ? { tokenVersion: token.version } : {}
  const description = `${object.namespace}/${object.name}, by Larder`
  return is === 'memcached'
    ? step({ do: 'CreateMemcached', id, cluster: memcached, tags })
    : step({ do: 'CreateGroup', id, description, group, tags, withToken, ...tokenVersion })
}
