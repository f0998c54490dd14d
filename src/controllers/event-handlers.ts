import { cacheClusterKind, cachePolicyKind, type Kind } from '../crds/kind.ts'
import { keyOf, keyOfText, textOf } from '../kube/key.ts'
import type { Key, Kube, KubeObject } from '../kube/port.ts'
import { policyIndex, policyOf } from './indexes.ts'
import { queueKey } from './key.ts'

type Reads = Pick<Kube, 'read' | 'by'>

/**
 * Which keys are due when an object changes: its own, and that of everything which is made from it. `before` is what it was:
 * a policy that a cache has left is told too. A Secret of ours comes here as its owner already.
 */
export const enqueueKeysOf = (kube: Reads, kind: Kind, key: Key, before: KubeObject | undefined): readonly string[] => {
  switch (kind.kind) {
    case cacheClusterKind.kind: {
      const now = kube.read(kind, key)
      const policies = [now, before].flatMap((object) => (object === undefined ? [] : (policyOf(object) ?? [])))
      return [
        queueKey(kind.kind, key),
        ...[...new Set(policies)].map((text) => queueKey(cachePolicyKind.kind, keyOfText(text))),
      ]
    }
    case cachePolicyKind.kind:
      return [
        queueKey(kind.kind, key),
        ...kube
          .by(cacheClusterKind, policyIndex, textOf(key))
          .map(({ metadata }) => queueKey(cacheClusterKind.kind, keyOf(metadata))),
      ]
    default:
      return []
  }
}
