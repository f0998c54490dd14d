import type { CreateCacheSecurityGroupMessage, CreateCacheSecurityGroupResult } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { identifier } from '../rules/identifier.ts'
import { noCacheSecurityGroups } from '../rules/network.ts'

export const operation: Operation<CreateCacheSecurityGroupMessage, CreateCacheSecurityGroupResult> = ({ input }) => {
  identifier('CacheSecurityGroupName', input.CacheSecurityGroupName, 255)
  throw noCacheSecurityGroups()
}
