import type {
  DisassociateGlobalReplicationGroupMessage,
  DisassociateGlobalReplicationGroupResult,
} from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { noGlobalGroup, regionName } from '../rules/global-group.ts'

export const operation: Operation<
  DisassociateGlobalReplicationGroupMessage,
  DisassociateGlobalReplicationGroupResult
> = ({ input }) => {
  regionName('ReplicationGroupRegion', input.ReplicationGroupRegion)
  throw noGlobalGroup(input.GlobalReplicationGroupId)
}
