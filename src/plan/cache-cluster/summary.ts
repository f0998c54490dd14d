import type { CacheClusterStatus } from '../../crds/cache-cluster/status.ts'
import { given } from '../core/given.ts'
import type { ObservedCache } from '../core/observed.ts'
import { addressOf, nodeEndpoints } from '../secrets/endpoints.ts'

/** The part of status that repeats what AWS has, as it was said before. */
export const summaryKept = ({
  engineVersion,
  nodeType,
  size,
  shards,
  replicasPerShard,
  clusterMode,
  automaticFailover,
  multiAZ,
  address,
  endpoint,
  members,
  pending,
}: CacheClusterStatus) => ({
  engineVersion,
  nodeType,
  size,
  shards,
  replicasPerShard,
  clusterMode,
  automaticFailover,
  multiAZ,
  address,
  endpoint,
  members,
  pending,
})

/** The part of status that repeats what AWS has. Of a cache that is gone its version and size stay, for whoever looks back. */
export const summary = (before: CacheClusterStatus, cache: ObservedCache | undefined) => {
  if (cache === undefined) {
    return { engineVersion: before.engineVersion, nodeType: before.nodeType, size: before.size }
  }
  const first = addressOf(cache)
  const pending = Object.fromEntries(Object.entries(cache.pending).map(([key, value]) => [key, String(value)]))
  const common = {
    engineVersion: cache.engineVersion === '' ? before.engineVersion : cache.engineVersion,
    nodeType: cache.nodeType,
    address: first && `${first.host}:${first.port}`,
    members: cache.members.map(({ id, shard, role, zone, status }) =>
      given<NonNullable<CacheClusterStatus['members']>[number]>({
        id,
        shard: shard === '' ? undefined : shard,
        role,
        zone,
        status,
      }),
    ),
    pending: Object.keys(pending).length === 0 ? undefined : pending,
  }
  if (cache.is === 'memcached') {
    return {
      ...common,
      size: `${cache.nodeCount} ${cache.nodeType}`,
      endpoint: given<NonNullable<CacheClusterStatus['endpoint']>>({
        configuration: cache.configuration,
        nodes: nodeEndpoints(cache).map(({ host, port }) => `${host}:${port}`),
        port: first?.port,
      }),
    }
  }
  return {
    ...common,
    size: `${cache.shards}x${cache.replicasPerShard} ${cache.nodeType}`,
    shards: cache.shards,
    replicasPerShard: cache.replicasPerShard,
    clusterMode: cache.clusterMode,
    automaticFailover: cache.automaticFailover,
    multiAZ: cache.multiAZ,
    endpoint: given<NonNullable<CacheClusterStatus['endpoint']>>({
      primary: cache.primary,
      reader: cache.reader,
      configuration: cache.configuration,
      port: first?.port,
    }),
  }
}
