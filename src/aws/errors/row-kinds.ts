import type { Reason } from '../../plan/core/outcome.ts'
import type { AwsSubject, ErrorRow } from './rows.ts'

/** One row for each of the codes, which stand in a line with blanks between them. */
export const rowsOf = (codes: string, rest: Omit<ErrorRow, 'code'>): readonly ErrorRow[] =>
  codes.split(' ').map((code) => ({ code, ...rest }))

/** Something is not there: a fact where it is what the call is about. */
export const missing = (code: string, subject: AwsSubject, cure: string, http = 404): ErrorRow => ({
  code,
  http,
  does: 'absent',
  reason: 'NotFound',
  subject,
  cure,
})

/** The name is somebody's: a fact where it is what the call is about. */
export const taken = (code: string, subject: AwsSubject, cure: string, http = 400): ErrorRow => ({
  code,
  http,
  does: 'exists',
  reason: 'AlreadyExists',
  subject,
  cure,
})

/** AWS is at work on it, and takes the call later. */
export const busy = (code: string, cure: string): ErrorRow => ({
  code,
  http: 400,
  does: 'waiting',
  reason: 'InvalidState',
  cure,
})

/** Somebody has to change something. */
export const stalled = (code: string, reason: Reason, cure: string): ErrorRow => ({
  code,
  http: 400,
  does: 'stalled',
  reason,
  cure,
})
