import type { AwsAction } from '../core/action.ts'
import { ownershipOf, ownerTagKeys } from '../core/identity.ts'
import type { ObservedCache, ObservedParameters } from '../core/observed.ts'
import { type Plan, stuck, wait } from '../core/outcome.ts'
import type { CacheFacts } from './facts.ts'
import { type Intent, intentOf, knownOurs } from './intent.ts'
import { progressOf } from './progress.ts'
import { step } from './topology/group-steps.ts'

/**
 * What should happen next while the object is being deleted. Every decision to delete stands on live reads: the cache by id
 * and its tags. What is not ours is let go untouched; the finalizer leaves when nothing of ours is left.
 */
export const planDeletion = (facts: CacheFacts): Plan => {
  const plan = deletionOf(facts)
  return plan.is === 'act' && facts.object.spec.suspend
    ? stuck(
        'Suspended',
        'spec.suspend is true, so nothing is changed in AWS: set it to false to let the deletion go on',
      )
    : plan
}

const deletionOf = (facts: CacheFacts): Plan => {
  const { object, observed, live, failure } = facts
  const intent = intentOf(facts)
  if (object.spec.deletionProtection) {
    return stuck('DeletionProtected', 'spec.deletionProtection is true: set it to false to let the cache be deleted')
  }
  if (failure !== undefined) return { is: 'blocked', failure }
  if (observed.is === 'unknown') return wait('WaitingForAWS', 'waiting for a look at AWS')
  if (live.is === 'found') return leave(facts, live.value)
  if (observed.is === 'seen' && live.is === 'unread') return busy(observed.cache, facts.reconcilingMs)
  if (observed.is === 'seen') return wait('Deleting', `${observed.cache.id} is gone, but still in the last list of AWS`)
  return live.is === 'unread' ? wait('WaitingForAWS', `waiting for a look at ${intent.id}`) : cleanUp(facts, intent)
}

const busy = (cache: ObservedCache, sinceMs: number): Plan => {
  const { reason, message } = progressOf(cache, sinceMs)
  return wait(reason, message)
}

const act = (action: AwsAction): Plan => ({ is: 'act', next: step(action), later: [] })

/** The cache stands, seen live a moment ago. */
const leave = (facts: CacheFacts, cache: ObservedCache): Plan => {
  const { object, tags } = facts
  if (cache.state === 'deleting' || cache.state === 'moving') return busy(cache, facts.reconcilingMs)
  if (cache.state === 'failed') return leaveFailed(facts, cache)
  if (tags.is !== 'found') return wait('WaitingForAWS', `waiting until AWS tells the tags of ${cache.id}`)
  if (ownershipOf(tags.value, object) !== 'ours') {
    return { is: 'released', message: `${cache.id} is not ours any more: let go, nothing touched` }
  }
  const leftOver = ownParameters(facts)
  if (leftOver !== undefined && leftOver.name !== cache.parameterGroupName) {
    return act({ do: 'DeleteParameterGroup', name: leftOver.name })
  }
  return object.spec.deletionPolicy === 'Retain' ? retain(facts, cache) : act(deleteOf(cache))
}

/** AWS tells and changes the tags of an available cache only; a failed one is known by its ARN and creation time. */
const leaveFailed = ({ object }: CacheFacts, cache: ObservedCache): Plan => {
  if (!knownOurs(object, cache)) {
    return stuck(
      'NotOurs',
      `AWS says ${cache.status} of ${cache.id} and tells no tags of it, so Larder can't know whose it is: delete it in AWS`,
    )
  }
  return object.spec.deletionPolicy === 'Retain'
    ? { is: 'released', message: `${cache.id} is left as it is: AWS says ${cache.status}` }
    : act(deleteOf(cache))
}

const deleteOf = (cache: ObservedCache): AwsAction =>
  cache.is === 'memcached' ? { do: 'DeleteMemcached', id: cache.id } : { do: 'DeleteGroup', id: cache.id }

/** The owner tags go, the cache's last: they are what says that there is still something to do. */
const retain = (facts: CacheFacts, cache: ObservedCache): Plan => {
  const { arn } = ownParameters(facts) ?? cache
  return act({ do: 'RemoveTags', cacheId: cache.id, arn, keys: ownerTagKeys })
}

/** The parameter group that was read, if its tags say that it is ours. */
const ownParameters = ({ object, parameters, parametersTags }: CacheFacts): ObservedParameters | undefined =>
  parameters.is === 'found' && parametersTags.is === 'found' && ownershipOf(parametersTags.value, object) === 'ours'
    ? parameters.value
    : undefined

/** The cache is gone: what was made for it goes too. The group that status names comes first, then the one wanted last. */
const cleanUp = (facts: CacheFacts, { id, ownGroup }: Intent): Plan => {
  const own = ownParameters(facts)
  if (own !== undefined) return act({ do: 'DeleteParameterGroup', name: own.name })
  const recorded = facts.object.status.parameterGroup
  if (facts.parameters.is === 'absent' && recorded?.owned && recorded.name !== ownGroup?.name) {
    return wait('Deleting', `the parameter group ${recorded.name} is gone; looking whether there is another`)
  }
  return { is: 'released', message: `${id} is gone from AWS, and all that was made for it` }
}
