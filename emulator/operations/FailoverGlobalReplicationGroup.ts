import type {
  FailoverGlobalReplicationGroupMessage,
  FailoverGlobalReplicationGroupResult,
} from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { noGlobalGroup, regionName } from '../rules/global-group.ts'

export const operation: Operation<FailoverGlobalReplicationGroupMessage, FailoverGlobalReplicationGroupResult> = ({
  input,
}) => {
  regionName('PrimaryRegion', input.PrimaryRegion)
  throw noGlobalGroup(input.GlobalReplicationGroupId)
}
