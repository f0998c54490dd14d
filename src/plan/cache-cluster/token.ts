import type { CacheClusterSpec } from '../../crds/cache-cluster.ts'
import type { AwsAction } from '../core/action.ts'
import type { ObservedGroup } from '../core/observed.ts'
import type { Acted, PlannedAction } from '../core/outcome.ts'
import type { CacheFacts } from './facts.ts'
import { step } from './topology/group-steps.ts'

export const tokenNeeded = (spec: CacheClusterSpec): boolean => spec.auth?.mode === 'Token'

/** The Secret that holds the token, and whether it is ours to fill. */
export const tokenSecretOf = (spec: CacheClusterSpec, name: string) => {
  const reference = spec.auth?.token?.secretRef
  return reference === undefined
    ? { name: `${name}-auth`, key: 'token', generated: true }
    : { name: reference.name, key: reference.key, generated: false }
}

/** What AWS accepts as a token (the stricter of AWS's two texts): 16 to 128 characters of these. */
export const tokenPattern = /^[A-Za-z0-9!&#$^<>-]{16,128}$/

/**
 * A token changes in two calls, with the Secrets rewritten in between: ROTATE makes AWS accept the new one beside the old,
 * SET drops the old. secretSteps publishes the new token as soon as status says that AWS has it.
 */
export const authSteps = ({ object, token }: CacheFacts, cache: ObservedGroup): readonly PlannedAction[] => {
  if (!tokenNeeded(object.spec) || token.is !== 'present') return []
  const given = object.status.authToken
  const about = { field: 'spec.auth.token' }
  const rotate = step({ do: 'RotateToken', id: cache.id, tokenVersion: token.version }, 'None', about)
  const settle = step({ do: 'SetToken', id: cache.id, tokenVersion: token.version }, 'None', about)
  if (given?.version !== token.version) return [rotate, settle]
  if (!given.settled) return [settle]
  return cache.authToken ? [] : [rotate, settle]
}

/**
 * What AWS's answer to a token call means. AWS never tells which tokens it holds, and refuses a ROTATE to a token that it
 * holds already and a SET with no ROTATE before it. After a crash between a call and its record in status both are what a
 * repeated call gets, so these two refusals say that it was carried out the first time. That the token itself is one that
 * AWS accepts was checked before.
 */
export const tokenAnswer = (action: AwsAction, acted: Acted): Acted => {
  if (acted.is !== 'failed') return acted
  const { code } = acted.failure
  const held =
    (action.do === 'RotateToken' && code === 'InvalidParameterValue') ||
    (action.do === 'SetToken' && code === 'InvalidParameterCombination')
  return held ? { is: 'unchanged' } : acted
}
