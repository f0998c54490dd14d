import { groupKeys } from './engines-wanted.ts'
import { record } from './event.ts'
import { serverlessTouching } from './serverless-cache.ts'
import { serverlessKeys } from './serverless-wanted.ts'
import type { Tick } from './tick.ts'
import { groupsWithUser, replicationGroupsTouching, type UserGroup, userIdsAfter } from './user-group.ts'

/** Whether every server that uses one of these user groups has followed; one that cannot be had holds nobody up. */
const serversFollowed = (tick: Tick, userGroups: readonly UserGroup[]): boolean =>
  userGroups
    .flatMap(({ id }) => [
      ...replicationGroupsTouching(tick.world, id).flatMap((group) => groupKeys(tick.world, group)),
      ...serverlessTouching(tick.world, id).flatMap((cache) => serverlessKeys(tick.world, cache)),
    ])
    .every((key) => tick.nodes.isReady(key) || tick.nodes.failureOf(key) !== undefined)

/** A user that is being made or changed becomes active. */
export const settleUser = (tick: Tick, id: string): boolean => {
  const user = tick.world.users.get(id)
  if (!user || (user.status !== 'creating' && user.status !== 'modifying')) return true
  if (!serversFollowed(tick, groupsWithUser(tick.world, id))) return false
  record(tick.world, tick.atMs, 'user', id, `User ${id} ${user.status === 'creating' ? 'created' : 'modified'}`)
  user.status = 'active'
  return true
}

/** A deleted user is gone, as soon as it has left its user groups. */
export const removeUser = (tick: Tick, id: string): boolean => {
  const user = tick.world.users.get(id)
  if (!user) return true
  if ([...tick.world.userGroups.values()].some((group) => group.userIds.includes(id))) return false
  tick.world.users.delete(id)
  tick.world.tags.delete(user.arn)
  record(tick.world, tick.atMs, 'user', id, `User ${id} deleted`)
  return true
}

/** A user group that is being made or changed becomes active. */
export const settleUserGroup = (tick: Tick, id: string): boolean => {
  const group = tick.world.userGroups.get(id)
  if (!group || (group.status !== 'creating' && group.status !== 'modifying')) return true
  if (!serversFollowed(tick, [group])) return false
  const done = group.status === 'creating' ? 'created' : 'modified'
  group.userIds = userIdsAfter(group, group.applying)
  group.engine = group.applying?.engine ?? group.engine
  delete group.applying
  group.status = 'active'
  record(tick.world, tick.atMs, 'user-group', id, `User group ${id} ${done}`)
  return true
}

/** A deleted user group is gone. */
export const removeUserGroup = (tick: Tick, id: string): boolean => {
  const group = tick.world.userGroups.get(id)
  if (!group) return true
  tick.world.userGroups.delete(id)
  tick.world.tags.delete(group.arn)
  record(tick.world, tick.atMs, 'user-group', id, `User group ${id} deleted`)
  return true
}
