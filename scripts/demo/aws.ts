import {
  DescribeCacheClustersCommand,
  DescribeCacheParameterGroupsCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
} from '@aws-sdk/client-elasticache'
import { region, type World } from '../local/world.ts'

/** What AWS holds, asked with AWS's own client: caches, and parameter groups that are not AWS's defaults. */
export const holdings = async (world: World): Promise<readonly string[]> => {
  const client = new ElastiCacheClient({
    region,
    endpoint: world.awsUrl,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  const [groups, clusters, parameters] = await Promise.all([
    client.send(new DescribeReplicationGroupsCommand({})),
    client.send(new DescribeCacheClustersCommand({})),
    client.send(new DescribeCacheParameterGroupsCommand({})),
  ])
  client.destroy()
  return [
    ...(groups.ReplicationGroups ?? []).map((group) => `replication group ${group.ReplicationGroupId}`),
    ...(clusters.CacheClusters ?? []).map((cluster) => `cache cluster ${cluster.CacheClusterId}`),
    ...(parameters.CacheParameterGroups ?? [])
      .filter((group) => !group.CacheParameterGroupName?.startsWith('default.'))
      .map((group) => `parameter group ${group.CacheParameterGroupName}`),
  ]
}
