import type { CacheClusterSpec } from '../crds/cache-cluster.ts'
import type { CacheFacts } from './facts.ts'
import type { ObservedGroup } from './observed.ts'
import type { PlannedAction } from './outcome.ts'
import { step } from './steps.ts'

export const tokenNeeded = (spec: CacheClusterSpec): boolean => spec.auth?.mode === 'Token'

/** The Secret that holds the token, and whether it is ours to fill. */
export const tokenSecretOf = (spec: CacheClusterSpec, name: string) => {
  const reference = spec.auth?.token?.secretRef
  return reference === undefined
    ? { name: `${name}-auth`, key: 'token', generated: true }
    : { name: reference.name, key: reference.key, generated: false }
}

/** What AWS accepts as a token (FIDELITY D.5, the stricter of two texts): 16 to 128 characters of these. */
export const tokenPattern = /^[A-Za-z0-9!&#$^<>-]{16,128}$/

/**
 * A token changes in two calls, with the Secrets rewritten in between: ROTATE makes AWS accept the new one beside the old,
 * SET drops the old. secretSteps publishes the new token as soon as status says that AWS has it.
 */
export const authSteps = ({ object, token }: CacheFacts, cache: ObservedGroup): readonly PlannedAction[] => {
  if (!tokenNeeded(object.spec) || token.is !== 'present') return []
  const given = object.status.authToken
  const about = { field: 'spec.auth.token' }
  const rotate = step({ do: 'RotateToken', id: cache.id }, 'None', about)
  const settle = step({ do: 'SetToken', id: cache.id }, 'None', about)
  if (!cache.authToken || given?.version !== token.version) return [rotate, settle]
  return given.settled ? [] : [settle]
}
