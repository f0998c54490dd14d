import type { CacheSecurityGroupMessage, DescribeCacheSecurityGroupsMessage } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { noCacheSecurityGroups } from '../rules/network.ts'
import { emptyPage } from '../world/page.ts'

/** Even a list is refused: the account has no EC2-Classic. */
export const operation: Operation<DescribeCacheSecurityGroupsMessage, CacheSecurityGroupMessage> = ({ input }) => {
  emptyPage(input)
  throw noCacheSecurityGroups()
}
