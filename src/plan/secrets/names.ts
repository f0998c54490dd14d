import type { CacheClusterSpec } from '../../crds/cache-cluster/spec.ts'

interface Named {
  readonly name: string
  readonly spec: CacheClusterSpec
}

export const tokenNeeded = (spec: CacheClusterSpec): boolean => spec.auth?.mode === 'Token'

/** The Secret that holds the token, and whether it is ours to fill. */
export const tokenSecretOf = ({ spec, name }: Named) => {
  const reference = spec.auth?.token?.secretRef
  return reference === undefined
    ? { name: `${name}-auth`, key: 'token', generated: true }
    : { name: reference.name, key: reference.key, generated: false }
}

/** The pair that leads workloads to the cache. */
export const pairNames = ({ spec, name }: Named) => {
  const binding = spec.connection?.secretName ?? name
  return { binding, env: `${binding}-env` }
}

/** Every Secret that an object means to write. */
export const writtenNames = (object: Named): readonly string[] => {
  const { binding, env } = pairNames(object)
  const token = tokenSecretOf(object)
  return tokenNeeded(object.spec) && token.generated ? [binding, env, token.name] : [binding, env]
}
