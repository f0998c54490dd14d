import type {
  RevokeCacheSecurityGroupIngressMessage,
  RevokeCacheSecurityGroupIngressResult,
} from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { noCacheSecurityGroups } from '../rules/network.ts'

export const operation: Operation<
  RevokeCacheSecurityGroupIngressMessage,
  RevokeCacheSecurityGroupIngressResult
> = () => {
  throw noCacheSecurityGroups()
}
