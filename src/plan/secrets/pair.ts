import { hashOf } from '../core/hash.ts'
import { reachable } from './endpoints.ts'
import { type SecretInputs, secretKeys } from './keys.ts'

/** The pair of Secrets that leads a workload to its cache. */
export interface SecretPair {
  readonly binding: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
}

/** Both Secrets as they should read, or undefined while AWS tells no endpoint. */
export const secretPair = (inputs: SecretInputs): SecretPair | undefined => {
  if (!reachable(inputs.cache, inputs.sharded)) return undefined
  const { binding, env } = secretKeys(inputs)
  const prefixed = Object.fromEntries(Object.entries(env).map(([key, value]) => [`${inputs.envPrefix}${key}`, value]))
  return { binding, env: prefixed }
}

/**
 * Names the contents of a Secret without knowing the token: the pair is composed with the version of the token in the
 * token's place. Contents and name change together, and nothing of the token is in the name.
 */
export const contentHashOf = (data: Readonly<Record<string, string>>): string => hashOf(data)
