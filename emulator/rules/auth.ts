import { invalidCombination, invalidValue } from '../wire/refusal.ts'
import { atLeast, type EngineName } from '../world/engine-version.ts'
import { type Auth, NO_AUTH, type Settings, type Tls } from '../world/settings.ts'

/** 16 to 128 printable ASCII characters; of the special ones only ! & # $ ^ < > - */
const TOKEN = /^[A-Za-z0-9!&#$^<>-]{16,128}$/

const checkedToken = (token: string): string => {
  if (!TOKEN.test(token)) {
    throw invalidValue(
      'Invalid AuthToken provided. It must be 16 to 128 printable ASCII characters, of the special ones only ! & # $ ^ < > -.',
    )
  }
  return token
}

/** AUTH of a new group: a token needs transit encryption and an engine that knows it. */
export const newAuth = (token: string | undefined, tls: Tls, version: string, nowMs: number): Auth => {
  if (token === undefined) return { tokens: [], openToo: false }
  if (tls === 'disabled') {
    throw invalidCombination('The AUTH token can only be used with encryption-in-transit enabled.')
  }
  if (!atLeast(version, '3.2.6') || version === '3.2.10') {
    throw invalidCombination(`The AUTH token is not supported for engine version ${version}.`)
  }
  return { tokens: [checkedToken(token)], openToo: false, modifiedAtMs: nowMs }
}

export interface AuthFields {
  readonly AuthToken?: string | undefined
  readonly AuthTokenUpdateStrategy?: string | undefined
  readonly UserGroupIdsToAdd?: readonly string[] | undefined
  readonly RemoveUserGroups?: boolean | undefined
}

export interface AuthChange {
  readonly auth: Auth
  /** Absent when the tokens go: AWS shows no status for that. */
  readonly authStatus?: 'SETTING' | 'ROTATING'
}

const rotated = (auth: Auth, token: string, nowMs: number): AuthChange => {
  const newest = auth.tokens.slice(-1)
  if (auth.tokens.includes(token)) throw invalidValue('The AUTH token is already in use.')
  // The oldest goes: never more than two ways in, and to be open counts as one.
  return {
    auth: { tokens: [...newest, token], openToo: auth.tokens.length === 0, modifiedAtMs: nowMs },
    authStatus: 'ROTATING',
  }
}

const finalised = (auth: Auth, token: string, nowMs: number): AuthChange => {
  if (auth.tokens.length < 2 && !auth.openToo) {
    throw invalidCombination('AuthTokenUpdateStrategy SET is allowed only after ROTATE.')
  }
  if (auth.tokens.at(-1) !== token) throw invalidValue('The AUTH token does not match the last rotated one.')
  return { auth: { tokens: [token], openToo: false, modifiedAtMs: nowMs }, authStatus: 'SETTING' }
}

/** What a modification does to AUTH; undefined when it does nothing. */
export const authChange = (fields: AuthFields, settings: Settings, nowMs: number): AuthChange | undefined => {
  const { AuthToken: token, AuthTokenUpdateStrategy: strategy } = fields
  if (token === undefined && strategy === undefined) return undefined
  if (strategy !== undefined && !['SET', 'ROTATE', 'DELETE'].includes(strategy)) {
    throw invalidValue(`Invalid AuthTokenUpdateStrategy: ${strategy}. Valid values are: SET, ROTATE, DELETE.`)
  }
  if (strategy === 'DELETE') {
    if (token !== undefined)
      throw invalidCombination('AuthToken must not be given with AuthTokenUpdateStrategy DELETE.')
    if ((fields.UserGroupIdsToAdd ?? []).length === 0) {
      throw invalidCombination('AuthTokenUpdateStrategy DELETE is allowed only when transitioning to RBAC.')
    }
    if (settings.auth.tokens.length === 0) throw invalidCombination('The replication group has no AUTH token.')
    return { auth: NO_AUTH }
  }
  if (token === undefined) throw invalidCombination('AuthTokenUpdateStrategy must be given together with AuthToken.')
  if (settings.tls === 'disabled') {
    throw invalidCombination('The AUTH token can only be used with encryption-in-transit enabled.')
  }
  if (!rotates(settings.engine, settings.engineVersion)) {
    throw invalidCombination(`The AUTH token cannot be modified for engine version ${settings.engineVersion}.`)
  }
  checkedToken(token)
  // From role-based access straight to one token: there is nothing to rotate.
  if (strategy === 'SET' && fields.RemoveUserGroups && (settings.userGroupIds ?? []).length > 0) {
    return { auth: { tokens: [token], openToo: false, modifiedAtMs: nowMs }, authStatus: 'SETTING' }
  }
  return strategy === 'SET' ? finalised(settings.auth, token, nowMs) : rotated(settings.auth, token, nowMs)
}

const rotates = (engine: EngineName, version: string) => engine === 'valkey' || atLeast(version, '5.0.6')
