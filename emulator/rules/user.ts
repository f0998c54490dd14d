import { createHash } from 'node:crypto'
import { invalidCombination, invalidValue, refusal } from '../wire/refusal.ts'
import { type AccessEngine, DEFAULT_USER, type User } from '../world/user.ts'
import type { World } from '../world/world.ts'

/** Users of the emulator's own on every server. */
const RESERVED_NAME = /^larder-/i

/** What a user logs in with. */
export type Authentication = Pick<User, 'authentication' | 'passwords'>

export interface AuthenticationFields {
  readonly Passwords?: readonly string[] | undefined
  readonly NoPasswordRequired?: boolean | undefined
  readonly AuthenticationMode?:
    | { readonly Type?: string | undefined; readonly Passwords?: readonly string[] | undefined }
    | undefined
}

/** The user of an id, or UserNotFound. */
export const userCalled = (world: World, id: string | undefined): User => {
  const user = world.users.get(id?.toLowerCase() ?? '')
  if (!user) throw refusal('UserNotFound', `User ${id} not found.`)
  return user
}

/** A user that may be changed or deleted now. */
export const changeableUser = (world: World, id: string | undefined): User => {
  const user = userCalled(world, id)
  if (user.id === DEFAULT_USER) throw invalidValue('The default user cannot be modified or deleted.')
  if (user.status !== 'active') {
    throw refusal('InvalidUserState', `User ${user.id} has status ${user.status}. Only active users can be modified.`)
  }
  return user
}

export const accessEngine = (engine: string | undefined): AccessEngine => {
  const name = engine?.toLowerCase()
  if (name !== 'redis' && name !== 'valkey') {
    throw invalidValue(`Invalid Engine: ${engine}. Valid values are: redis, valkey.`)
  }
  return name
}

/** A name that clients log in with: it is stored as it is. */
export const userName = (name: string | undefined): string => {
  if (name === undefined || name.length < 1 || name.length > 128 || !/^[A-Za-z0-9_.:@+=/-]+$/.test(name)) {
    throw invalidValue('The parameter UserName is not valid.')
  }
  if (RESERVED_NAME.test(name)) throw invalidValue('User names that begin with larder- are in use by this endpoint.')
  return name
}

const checkedPassword = (password: string): string => {
  if (password.length < 16 || password.length > 128) {
    throw invalidValue('Passwords length must be between 16-128 characters.')
  }
  if (!/^[\x21-\x7e]+$/.test(password) || /[,"/@]/.test(password)) {
    throw invalidValue('Passwords must be printable ASCII without spaces, commas, double quotes, slashes and at signs.')
  }
  return createHash('sha256').update(password).digest('hex')
}

const withPasswords = (passwords: readonly string[]): Authentication => {
  if (passwords.length === 0) {
    throw invalidValue(
      'No password was provided. If you want to create/update the user without password, please use the NoPasswordRequired flag.',
    )
  }
  if (passwords.length > 2) throw invalidValue('A user can have no more than two passwords.')
  const hashes = passwords.map(checkedPassword)
  if (new Set(hashes).size < hashes.length) throw invalidValue('The passwords of a user must be different.')
  return { authentication: 'password', passwords: hashes }
}

const modeOf = (fields: AuthenticationFields): string | undefined => {
  const mode = fields.AuthenticationMode
  if (mode === undefined) return undefined
  if (fields.Passwords !== undefined || fields.NoPasswordRequired !== undefined) {
    throw invalidCombination('AuthenticationMode cannot be used with Passwords or NoPasswordRequired.')
  }
  const type = mode.Type ?? ''
  if (!['password', 'no-password-required', 'iam'].includes(type)) {
    throw invalidValue(`Invalid authentication type: ${type}. Valid values are: password, no-password-required, iam.`)
  }
  if (type !== 'password' && (mode.Passwords ?? []).length > 0) {
    throw invalidCombination(`Passwords cannot be used with authentication type: ${type}`)
  }
  return type
}

/** What a request says of logging in; undefined when it says nothing. */
export const authenticationOf = (
  fields: AuthenticationFields,
  user: Pick<User, 'id' | 'name'>,
): Authentication | undefined => {
  const mode = modeOf(fields)
  if (mode === 'iam') {
    if (user.id !== user.name) {
      throw invalidCombination('User Id and User name must be same for authentication type: iam')
    }
    return { authentication: 'iam', passwords: [] }
  }
  if (mode === 'no-password-required') return { authentication: 'no-password', passwords: [] }
  if (mode === 'password') return withPasswords(fields.AuthenticationMode?.Passwords ?? [])
  if (fields.NoPasswordRequired) {
    if ((fields.Passwords ?? []).length > 0) {
      throw invalidCombination('Passwords cannot be used with NoPasswordRequired.')
    }
    return { authentication: 'no-password', passwords: [] }
  }
  if (fields.Passwords === undefined && fields.NoPasswordRequired === undefined) return undefined
  return withPasswords(fields.Passwords ?? [])
}

/** What a new user logs in with: it must be said. */
export const newAuthentication = (fields: AuthenticationFields, user: Pick<User, 'id' | 'name'>): Authentication =>
  authenticationOf(fields, user) ?? withPasswords([])
