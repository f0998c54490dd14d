import type { Action } from '../core/action.ts'
import { braked, graceMs } from '../core/brake.ts'
import { ownershipOf, ownerTagKeys } from '../core/identity.ts'
import type { ObservedCache, Tags } from '../core/observed.ts'
import { type Plan, stuck, wait, waitOrAsk } from '../core/outcome.ts'
import { isAwsAction, step } from '../core/step.ts'
import { tokenNeeded, tokenSecretOf } from '../secrets/names.ts'
import { identityChanged } from './checks/ownership.ts'
import type { CacheFacts, CacheObject } from './facts.ts'
import { type Intent, intentOf, knownOurs, whose } from './intent.ts'
import { progressOf } from './progress.ts'
import { deletedByUs } from './reads.ts'
import { topologies } from './topology/topology.ts'

/**
 * What should happen next while the object is being deleted. Every decision to delete stands on live reads: the cache by id
 * and its tags. What is not ours is let go untouched; the finalizer leaves when nothing of ours is left.
 */
export const planDeletion = (facts: CacheFacts): Plan => {
  const plan = braked(facts, deletionOf(facts))
  return plan.is === 'act' && facts.object.spec.suspend && isAwsAction(plan.next.action)
    ? stuck(
        'Suspended',
        'spec.suspend is true, so nothing is changed in AWS: set it to false to let the deletion go on',
      )
    : plan
}

const deletionOf = (facts: CacheFacts): Plan => {
  const { object, observed, live, failure, poll } = facts
  const intent = intentOf(facts)
  const changed = identityChanged(facts, intent)
  if (changed !== undefined) return changed
  if (facts.claimedBy !== undefined) {
    return {
      is: 'released',
      message: `${intent.id} is the cache of the CacheCluster ${facts.claimedBy}: nothing touched`,
    }
  }
  if (object.spec.deletionProtection) return stuck('DeletionProtected', protectedMessage(facts, intent))
  if (failure !== undefined) return { is: 'blocked', failure }
  if (observed.is === 'unknown') {
    return poll.failure === undefined
      ? wait('WaitingForAWS', 'waiting for a look at AWS')
      : { is: 'blocked', failure: { ...poll.failure, message: `AWS can't be polled: ${poll.failure.message}` } }
  }
  if (live.is === 'found') return leave(facts, live.value, intent)
  if (observed.is === 'seen' && live.is === 'unread') return busy(observed.cache, facts.reconcilingMs)
  if (observed.is === 'seen') return wait('Deleting', `${observed.cache.id} is gone, but still in the last list of AWS`)
  // A poll begun after our own delete is as good as a look by id.
  if (deletedByUs(facts, intent)) return cleanUp(facts, intent)
  // What was made a moment ago may not show yet: let go now, it would stay for ever.
  const young = facts.sinceWriteMs !== undefined && facts.sinceWriteMs < graceMs
  if (live.is === 'unread' || young) return wait('WaitingForAWS', `waiting for a look at ${intent.id}`)
  return cleanUp(facts, intent)
}

const protectedMessage = ({ object: { name, namespace } }: CacheFacts, { id }: Intent): string =>
  `spec.deletionProtection is true, so ${id} stays. To keep it for good: set spec.deletionPolicy to Retain and then spec.deletionProtection to false; to delete it with its data: kubectl patch cachecluster ${name} -n ${namespace} --type merge -p '{"spec":{"deletionProtection":false}}'`

const busy = (cache: ObservedCache, sinceMs: number): Plan => {
  const { reason, message } = progressOf(cache, sinceMs)
  return wait(reason, message)
}

const act = (action: Action): Plan => ({ is: 'act', next: step(action), later: [] })

/** The cache stands, seen live a moment ago. */
const leave = (facts: CacheFacts, cache: ObservedCache, intent: Intent): Plan => {
  const { object, tags } = facts
  if (cache.state === 'deleting' || cache.state === 'moving') return busy(cache, facts.reconcilingMs)
  if (cache.state === 'failed') return leaveFailed(facts, cache, intent)
  if (tags.is !== 'found') return wait('WaitingForAWS', `waiting until AWS tells the tags of ${cache.id}`)
  const retains = object.spec.deletionPolicy === 'Retain'
  if (retains && ownershipOf(tags.value, object) === 'nobody') return letGo(facts, retained(object))
  if (whose(object, cache, tags.value) !== 'ours') {
    return letGo(facts, `${cache.id} is not ours any more: let go, nothing touched`)
  }
  if (retains) return retain(facts, cache, tags.value)
  return act(topologies[intent.topology].remove(cache.id))
}

/** AWS tells and changes the tags of an available cache only; a failed one is known by its ARN and creation time. */
const leaveFailed = (facts: CacheFacts, cache: ObservedCache, intent: Intent): Plan => {
  const { object } = facts
  if (!knownOurs(object, cache)) {
    return stuck(
      'NotOurs',
      `AWS says ${cache.status} of ${cache.id} and tells no tags of it, so Larder can't know whose it is: delete it in AWS`,
    )
  }
  return object.spec.deletionPolicy === 'Retain'
    ? letGo(facts, `${cache.id} is left as it is: AWS says ${cache.status}`)
    : act(topologies[intent.topology].remove(cache.id))
}

/** The token outlives the object, since AWS never tells it; then the owner tags go: they say that there is something to do. */
const retain = ({ object, secrets }: CacheFacts, cache: ObservedCache, tags: Tags): Plan => {
  const { name, generated } = tokenSecretOf(object)
  if (tokenNeeded(object.spec) && generated) {
    if (secrets.token.is === 'ours') return act({ do: 'KeepToken', name })
    if (secrets.token.is === 'unread') return wait('WaitingForSecret', `waiting until the Secret ${name} is seen`)
  }
  // AWS takes no call that names a tag which isn't there.
  const keys = ownerTagKeys.filter((key) => key in tags)
  return act({ do: 'RemoveTags', cacheId: cache.id, arn: cache.arn, keys })
}

const retained = (object: CacheObject): string => {
  const { id, arn } = object.status
  const { name, generated } = tokenSecretOf(object)
  const kept = tokenNeeded(object.spec) && generated
  const token = kept ? `, its auth token in the Secret ${name}` : ''
  const back = kept ? ` and spec.auth.token.secretRef.name ${name}` : ''
  return `${id} stays in AWS (${arn})${token}. To take it back: a CacheCluster with spec.adopt.id ${id}${back}`
}

/** The cache is gone, with all that was made for it. */
const cleanUp = (facts: CacheFacts, { id }: Intent): Plan =>
  letGo(facts, `${id} is gone from AWS, and all that was made for it`)

/** Nothing holds the object any more, once the parameter groups of ours that nobody uses are gone too. */
const letGo = ({ object, leftover, unreadyMs }: CacheFacts, message: string): Plan => {
  if (leftover?.is === 'lingering') {
    return wait('Deleting', `nodes of the cache that is gone still use the parameter group ${leftover.name}`)
  }
  if (leftover?.is === 'ours') return act({ do: 'DeleteParameterGroup', name: leftover.name })
  if (leftover?.is === 'unread') {
    return waitOrAsk(unreadyMs, 'Deleting', `waiting until AWS tells the tags of the parameter group ${leftover.name}`)
  }
  const { parameterGroup, formerParameterGroups = [] } = object.status
  const recorded = [...formerParameterGroups, ...(parameterGroup?.owned ? [parameterGroup.name] : [])]
  const next = recorded.find((name) => name !== leftover?.name)
  // One at a time: the one that was looked at leaves status, then the next is looked at.
  return leftover !== undefined && next !== undefined
    ? wait('Deleting', `waiting for a look at the parameter group ${next}`)
    : { is: 'released', message }
}
