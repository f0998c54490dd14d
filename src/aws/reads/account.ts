import { DescribeCacheParameterGroupsCommand, type ElastiCacheClient } from '@aws-sdk/client-elasticache'
import { arnParts } from '../../plan/core/identity.ts'

/**
 * The account that the credentials lead to: every account has the default parameter groups, and their ARNs name it. No other
 * service needs to be asked, nor a right beyond those of ElastiCache.
 */
export const readAccount = async (client: ElastiCacheClient): Promise<string | undefined> => {
  const { CacheParameterGroups = [] } = await client.send(new DescribeCacheParameterGroupsCommand({ MaxRecords: 20 }))
  const arn = CacheParameterGroups.find((group) => group.ARN)?.ARN
  return arn === undefined ? undefined : arnParts(arn).account
}
