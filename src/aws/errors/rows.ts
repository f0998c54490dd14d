import type { Reason } from '../../plan/core/outcome.ts'
import { commonErrorRows } from './rows-common.ts'
import { serviceErrorRows } from './rows-service.ts'

/** The kind of thing that a not-found or already-exists code speaks of. */
export type Subject =
  | 'group'
  | 'cacheCluster'
  | 'parameterGroup'
  | 'subnetGroup'
  | 'securityGroup'
  | 'user'
  | 'userGroup'
  | 'snapshot'
  | 'serverless'
  | 'globalGroup'
  | 'reservedNode'
  | 'serviceUpdate'
  | 'authorization'
  | 'tag'

/** What Larder does on a code. `exists`, `absent` and `unchanged` are facts; the others are failures. */
export type Does = 'waiting' | 'retryable' | 'stalled' | 'exists' | 'absent' | 'unchanged'

export interface ErrorRow {
  /** `error.Code` on the wire, or the error's own `code` or `name` where no reply came. */
  readonly code: string
  /** Undefined where there is no reply, or where several statuses carry the code. */
  readonly http?: number
  readonly does: Does
  readonly reason: Reason
  readonly cure: string
  /**
   * What a fact is about. When a call is about something else (a create that names a missing parameter group), the fact
   * becomes a stalled failure.
   */
  readonly subject?: Subject
  /** The row holds only when AWS's message has this text; a row without it for the same code is the rule. */
  readonly whenMessageHas?: string
}

/** Every code that Larder knows, the ones with `whenMessageHas` before the rule that they except from. */
export const errorRows: readonly ErrorRow[] = [...serviceErrorRows, ...commonErrorRows]
