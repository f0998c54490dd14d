import type { UserGroupsUpdateStatus } from '@aws-sdk/client-elasticache'

type Ids = readonly string[] | undefined

/** The user groups of a replication group. */
export const userGroupsShown = (ids: Ids): { UserGroupIds?: string[] } =>
  ids === undefined || ids.length === 0 ? {} : { UserGroupIds: [...ids] }

/** What is on its way with the user groups of a replication group. */
export const pendingUserGroupsShown = (before: Ids, after: Ids): { UserGroups?: UserGroupsUpdateStatus } => {
  if (after === undefined) return {}
  const add = after.filter((id) => !before?.includes(id))
  const remove = (before ?? []).filter((id) => !after.includes(id))
  return {
    UserGroups: {
      ...(add.length > 0 ? { UserGroupIdsToAdd: add } : {}),
      ...(remove.length > 0 ? { UserGroupIdsToRemove: remove } : {}),
    },
  }
}
