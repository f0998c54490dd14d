import type {
  DescribeGlobalReplicationGroupsMessage,
  DescribeGlobalReplicationGroupsResult,
} from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { noGlobalGroup } from '../rules/global-group.ts'
import { emptyPage } from '../world/page.ts'

export const operation: Operation<DescribeGlobalReplicationGroupsMessage, DescribeGlobalReplicationGroupsResult> = ({
  input,
}) => {
  emptyPage(input)
  if (input.GlobalReplicationGroupId) throw noGlobalGroup(input.GlobalReplicationGroupId)
  return { GlobalReplicationGroups: [] }
}
