import { invalidCombination } from '../wire/refusal.ts'
import type { EngineVersion } from '../world/engine-version.ts'
import type { Settings, Tls } from '../world/settings.ts'
import type { World } from '../world/world.ts'
import { activeUserGroup, groupFitsVersion, userGroupCalled } from './user-group.ts'

/** A cache has one user group at most. */
const withinLimit = (ids: readonly string[]): void => {
  if (ids.length > 1) throw invalidCombination('A replication group can have no more than one user group.')
}

/** Role-based access needs transit encryption, in mode required. */
const tlsFits = (tls: Tls): void => {
  if (tls === 'disabled') {
    throw invalidCombination(
      'User group based access control requires encryption-in-transit to be enabled on the replication group.',
    )
  }
  if (tls === 'preferred') {
    throw invalidCombination('Transit encryption preferred is not supported with redis access control.')
  }
}

export interface NewUserGroupFields {
  readonly UserGroupIds?: readonly string[] | undefined
  readonly AuthToken?: string | undefined
}

/** The user groups of a new replication group. */
export const newUserGroups = (
  world: World,
  fields: NewUserGroupFields,
  tls: Tls,
  version: EngineVersion,
): readonly string[] => {
  const asked = fields.UserGroupIds ?? []
  if (asked.length === 0) return []
  for (const id of asked) groupFitsVersion(world, activeUserGroup(world, id, version.engine), version)
  withinLimit(asked)
  tlsFits(tls)
  if (fields.AuthToken !== undefined) throw invalidCombination('AuthToken cannot be used together with UserGroupIds.')
  return asked.map((id) => id.toLowerCase())
}

export interface UserGroupFields {
  readonly UserGroupIdsToAdd?: readonly string[] | undefined
  readonly UserGroupIdsToRemove?: readonly string[] | undefined
  readonly RemoveUserGroups?: boolean | undefined
  readonly TransitEncryptionEnabled?: boolean | undefined
  readonly TransitEncryptionMode?: string | undefined
  readonly AuthTokenUpdateStrategy?: string | undefined
}

/** The settings that hold, and what they will be once all that waits for the maintenance window is done. */
export interface BeforeAndWaiting {
  readonly before: Settings
  readonly waiting: Settings
}

/** Transit encryption cannot be touched while users are in force, not even to say what it is. */
const leavesTlsAlone = (fields: UserGroupFields, waiting: Settings): void => {
  if ((waiting.userGroupIds ?? []).length === 0) return
  if (fields.TransitEncryptionMode === 'preferred') {
    throw invalidCombination('Transit encryption preferred is not supported with redis access control.')
  }
  if (fields.TransitEncryptionEnabled !== undefined || fields.TransitEncryptionMode !== undefined) {
    throw invalidCombination('Modification of transit encryption is not supported for access control enabled clusters.')
  }
}

const removed = (world: World, fields: UserGroupFields, current: readonly string[]): readonly string[] => {
  const named = (fields.UserGroupIdsToRemove ?? []).map((id) => userGroupCalled(world, id).id)
  const absent = named.find((id) => !current.includes(id))
  if (absent !== undefined) {
    throw invalidCombination(`The user group ${absent} is not associated with the replication group.`)
  }
  if (!fields.RemoveUserGroups) return named
  if (current.length === 0) throw invalidCombination('The replication group has no user groups.')
  return current
}

const added = (
  world: World,
  fields: UserGroupFields,
  { before, waiting }: BeforeAndWaiting,
  version: EngineVersion,
  current: readonly string[],
): readonly string[] => {
  const asked = fields.UserGroupIdsToAdd ?? []
  if (asked.length === 0) return []
  const groups = asked.map((id) => activeUserGroup(world, id, version.engine))
  for (const group of groups) groupFitsVersion(world, group, version)
  const present = groups.find(({ id }) => current.includes(id))
  if (present)
    throw invalidCombination(`The user group ${present.id} is associated with the replication group already.`)
  tlsFits(waiting.tls)
  if (before.auth.tokens.length > 0 && fields.AuthTokenUpdateStrategy !== 'DELETE') {
    throw invalidCombination('A user group can be added to a group with AUTH only with AuthTokenUpdateStrategy DELETE.')
  }
  return groups.map(({ id }) => id)
}

/** The user groups that a modification leaves; undefined when it does not touch them. */
export const userGroupsAfter = (
  world: World,
  fields: UserGroupFields,
  settings: BeforeAndWaiting,
  version: EngineVersion,
): readonly string[] | undefined => {
  leavesTlsAlone(fields, settings.waiting)
  const current = settings.before.userGroupIds ?? []
  if (fields.RemoveUserGroups && (fields.UserGroupIdsToAdd ?? []).length > 0) {
    throw invalidCombination('RemoveUserGroups cannot be used together with UserGroupIdsToAdd.')
  }
  const leaving = removed(world, fields, current)
  const joining = added(world, fields, settings, version, current)
  if (leaving.length + joining.length === 0) return undefined
  const after = [...current.filter((id) => !leaving.includes(id)), ...joining]
  withinLimit(after)
  return after
}

/** Role-based access and AUTH exclude each other: what a modification may do with tokens while users are in force. */
export const tokensFit = (
  fields: UserGroupFields & { readonly AuthToken?: string | undefined },
  waiting: Settings,
): void => {
  if ((waiting.userGroupIds ?? []).length === 0 || fields.AuthToken === undefined) return
  if (!fields.RemoveUserGroups || fields.AuthTokenUpdateStrategy !== 'SET') {
    throw invalidCombination(
      'AuthToken can be used on a replication group with user groups only with RemoveUserGroups and AuthTokenUpdateStrategy SET.',
    )
  }
}
