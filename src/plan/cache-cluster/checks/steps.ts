import { type Plan, type PlannedAction, stuck, wait } from '../../core/outcome.ts'
import { step, stepHash } from '../../core/step.ts'
import { tokenNeeded, tokenSecretOf } from '../../secrets/names.ts'
import { formerSecretsStep, secretSteps, secretTaken } from '../../secrets/steps.ts'
import type { CacheFacts } from '../facts.ts'
import { progressOf } from '../progress.ts'
import { createStep, parameterGroupSteps, remainingSteps } from '../remaining.ts'
import { type Check, cacheOf, firstOf } from './check.ts'
import { policyMissing, secretsUnread, tokenMissing } from './sight.ts'

/** What can be known without a call comes before calls that make something. */
export const takenBeforeCreate: Check = (facts) => (facts.observed.is === 'absent' ? secretTaken(facts) : undefined)

export const tokenToStore: Check = (facts) => {
  const { object, token, secrets } = facts
  if (!tokenNeeded(object.spec) || token.is !== 'absent' || !tokenSecretOf(object).generated) return undefined
  if (secrets.token.is === 'foreign' || secrets.token.is === 'former') return secretTaken(facts)
  return { is: 'act', next: step({ do: 'StoreToken' }), later: [] }
}

/** A write that Kubernetes has just refused must not hold up what AWS could do meanwhile: it is said at the end. */
const refusedNow = ({ refused }: CacheFacts, next: PlannedAction): boolean => refused?.hash === stepHash(next)

export const secretsBehind: Check = (facts, intent) => {
  const next = secretSteps(facts)
  const cache = cacheOf(facts)
  if (next === undefined || refusedNow(facts, next)) return undefined
  return { is: 'act', next, later: cache === undefined ? [] : remainingSteps(facts, intent, cache) }
}

export const toCreate: Check = (facts, intent) => {
  if (facts.observed.is !== 'absent') return undefined
  const unreadable = secretsUnread(facts, intent)
  if (unreadable !== undefined) return unreadable
  const { adopt } = facts.object.spec
  // What is to be taken over is never made: a misspelt id would be an empty cache, or one in the place of somebody else's.
  if (adopt !== undefined && facts.object.status.arn === undefined) {
    return stuck(
      'DependencyNotFound',
      `spec.adopt.id: AWS has no cache ${adopt.id} of ${facts.object.spec.engine} in ${facts.object.region}: create another CacheCluster with the id of one that is there, or without spec.adopt to have one made`,
    )
  }
  const missing = policyMissing(facts, intent) ?? tokenMissing(facts, intent)
  if (missing !== undefined) return missing
  if (tokenNeeded(facts.object.spec) && facts.token.is !== 'present') {
    // Never without its token: a cache that is open for a moment is open.
    return { ...wait('WaitingForSecret', 'waiting until the Secret with the auth token is seen'), wakeMs: 5000 } as Plan
  }
  if (intent.group.is === 'familyMissing')
    return wait('WaitingForAWS', 'waiting until AWS tells its default engine version')
  return firstOf([...parameterGroupSteps(facts, intent), createStep(facts, intent)])
}

export const moving: Check = (facts, intent) => {
  const cache = cacheOf(facts)
  if (cache === undefined || cache.state === 'available') return undefined
  const steps = remainingSteps(facts, intent, cache)
  const { reason, message } = progressOf(cache, facts.reconcilingMs)
  // A nightly snapshot changes nothing: with nothing left to do, the cache is as asked meanwhile.
  return reason === 'Snapshotting' && steps.length === 0 ? undefined : wait(reason, message, steps)
}

export const toChange: Check = (facts, intent) => {
  const cache = cacheOf(facts)
  return cache === undefined ? undefined : firstOf(remainingSteps(facts, intent, cache))
}

const only = (next: PlannedAction | undefined): Plan | undefined => firstOf(next === undefined ? [] : [next])

export const secretsRefused: Check = (facts) => only(secretSteps(facts))

export const formerSecrets: Check = (facts) => only(formerSecretsStep(facts))
