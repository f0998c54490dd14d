import type { CacheClusterSpec } from '../crds/cache-cluster/spec.ts'
import { cacheClusterKind, cachePolicyKind } from '../crds/kind.ts'
import { readyIndex, readyOf } from '../kube/cache/ready-index.ts'
import { textOf } from '../kube/key.ts'
import type { KubeObject } from '../kube/port.ts'

/** By which value objects are found without looking at all of them. */
export const namespaceIndex = 'namespace'
/** CacheClusters by the CachePolicy that they name: `namespace/name`. */
export const policyIndex = 'policy'

export const policyOf = ({ metadata: { namespace = '' }, spec }: KubeObject): string | undefined => {
  const name = (spec as Partial<CacheClusterSpec> | undefined)?.policyRef?.name
  return name === undefined ? undefined : textOf({ namespace, name })
}

const byNamespace = ({ metadata }: KubeObject) => metadata.namespace

export const indexes = {
  [cacheClusterKind.kind]: { [namespaceIndex]: byNamespace, [policyIndex]: policyOf, [readyIndex]: readyOf },
  [cachePolicyKind.kind]: { [namespaceIndex]: byNamespace, [readyIndex]: readyOf },
}
