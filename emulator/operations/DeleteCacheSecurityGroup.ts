import type { DeleteCacheSecurityGroupMessage } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { noCacheSecurityGroups } from '../rules/network.ts'

export const operation: Operation<DeleteCacheSecurityGroupMessage, object> = () => {
  throw noCacheSecurityGroups()
}
