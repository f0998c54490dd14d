import { randomBytes } from 'node:crypto'
import type { Key } from '../wire/authentic.ts'

/** Temporary credentials of an assumed role. */
export interface Session extends Key {
  readonly accessKeyId: string
  readonly sessionToken: string
  readonly expiresAtMs: number
  /** The role's account. */
  readonly account: string
  readonly partition: string
  readonly roleName: string
  readonly sessionName: string
}

export interface Sessions {
  /** Makes credentials that nobody else has. */
  open(role: Pick<Session, 'account' | 'partition' | 'roleName' | 'sessionName' | 'expiresAtMs'>): Session
  find(accessKeyId: string): Session | undefined
}

/** The oldest go when there are more. */
const MAX_SESSIONS = 10_000

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const letters = (count: number): string => [...randomBytes(count)].map((byte) => DIGITS[byte % 32]).join('')

/** Sessions live in memory only: after a restart a role has to be assumed again. */
export const createSessions = (): Sessions => {
  const sessions = new Map<string, Session>()
  return {
    open: (role) => {
      const session: Session = {
        ...role,
        accessKeyId: `ASIA${letters(16)}`,
        secretAccessKey: randomBytes(30).toString('base64'),
        sessionToken: randomBytes(192).toString('base64'),
      }
      sessions.set(session.accessKeyId, session)
      const [oldest] = sessions.keys()
      if (sessions.size > MAX_SESSIONS && oldest !== undefined) sessions.delete(oldest)
      return session
    },
    find: (accessKeyId) => sessions.get(accessKeyId),
  }
}
