import type { CacheClusterSpec } from '../crds/cache-cluster/spec.ts'
import { cacheClusterKind, cachePolicyKind, type Kind } from '../crds/kind.ts'
import type { Key, Kube } from '../kube/port.ts'
import { usersOf } from './cache-policy.ts'
import { queueKey } from './key.ts'

type Reads = Pick<Kube, 'read' | 'list'>

/**
 * Which keys are due when an object changes: its own, and that of everything which is made from it. A Secret
 * of ours comes here as its owner already.
 */
export const enqueueKeysOf = (kube: Reads, kind: Kind, key: Key): readonly string[] => {
  switch (kind.kind) {
    case cacheClusterKind.kind:
      return [queueKey(kind.kind, key), ...policyOf(kube, key)]
    case cachePolicyKind.kind:
      return [queueKey(kind.kind, key), ...cachesOf(kube, key)]
    default:
      return []
  }
}

const policyOf = (kube: Reads, key: Key): readonly string[] => {
  const spec = kube.read(cacheClusterKind, key)?.spec as CacheClusterSpec | undefined
  const name = spec?.policyRef?.name
  return name === undefined ? [] : [queueKey(cachePolicyKind.kind, { namespace: key.namespace, name })]
}

const cachesOf = (kube: Reads, policy: Key): readonly string[] =>
  usersOf(kube, policy).map(({ name }) => queueKey(cacheClusterKind.kind, { namespace: policy.namespace, name }))
