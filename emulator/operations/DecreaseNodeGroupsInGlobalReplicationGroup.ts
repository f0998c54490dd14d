import type {
  DecreaseNodeGroupsInGlobalReplicationGroupMessage,
  DecreaseNodeGroupsInGlobalReplicationGroupResult,
} from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { immediately, noGlobalGroup, shardCount } from '../rules/global-group.ts'
import { invalidCombination } from '../wire/refusal.ts'

export const operation: Operation<
  DecreaseNodeGroupsInGlobalReplicationGroupMessage,
  DecreaseNodeGroupsInGlobalReplicationGroupResult
> = ({ input, quotas }) => {
  immediately(input.ApplyImmediately)
  shardCount(input.NodeGroupCount, quotas.shardsPerGroup)
  const [removed, retained] = [input.GlobalNodeGroupsToRemove ?? [], input.GlobalNodeGroupsToRetain ?? []]
  if (removed.length > 0 === retained.length > 0) {
    throw invalidCombination('Exactly one of GlobalNodeGroupsToRemove and GlobalNodeGroupsToRetain must be given.')
  }
  throw noGlobalGroup(input.GlobalReplicationGroupId)
}
