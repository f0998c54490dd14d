import { busy, missing, stalled, taken } from './row-kinds.ts'
import type { ErrorRow } from './rows.ts'

/** Users and user groups. */
export const userErrorRows: readonly ErrorRow[] = [
  missing('UserNotFound', 'user', 'Name a user that exists. AWS also says this of a user that is being changed.'),
  taken('UserAlreadyExists', 'user', 'Choose another id for the user.'),
  stalled('UserQuotaExceeded', 'QuotaExceeded', 'Delete users that nobody uses, or ask AWS for a higher quota.'),
  busy('InvalidUserState', 'Wait: the user is being changed.'),
  stalled('DuplicateUserName', 'InvalidSpec', 'Give each user of a user group its own user name.'),
  stalled('DefaultUserRequired', 'InvalidSpec', 'Put a user whose user name is default into the user group.'),
  stalled(
    'DefaultUserAssociatedToUserGroup',
    'InvalidSpec',
    'Put another user named default into the user group first.',
  ),
  missing('UserGroupNotFound', 'userGroup', 'Name a user group that exists.'),
  taken('UserGroupAlreadyExists', 'userGroup', 'Choose another id for the user group.'),
  stalled(
    'UserGroupQuotaExceeded',
    'QuotaExceeded',
    'Delete user groups that nobody uses, or ask AWS for a higher quota.',
  ),
  busy('InvalidUserGroupState', 'Wait: the user group is being changed.'),
]
