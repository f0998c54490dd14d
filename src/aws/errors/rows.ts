import type { Reason } from '../../plan/core/outcome.ts'
import { accountErrorRows } from './rows-account.ts'
import { clusterErrorRows } from './rows-cluster.ts'
import { commonErrorRows } from './rows-common.ts'
import { networkErrorRows } from './rows-network.ts'
import { parameterErrorRows } from './rows-parameters.ts'
import { serverlessErrorRows } from './rows-serverless.ts'
import { snapshotErrorRows } from './rows-snapshots.ts'
import { userErrorRows } from './rows-users.ts'

/** The kind of thing that a not-found or already-exists code speaks of. */
export type AwsSubject =
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
  readonly subject?: AwsSubject
  /** The row holds only when AWS's message has this text; a row without it for the same code is the rule. */
  readonly whenMessageHas?: string
}

/** Every code that Larder knows, the ones with `whenMessageHas` before the rule that they except from. */
export const errorRows: readonly ErrorRow[] = [
  ...clusterErrorRows,
  ...parameterErrorRows,
  ...networkErrorRows,
  ...userErrorRows,
  ...snapshotErrorRows,
  ...serverlessErrorRows,
  ...accountErrorRows,
  ...commonErrorRows,
]
