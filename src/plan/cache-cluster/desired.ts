import type { CacheClusterSpec } from '../../crds/cache-cluster.ts'
import type { NewGroup, NewMemcached } from '../core/action.ts'
import { given } from '../core/given.ts'

export { given } from '../core/given.ts'

/**
 * What a spec asks for, with the defaults that depend on other fields filled in. Unset stays unset: what the user does not
 * name is AWS's, and is never compared.
 */
export const desiredGroup = (spec: CacheClusterSpec, parameterGroupName: string | undefined): NewGroup => {
  const { nodes, encryption = {} } = spec
  const replicas = nodes.replicasPerShard ?? 0
  const clusterMode = nodes.clusterMode ?? 'Disabled'
  return given<NewGroup>({
    engine: spec.engine === 'valkey' ? 'valkey' : 'redis',
    engineVersion: spec.engineVersion,
    nodeType: nodes.type,
    shards: nodes.shards ?? 1,
    replicasPerShard: replicas,
    clusterMode,
    multiAZ: nodes.multiAZ ?? (replicas > 0 && nodes.automaticFailover !== false),
    automaticFailover: nodes.automaticFailover ?? (replicas > 0 || clusterMode === 'Enabled'),
    ...placed(spec, parameterGroupName),
    atRest: encryption.atRest,
    kmsKeyId: encryption.kmsKeyId,
  })
}

export const desiredMemcached = (spec: CacheClusterSpec, parameterGroupName: string | undefined): NewMemcached => {
  const { nodes } = spec
  return given<NewMemcached>({
    engineVersion: spec.engineVersion,
    nodeType: nodes.type,
    nodeCount: nodes.count ?? 1,
    ...placed(spec, parameterGroupName),
  })
}

/** Where a cache stands and how it is reached: the same words for every engine. */
const placed = (
  { nodes, network = {}, encryption = {} }: CacheClusterSpec,
  parameterGroupName: string | undefined,
) => ({
  zones: nodes.zones,
  parameterGroupName,
  subnetGroupName: network.subnetGroupName,
  securityGroupIds: sorted(network.securityGroupIds),
  port: network.port,
  networkType: network.type,
  inTransit: encryption.inTransit ?? 'Disabled',
})

const sorted = (list: readonly string[] | undefined) => (list === undefined ? undefined : [...list].sort())
