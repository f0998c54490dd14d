import type {
  IncreaseNodeGroupsInGlobalReplicationGroupMessage,
  IncreaseNodeGroupsInGlobalReplicationGroupResult,
} from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { immediately, noGlobalGroup, regionName, shardCount } from '../rules/global-group.ts'

export const operation: Operation<
  IncreaseNodeGroupsInGlobalReplicationGroupMessage,
  IncreaseNodeGroupsInGlobalReplicationGroupResult
> = ({ input, quotas }) => {
  immediately(input.ApplyImmediately)
  shardCount(input.NodeGroupCount, quotas.shardsPerGroup)
  for (const regional of input.RegionalConfigurations ?? []) {
    regionName('RegionalConfigurations.ReplicationGroupRegion', regional.ReplicationGroupRegion)
  }
  throw noGlobalGroup(input.GlobalReplicationGroupId)
}
