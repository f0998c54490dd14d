import type { CacheClusterSpec } from '../crds/cache-cluster/spec.ts'
import type { CacheClusterStatus } from '../crds/cache-cluster/status.ts'
import { cacheClusterKind, cachePolicyKind } from '../crds/kind.ts'
import { readyIndex, readyOf } from '../kube/cache/ready-index.ts'
import { textOf } from '../kube/key.ts'
import type { KubeObject } from '../kube/port.ts'
import { writtenNames } from '../plan/secrets/names.ts'

/** By which value objects are found without looking at all of them. */
export const namespaceIndex = 'namespace'
/** CacheClusters by the CachePolicy that they name: `namespace/name`. */
export const policyIndex = 'policy'

/** CacheClusters by the id of their cache, as status has it. */
export const idIndex = 'id'

/** CacheClusters by the Secrets that they mean to write: `namespace/name`. */
export const secretIndex = 'secret'

export const policyOf = ({ metadata: { namespace = '' }, spec }: KubeObject): string | undefined => {
  const name = (spec as Partial<CacheClusterSpec> | undefined)?.policyRef?.name
  return name === undefined ? undefined : textOf({ namespace, name })
}

const secretsOf = ({ metadata: { namespace = '', name }, spec }: KubeObject): readonly string[] =>
  writtenNames({ name, spec: spec as CacheClusterSpec }).map((secret) => textOf({ namespace, name: secret }))

const idOf = ({ status }: KubeObject) => (status as CacheClusterStatus | undefined)?.id

const byNamespace = ({ metadata }: KubeObject) => metadata.namespace

export const indexes = {
  [cacheClusterKind.kind]: {
    [secretIndex]: secretsOf,
    [idIndex]: idOf,
    [policyIndex]: policyOf,
    [readyIndex]: readyOf,
  },
  [cachePolicyKind.kind]: { [namespaceIndex]: byNamespace, [readyIndex]: readyOf },
}
