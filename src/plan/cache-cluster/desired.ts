import type { CacheClusterSpec } from '../../crds/cache-cluster/spec.ts'
import type { MemcachedSettings, NewGroup, NewMemcached } from '../core/action.ts'
import { given } from '../core/given.ts'
import type { ObservedGroup } from '../core/observed.ts'

/** What a standing cache should have. Unset means: as it is, so only what the user wrote is here. */
export type WantedGroup = Partial<NewGroup> & Pick<NewGroup, 'engine' | 'nodeType'>
export type WantedMemcached = Partial<NewMemcached> & Pick<NewMemcached, 'nodeType'>

/** What a create says: defaults are chosen here, and never again. */
export const groupAtCreate = (spec: CacheClusterSpec, parameterGroupName: string | undefined): NewGroup => {
  const { nodes, encryption = {} } = spec
  const replicas = nodes.replicasPerShard ?? 0
  const clusterMode = nodes.clusterMode ?? 'Disabled'
  return given<NewGroup>({
    ...groupWanted(spec, parameterGroupName),
    shards: nodes.shards ?? 1,
    replicasPerShard: replicas,
    clusterMode,
    multiAZ: nodes.multiAZ ?? multiAZByDefault(spec, replicas),
    automaticFailover: nodes.automaticFailover ?? (replicas > 0 || clusterMode === 'Enabled'),
    inTransit: encryption.inTransit ?? 'Disabled',
  })
}

/** Several zones by default where there are replicas to spread, unless the user has named a single zone. */
const multiAZByDefault = ({ nodes }: CacheClusterSpec, replicas: number): boolean => {
  const oneZone = nodes.zones !== undefined && new Set(nodes.zones).size < 2
  return replicas > 0 && nodes.automaticFailover !== false && !oneZone
}

export const memcachedAtCreate = (spec: CacheClusterSpec, parameterGroupName: string | undefined): NewMemcached => ({
  ...memcachedWanted(spec, parameterGroupName),
  nodeCount: spec.nodes.count ?? 1,
  inTransit: spec.encryption?.inTransit ?? 'Disabled',
})

/** What the spec says of a replication group, and nothing else. */
export const groupWanted = (spec: CacheClusterSpec, parameterGroupName: string | undefined): WantedGroup => {
  const { nodes, encryption = {} } = spec
  return given<WantedGroup>({
    engine: spec.engine === 'valkey' ? 'valkey' : 'redis',
    engineVersion: spec.engineVersion,
    nodeType: nodes.type,
    shards: nodes.shards,
    replicasPerShard: nodes.replicasPerShard,
    clusterMode: nodes.clusterMode,
    multiAZ: nodes.multiAZ,
    automaticFailover: nodes.automaticFailover,
    ...placed(spec, parameterGroupName),
    atRest: encryption.atRest,
    kmsKeyId: encryption.kmsKeyId,
  } as WantedGroup)
}

export const memcachedWanted = (spec: CacheClusterSpec, parameterGroupName: string | undefined): WantedMemcached =>
  given<WantedMemcached>({
    engineVersion: spec.engineVersion,
    nodeType: spec.nodes.type,
    nodeCount: spec.nodes.count,
    ...placed(spec, parameterGroupName),
  } as WantedMemcached)

/**
 * What else must change for what the user asks, though the user said nothing of it: without replicas there is nothing to
 * fail over to nor to spread over zones, which needs failover too, and so does the way to cluster mode.
 */
export const withNeeds = (wanted: WantedGroup, observed: ObservedGroup): WantedGroup => {
  const clustered = (wanted.clusterMode ?? observed.clusterMode) !== 'Disabled'
  const alone = wanted.replicasPerShard === 0 && !clustered
  const apart = wanted.replicasPerShard === 0 || wanted.automaticFailover === false
  const spread = wanted.multiAZ === true && (wanted.replicasPerShard ?? observed.replicasPerShard) > 0
  const onTheWay = clustered && observed.clusterMode === 'Disabled'
  return given<WantedGroup>({
    ...wanted,
    multiAZ: wanted.multiAZ ?? (apart && observed.multiAZ ? false : undefined),
    automaticFailover:
      wanted.automaticFailover ??
      (alone && observed.automaticFailover
        ? false
        : (onTheWay || spread) && !observed.automaticFailover
          ? true
          : undefined),
  } as WantedGroup)
}

/** Where a cache stands and how it is reached: the same words for every engine. */
const placed = (
  { nodes, network = {}, encryption = {} }: CacheClusterSpec,
  parameterGroupName: string | undefined,
): MemcachedSettings & Pick<NewMemcached, 'zones' | 'subnetGroupName' | 'port' | 'networkType' | 'inTransit'> =>
  given({
    zones: nodes.zones,
    parameterGroupName,
    subnetGroupName: network.subnetGroupName,
    securityGroupIds: network.securityGroupIds && [...network.securityGroupIds].sort(),
    port: network.port,
    networkType: network.type,
    inTransit: encryption.inTransit,
  } as MemcachedSettings)
