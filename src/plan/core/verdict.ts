import type { CacheClusterStatus } from '../../crds/cache-cluster.ts'
import { given } from '../cache-cluster/desired.ts'
import { hashOf } from './hash.ts'
import type { Acted, Plan, PlannedAction, Reason } from './outcome.ts'
import { inWords } from './words.ts'

/** What this reconcile did about its plan: nothing, announced it, or acted. */
export type StepResult =
  | { readonly is: 'nothing' }
  | { readonly is: 'announced' }
  | { readonly is: 'acted'; readonly acted: Acted }

/** How the reconcile ended, in the words of the conditions. */
export interface Verdict {
  readonly is: 'settled' | 'waiting' | 'retryable' | 'stalled' | 'released'
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
    case 'released':
      return { is: 'released', reason: 'Released', message: plan.message }
    case 'act':
      return result.is === 'acted' && result.acted.is === 'failed'
        ? result.acted.failure
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
  return plan.is === 'wait' ? plan.later : []
}

/** The plan as status shows it. Its hash names exactly these steps, with all that they would say to AWS. */
export const shownPlan = (plan: Plan): CacheClusterStatus['plan'] => {
  const steps = pendingSteps(plan).filter(({ action }) => action.do !== 'WriteSecrets')
  const actions = steps.map(({ action, field, from, to, disruption, when }) =>
    given({ do: action.do, field, from, to, disruption, when }),
  )
  return steps.length === 0
    ? undefined
    : { hash: hashOf(steps), actions: actions as NonNullable<CacheClusterStatus['plan']>['actions'] }
}
