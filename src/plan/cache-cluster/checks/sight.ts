import { staleMs, stuck, wait, waitOrAsk } from '../../core/outcome.ts'
import { tokenNeeded, tokenSecretOf } from '../../secrets/names.ts'
import { unsettable } from '../parameters.ts'
import type { Check } from './check.ts'

export const notPolledYet: Check = ({ observed, poll, object }) => {
  const why = poll.failure === undefined ? undefined : `AWS can't be polled: ${poll.failure.message}`
  if (poll.blindMs >= staleMs && why !== undefined) {
    const since = object.status.lastCheckedTime
    return {
      is: 'blind',
      reason: poll.failure?.reason ?? 'UnknownError',
      message: `${why} Not looked at since ${since ?? 'the start'}`,
    }
  }
  if (observed.is !== 'unknown') return undefined
  return poll.failure === undefined
    ? wait('WaitingForAWS', 'waiting for a look at AWS')
    : { is: 'blocked', failure: { ...poll.failure, message: `AWS can't be polled: ${poll.failure.message}` } }
}

export const readFailed: Check = ({ failure }) => (failure === undefined ? undefined : { is: 'blocked', failure })

export const parametersRefused: Check = (_, { parameters }) =>
  parameters.is === 'refused' ? stuck('InvalidSpec', parameters.message) : undefined

export const parametersUnknown: Check = ({ parameters, settable }, { group }) => {
  if (group.is !== 'own') return undefined
  const known =
    parameters.is === 'found'
      ? parameters.value
      : settable.is === 'found'
        ? { settable: settable.value, values: {} }
        : undefined
  const [name] = known === undefined ? [] : unsettable(group.values, known)
  return name === undefined
    ? undefined
    : stuck(
        'InvalidSpec',
        `spec.parameters.${name}: the family ${group.family} has no such parameter that can be set: remove it`,
      )
}

export const tokenUnusable: Check = ({ object, token }) =>
  tokenNeeded(object.spec) && token.is === 'unusable' ? stuck('InvalidSpec', token.why) : undefined

export const policyMissing: Check = (facts) => {
  const { object, policy, policyNames } = facts
  const name = object.spec.policyRef?.name
  if (name === undefined || policy.is === 'found') return undefined
  if (policy.is === 'unreadable')
    return stuck('InvalidSpec', `spec.policyRef: the CachePolicy ${name} can't be read: ${policy.why}`)
  const choice =
    policyNames.length === 0 ? 'there is none in this namespace' : `there are: ${policyNames.slice(0, 10).join(', ')}`
  const message = `spec.policyRef: there is no CachePolicy ${name} in ${object.namespace}; ${choice}. Create it, or correct the name`
  return waitOrAsk(facts.unreadyMs, 'WaitingForPolicy', message)
}

export const tokenMissing: Check = (facts) => {
  const { object, token } = facts
  const { name, key, generated } = tokenSecretOf(object)
  if (!tokenNeeded(object.spec) || generated || token.is !== 'absent') return undefined
  const message = `spec.auth.token.secretRef: there is no Secret ${name} with the key ${key} in ${object.namespace}. Create it: kubectl create secret generic ${name} -n ${object.namespace} --from-literal=${key}=...`
  return waitOrAsk(facts.unreadyMs, 'WaitingForSecret', message)
}

/** Secrets that can't be read hold up what needs them, and nothing else. */
export const secretsUnread: Check = ({ secretFailure }) =>
  secretFailure === undefined ? undefined : { is: 'blocked', failure: secretFailure }
