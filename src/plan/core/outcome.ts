import type { Action, Disruption, When } from './action.ts'

/** Every reason that a condition, event or metric may name. A closed list, so that docs and tests can count it. */
export const reasons = [
  // waiting
  'Creating',
  'Modifying',
  'Deleting',
  'Snapshotting',
  'WaitingForPolicy',
  'WaitingForSecret',
  'WaitingForMembers',
  'WaitingForAWS',
  'WaitingForConsumers',
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
  'IdentityChanged',
  'NotOurs',
  'SecretTaken',
  'Lost',
  'AccessDenied',
  'CredentialsInvalid',
  'KubernetesRefused',
  'QuotaExceeded',
  'NoCapacity',
  'DependencyNotFound',
  'NotSupported',
  'CreateFailed',
  'MemberFailed',
  'RebootPending',
  'DeletionProtected',
  'EndlessDifference',
  'InUse',
  // settled
  'InSync',
  'Suspended',
  'Released',
  // events
  'FailedOver',
  'TakenOver',
  'TokenReplaced',
  'Kept',
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

/** What a reconcile did about its plan: nothing, or one step with its result. */
export type StepResult = { readonly is: 'nothing' } | Acted

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
  /** What this step ends, where workloads are given `maintenance.overlap` to leave it: `the token before`. */
  readonly ends?: string
  /** Until then it waits for workloads; ISO 8601. */
  readonly notBefore?: string
}

interface Ahead {
  /** What is still to do, for status: the plan before it is carried out. */
  readonly later?: readonly PlannedAction[] | undefined
  /** When to look again at the latest. */
  readonly wakeMs?: number | undefined
  /** Names the whole order as it was announced, where its steps so far must not change the name. */
  readonly hash?: string | undefined
}

/**
 * What should happen next. `act`: carry out `next` now; `later` follows. `wait`: somebody else is at work. `stuck`: somebody
 * must decide. `blocked`: a read failed. `blind`: what AWS holds is not known any more. `released`: nothing of ours is left,
 * the finalizer may go.
 */
export type Plan =
  | ({ readonly is: 'settled'; readonly reason: Reason; readonly message: string } & Ahead)
  | {
      readonly is: 'act'
      readonly next: PlannedAction
      readonly later: readonly PlannedAction[]
      readonly hash?: string | undefined
    }
  | ({ readonly is: 'wait'; readonly reason: Reason; readonly message: string } & Ahead)
  | ({ readonly is: 'stuck'; readonly reason: Reason; readonly message: string } & Ahead)
  | { readonly is: 'blocked'; readonly failure: Failure }
  | { readonly is: 'blind'; readonly reason: Reason; readonly message: string }
  | { readonly is: 'released'; readonly message: string }

export const wait = (reason: Reason, message: string, later: readonly PlannedAction[] = []): Plan => ({
  is: 'wait',
  reason,
  message,
  later,
})
export const stuck = (reason: Reason, message: string): Plan => ({ is: 'stuck', reason, message })

/** A thing that is waited for and does not come: after this long somebody should look, so waiting becomes stalled. */
export const patienceMs = 300_000

/** What is waited for and doesn't come becomes a matter for people. `unreadyMs`: how long the object has not been Ready. */
export const waitOrAsk = (unreadyMs: number, reason: Reason, message: string): Plan =>
  unreadyMs < patienceMs ? wait(reason, message) : stuck(reason, message)

const outsideAws: readonly Reason[] = [
  'WaitingForPolicy',
  'WaitingForSecret',
  'WaitingForConsumers',
  'SecretTaken',
  'KubernetesRefused',
  'KubernetesUnavailable',
  'Conflict',
  'NotLeading',
  'InUse',
]
/** Whether looking at AWS more often would help: waiting for something else makes nobody look at AWS. */
export const waitsForAws = (reason: Reason): boolean => !outsideAws.includes(reason)
