import type { CacheClusterStatus } from '../../crds/cache-cluster/status.ts'
import { blamed } from './blame.ts'
import { given } from './given.ts'
import { hashOf } from './hash.ts'
import type { Plan, PlannedAction, Reason, StepResult } from './outcome.ts'
import { inWords } from './words.ts'

/** How the reconcile ended, in the words of the conditions. */
export interface Verdict {
  readonly is: 'settled' | 'waiting' | 'retryable' | 'stalled' | 'unknown' | 'released'
  readonly reason: Reason
  readonly message: string
  readonly retryAfterMs?: number
}

export const verdictOf = (plan: Plan, result: StepResult): Verdict => {
  switch (plan.is) {
    case 'settled':
      return { is: 'settled', reason: plan.reason, message: plan.message }
    case 'wait':
      return { is: 'waiting', reason: plan.reason, message: plan.message }
    case 'stuck':
      return { is: 'stalled', reason: plan.reason, message: plan.message }
    case 'blocked':
      return plan.failure
    case 'blind':
      return { is: 'unknown', reason: plan.reason, message: plan.message }
    case 'released':
      return { is: 'released', reason: 'Released', message: plan.message }
    case 'act':
      return result.is === 'failed'
        ? blamed(plan.next, result.failure)
        : { is: 'waiting', reason: actionReason(plan.next), message: inWords(plan.next) }
  }
}

const actionReason = ({ action }: PlannedAction): Reason => {
  if (action.do.startsWith('Create')) return 'Creating'
  return action.do.startsWith('Delete') ? 'Deleting' : 'Modifying'
}

/** What is still to do, the next step first. */
export const pendingSteps = (plan: Plan): readonly PlannedAction[] => {
  if (plan.is === 'act') return [plan.next, ...plan.later]
  return plan.is === 'settled' || plan.is === 'wait' || plan.is === 'stuck' ? (plan.later ?? []) : []
}

/** The plan as status shows it. Its hash names exactly these steps, with all that they would say to AWS. */
export const shownPlan = (plan: Plan): CacheClusterStatus['plan'] => {
  const steps = pendingSteps(plan).filter(({ action }) => action.do !== 'WriteSecrets')
  const actions = steps.map(({ action, field, from, to, disruption, when, notBefore }) =>
    given({ do: action.do, field, from, to, disruption, when, notBefore }),
  )
  // A moment is no part of what is approved: the same steps later are the same plan.
  const named = steps.map(({ notBefore: _, ...rest }) => rest)
  return steps.length === 0
    ? undefined
    : {
        hash: ('hash' in plan ? plan.hash : undefined) ?? hashOf(named),
        actions: actions as NonNullable<CacheClusterStatus['plan']>['actions'],
      }
}
