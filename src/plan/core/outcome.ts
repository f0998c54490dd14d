import type { Action, Disruption, When } from './action.ts'

/** Every reason that a condition, event or metric may name. A closed list, so that docs and tests can count it. */
export const reasons = [
  // waiting
  'Creating',
  'Modifying',
  'Deleting',
  'Snapshotting',
  'Accepted',
  'WaitingForPolicy',
  'WaitingForSecret',
  'WaitingForMembers',
  'WaitingForAWS',
  'InvalidState',
  // retryable
  'Throttled',
  'AwsUnavailable',
  'NetworkError',
  'KubernetesUnavailable',
  'Conflict',
  'NotLeading',
  'UnknownError',
  // stalled
  'InvalidSpec',
  'InvalidCombination',
  'ImmutableField',
  'NotOurs',
  'Lost',
  'AccessDenied',
  'CredentialsInvalid',
  'QuotaExceeded',
  'NoCapacity',
  'DependencyNotFound',
  'NotSupported',
  'CreateFailed',
  'DeletionProtected',
  'EndlessDifference',
  // settled
  'InSync',
  'Suspended',
  'Released',
  // facts that are not failures
  'AlreadyExists',
  'NotFound',
  'NothingToChange',
] as const
export type Reason = (typeof reasons)[number]

/** A picture of AWS that is older than this is told as old: longer than any pause between two good polls. */
export const staleMs = 300_000

/** Why something didn't happen, sorted by what we do next (see ARCHITECTURE, outcomes). */
export interface Failure {
  readonly is: 'waiting' | 'retryable' | 'stalled'
  readonly reason: Reason
  /** For people: what, and the cure where we know one. AWS's own words included, secrets never. */
  readonly message: string
  /** AWS's wire code where there is one. */
  readonly code?: string
  /** The parts of `message`, so that a field can be put in front: AWS's own words, and what helps. */
  readonly words?: string
  readonly cure?: string
  /** AWS's name for the call that failed: what its support asks for. Another one each time, so it stays out of status. */
  readonly requestId?: string
  readonly retryAfterMs?: number
}

/** What became of one action. `absent` and `exists` are facts, not failures. */
export type Acted =
  | { readonly is: 'done' }
  | { readonly is: 'absent' }
  | { readonly is: 'exists' }
  | { readonly is: 'unchanged' }
  | { readonly is: 'failed'; readonly failure: Failure }

/** What a read gives: a value, or why not. Not found is a value (undefined), never a failure. */
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure }

/** A step of a plan, with what it is for. */
export interface PlannedAction {
  readonly action: Action
  readonly disruption: Disruption
  readonly when: When
  /** The field of spec that asks for it, and what changes; absent where nothing changes from something to something. */
  readonly field?: string
  readonly from?: string
  readonly to?: string
}

/**
 * What should happen next. `act`: carry out `next` in this reconcile; `later` follows in later reconciles. `wait`: somebody else is at
 * work. `stuck`: somebody must decide. `blocked`: a read failed. `released`: nothing of ours is left, the finalizer may go.
 */
export type Plan =
  | { readonly is: 'settled'; readonly reason: Reason; readonly message: string }
  | { readonly is: 'act'; readonly next: PlannedAction; readonly later: readonly PlannedAction[] }
  | { readonly is: 'wait'; readonly reason: Reason; readonly message: string; readonly later: readonly PlannedAction[] }
  | { readonly is: 'stuck'; readonly reason: Reason; readonly message: string }
  | { readonly is: 'blocked'; readonly failure: Failure }
  | { readonly is: 'released'; readonly message: string }

export const wait = (reason: Reason, message: string, later: readonly PlannedAction[] = []): Plan => ({
  is: 'wait',
  reason,
  message,
  later,
})
export const stuck = (reason: Reason, message: string): Plan => ({ is: 'stuck', reason, message })
