import type { CacheClusterMessage, DescribeCacheClustersMessage } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { clusterCalled } from '../rules/cache-cluster.ts'
import { clusterShown } from '../shown/cache-cluster.ts'
import { pageOf } from '../world/page.ts'

export const operation: Operation<DescribeCacheClustersMessage, CacheClusterMessage> = (call) => {
  const { input, world } = call
  const named = input.CacheClusterId ? [clusterCalled(world, input.CacheClusterId)] : [...world.clusters.values()]
  const clusters = input.ShowCacheClustersNotInReplicationGroups
    ? named.filter((cluster) => cluster.groupId === undefined)
    : named
  const { items, ...next } = pageOf(clusters, (cluster) => cluster.id, input)
  return {
    CacheClusters: items.map((cluster) => clusterShown(call, cluster, input.ShowCacheNodeInfo ?? false)),
    ...next,
  }
}
