import { arnOf } from './arn.ts'
import type { Place } from './world.ts'

/** The engines that know role-based access. */
export type AccessEngine = 'redis' | 'valkey'

export type UserStatus = 'creating' | 'active' | 'modifying' | 'deleting'

/** A user of role-based access. Its id and name never change. */
export interface User {
  readonly id: string
  readonly arn: string
  /** What clients log in with. Several users may have one name, never in one user group. */
  readonly name: string
  engine: AccessEngine
  status: UserStatus
  /** Normalised: 'on ~keys* -@all +get'. */
  accessString: string
  authentication: 'password' | 'no-password' | 'iam'
  /** SHA-256 of each password in hex; the passwords themselves are not kept. */
  passwords: readonly string[]
}

/** The id and the name of the user that every account has, and that can neither be changed nor deleted. */
export const DEFAULT_USER = 'default'

/** The user that AWS makes in every account and region: no password, and all commands on all keys. */
export const defaultUser = (place: Place): User => ({
  id: DEFAULT_USER,
  arn: arnOf(place, 'user', DEFAULT_USER),
  name: DEFAULT_USER,
  engine: 'redis',
  status: 'active',
  accessString: 'on ~* +@all',
  authentication: 'no-password',
  passwords: [],
})
