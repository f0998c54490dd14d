import {
  type CacheCluster,
  DescribeCacheClustersCommand,
  DescribeReplicationGroupsCommand,
  type ElastiCacheClient,
} from '@aws-sdk/client-elasticache'
import type { ObservedCache } from '../../plan/core/observed.ts'
import { awsFailureOf } from '../errors/errors.ts'
import { listerOf } from '../snapshot/lists.ts'
import { allPages } from '../snapshot/pages.ts'
import { translate } from '../translate/translate.ts'

/** Up to so many members are asked for by id; more are cheaper read from the list. */
const fewMembers = 8

const readCluster = async (client: ElastiCacheClient, id: string): Promise<readonly CacheCluster[]> => {
  const reply = await client.send(new DescribeCacheClustersCommand({ CacheClusterId: id, ShowCacheNodeInfo: true }))
  return reply.CacheClusters ?? []
}

/** A member may be gone by the time that it is asked for: then it is simply not there. */
const readMember = async (client: ElastiCacheClient, id: string): Promise<readonly CacheCluster[]> => {
  try {
    return await readCluster(client, id)
  } catch (error) {
    if (awsFailureOf(error, 'cacheCluster') === undefined) return []
    throw error
  }
}

/** A replication group with its members, asked for now. Throws the SDK's not-found when AWS has none. */
export const readGroup = async (client: ElastiCacheClient, id: string): Promise<ObservedCache | undefined> => {
  const reply = await client.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: id }))
  const groups = reply.ReplicationGroups ?? []
  const ids = groups.flatMap((group) => group.MemberClusters ?? [])
  const members =
    ids.length <= fewMembers
      ? (await Promise.all(ids.map((member) => readMember(client, member)))).flat()
      : (await allPages((marker) => listerOf(client).clusters(marker, false))).items
  return translate(groups, members).find((cache) => cache.is === 'group' && cache.id === id.toLowerCase())
}

/** A memcached cluster, asked for now. Throws the SDK's not-found when AWS has none. */
export const readMemcached = async (client: ElastiCacheClient, id: string): Promise<ObservedCache | undefined> =>
  translate([], await readCluster(client, id))[0]
