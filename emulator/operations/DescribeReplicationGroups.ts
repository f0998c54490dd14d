import type { DescribeReplicationGroupsMessage, ReplicationGroupMessage } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { groupCalled } from '../rules/replication-group.ts'
import { groupShown } from '../shown/replication-group.ts'
import { pageOf } from '../world/page.ts'

export const operation: Operation<DescribeReplicationGroupsMessage, ReplicationGroupMessage> = (call) => {
  const { input, world } = call
  const groups = input.ReplicationGroupId ? [groupCalled(world, input.ReplicationGroupId)] : world.groups.values()
  const { items, ...next } = pageOf(groups, (group) => group.id, input)
  return { ReplicationGroups: items.map((group) => groupShown(call, group)), ...next }
}
