import {
  type CacheCluster,
  DescribeCacheClustersCommand,
  DescribeReplicationGroupsCommand,
  type ElastiCacheClient,
} from '@aws-sdk/client-elasticache'
import type { ObservedCache } from '../../plan/core/observed.ts'
import { awsFailureOf } from '../errors/errors.ts'
import { groupAlone, groupOf } from '../translate/group.ts'
import { lower } from '../translate/parts.ts'
import { translate } from '../translate/translate.ts'

/** Up to so many members are asked for by id. Of a larger group the last poll has to do: listing the account costs far more. */
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

/**
 * A replication group, asked for now. Throws the SDK's not-found when AWS has none. `pictured` is what the last poll found of
 * it, if anything: it speaks for members that aren't asked for.
 */
export const readGroup = async (
  client: ElastiCacheClient,
  id: string,
  withMembers: boolean,
  pictured: ObservedCache | undefined,
): Promise<ObservedCache | undefined> => {
  const reply = await client.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: id }))
  const group = reply.ReplicationGroups?.find((one) => lower(one.ReplicationGroupId) === id.toLowerCase())
  if (!group) return undefined
  const ids = group.MemberClusters ?? []
  if (!withMembers || ids.length > fewMembers)
    return groupAlone(group, pictured?.is === 'group' ? pictured : undefined, withMembers)
  const members = await Promise.all(ids.map((member) => readMember(client, member)))
  return groupOf(group, members.flat())
}

/** A memcached cluster, asked for now. Throws the SDK's not-found when AWS has none. */
export const readMemcached = async (client: ElastiCacheClient, id: string): Promise<ObservedCache | undefined> =>
  translate([], await readCluster(client, id))[0]
