import {
  DescribeCacheClustersCommand,
  DescribeReplicationGroupsCommand,
  type ElastiCacheClient,
} from '@aws-sdk/client-elasticache'
import type { Lister } from './pages.ts'

/** The most that AWS gives on a page. */
export const pageSize = 100

/** The two lists of the snapshot, as the SDK asks for them. */
export const listerOf = (client: ElastiCacheClient): Lister => ({
  groups: async (Marker) => {
    const reply = await client.send(new DescribeReplicationGroupsCommand({ MaxRecords: pageSize, Marker }))
    return { items: reply.ReplicationGroups ?? [], marker: reply.Marker }
  },
  clusters: async (Marker, standalone) => {
    const reply = await client.send(
      new DescribeCacheClustersCommand({
        MaxRecords: pageSize,
        Marker,
        ShowCacheNodeInfo: true,
        ...(standalone ? { ShowCacheClustersNotInReplicationGroups: true } : {}),
      }),
    )
    return { items: reply.CacheClusters ?? [], marker: reply.Marker }
  },
})
