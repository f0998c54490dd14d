import type { AwsAction } from '../core/action.ts'
import { clusterTags } from '../core/identity.ts'
import type { ObservedCache } from '../core/observed.ts'
import type { PlannedAction } from '../core/outcome.ts'
import { step } from '../core/step.ts'
import { tagSteps, wantedTags } from '../core/tags.ts'
import { tokenNeeded } from '../secrets/names.ts'
import type { CacheFacts } from './facts.ts'
import { groupNameOf, type Intent, whose } from './intent.ts'
import { newParameterGroupSteps, parameterSteps } from './parameters.ts'
import { tokenSteps } from './token.ts'
import { topologies, type Wish } from './topology/topology.ts'

export const wishOf = ({ object, token }: CacheFacts, intent: Intent): Wish => ({
  object,
  id: intent.id,
  parameterGroupName: groupNameOf(intent),
  tokenVersion: tokenNeeded(object.spec) && token.is === 'present' ? token.version : undefined,
})

/** Everything between what AWS has and what is asked, in order. */
export const remainingSteps = (facts: CacheFacts, intent: Intent, cache: ObservedCache): readonly PlannedAction[] => {
  const { object } = facts
  const have = facts.tags.is === 'found' ? facts.tags.value : undefined
  const keys = object.status.tags?.keys ?? []
  const tags =
    have === undefined
      ? []
      : tagSteps(cache, wantedTags(object, object.spec.tags), have, keys).map((action) =>
          step(action, 'None', { field: 'spec.tags' }),
        )
  // What is taken over is marked first: until then a deletion would let it go.
  const taken = have !== undefined && whose(object, cache, have) !== 'ours'
  const auth = cache.is === 'group' ? tokenSteps(facts, cache) : []
  const steps = topologies[intent.topology].steps(wishOf(facts, intent), cache, auth)
  const beside = [...(taken ? [] : tags), ...leftoverSteps(facts, cache)]
  return [
    ...(taken ? tags : []),
    ...parameterGroupSteps(facts, intent),
    // Nothing waits behind a step that waits for workloads.
    ...(steps[0]?.ends === undefined ? [...steps, ...beside] : [...beside, ...steps]),
  ]
}

/** What asks for parameters: the spec, its policy, or both. */
const askedBy = ({ object, policy }: CacheFacts): string => {
  const policys = policy.is === 'found' && policy.value.eviction !== undefined
  const own = Object.keys(object.spec.parameters ?? {}).length > 0
  if (!policys) return 'spec.parameters'
  const named = `spec.eviction of the CachePolicy ${object.spec.policyRef?.name}`
  return own ? `spec.parameters, ${named}` : named
}

/** Makes the group for the wanted values, or fills it where somebody was stopped halfway or set something else. */
export const parameterGroupSteps = (facts: CacheFacts, { group }: Intent): readonly PlannedAction[] => {
  if (group.is !== 'own') return []
  const { parameters } = facts
  const actions: readonly AwsAction[] =
    parameters.is === 'absent'
      ? newParameterGroupSteps(group.name, group.family, group.values, clusterTags(facts.object))
      : parameters.is === 'found'
        ? parameterSteps(group.values, parameters.value)
        : []
  return actions.map((action) => step(action, 'None', { field: askedBy(facts) }))
}

/** A group of Larder's that this cache has left: removed once its tags were read, unless others use it. */
const leftoverSteps = ({ leftover }: CacheFacts, cache: ObservedCache): readonly PlannedAction[] =>
  leftover?.is === 'ours' && cache.parameterGroupName !== leftover.name
    ? [step({ do: 'DeleteParameterGroup', name: leftover.name })]
    : []

export const createStep = (facts: CacheFacts, intent: Intent): PlannedAction =>
  step(topologies[intent.topology].create(wishOf(facts, intent), wantedTags(facts.object, facts.object.spec.tags)))
