import type { CacheCluster, ReplicationGroup } from '@aws-sdk/client-elasticache'
import type { ObservedCache } from '../../plan/core/observed.ts'
import { groupOf } from './group.ts'
import { memcachedOf } from './memcached.ts'
import { lower } from './parts.ts'

const lastOfEach = <T>(things: readonly T[], idOf: (thing: T) => string | undefined): readonly T[] => [
  ...new Map(things.map((thing) => [lower(idOf(thing)), thing])).values(),
]

/**
 * What the lists tell, in our words: every replication group with the cache clusters that name it, every memcached
 * cluster. What comes twice, since a list moved between two pages, counts once, as told last. A redis cluster without a
 * group is nothing that Larder makes, so it is left out.
 */
export const translate = (
  groups: readonly ReplicationGroup[],
  clusters: readonly CacheCluster[],
): readonly ObservedCache[] => {
  const distinct = lastOfEach(clusters, (cluster) => cluster.CacheClusterId)
  const byGroup = Map.groupBy(distinct, (cluster) => lower(cluster.ReplicationGroupId))
  return [
    ...lastOfEach(groups, (group) => group.ReplicationGroupId).map((group) =>
      groupOf(group, byGroup.get(lower(group.ReplicationGroupId)) ?? []),
    ),
    ...distinct.filter((cluster) => lower(cluster.Engine) === 'memcached').map(memcachedOf),
  ]
}
