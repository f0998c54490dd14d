import type { DescribeUserGroupsMessage, DescribeUserGroupsResult } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { userGroupCalled } from '../rules/user-group.ts'
import { userGroupShown } from '../shown/user.ts'
import { pageOf } from '../world/page.ts'

export const operation: Operation<DescribeUserGroupsMessage, DescribeUserGroupsResult> = ({ input, world }) => {
  const groups = input.UserGroupId ? [userGroupCalled(world, input.UserGroupId)] : world.userGroups.values()
  const { items, ...next } = pageOf(groups, (group) => group.id, input)
  return { UserGroups: items.map((group) => userGroupShown(world, group)), ...next }
}
