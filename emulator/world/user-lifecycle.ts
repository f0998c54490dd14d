import type { Profile } from './profile.ts'
import { schedule } from './transition.ts'
import type { UserGroup, UserGroupChange } from './user-group.ts'
import type { World } from './world.ts'

/** Starts a change of a user group, or adds to the one that is under way. */
export const beginUserGroupChange = (
  world: World,
  profile: Profile,
  group: UserGroup,
  change: UserGroupChange,
  nowMs: number,
): void => {
  const before = group.applying
  group.applying = {
    ...before,
    ...change,
    add: [...(before?.add ?? []), ...change.add],
    remove: [...(before?.remove ?? []), ...change.remove],
  }
  // One that is being made or changed is settled when that is due, with all that was added meanwhile.
  if (group.status !== 'active') return
  group.status = 'modifying'
  schedule(world, nowMs + profile.userMs, { do: 'settleUserGroup', id: group.id })
}
