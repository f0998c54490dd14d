import type {
  RebalanceSlotsInGlobalReplicationGroupMessage,
  RebalanceSlotsInGlobalReplicationGroupResult,
} from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { immediately, noGlobalGroup } from '../rules/global-group.ts'

export const operation: Operation<
  RebalanceSlotsInGlobalReplicationGroupMessage,
  RebalanceSlotsInGlobalReplicationGroupResult
> = ({ input }) => {
  immediately(input.ApplyImmediately)
  throw noGlobalGroup(input.GlobalReplicationGroupId)
}
