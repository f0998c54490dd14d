import type { Condition } from '../../crds/conditions.ts'
import type { Plan, Reason, StepResult } from './outcome.ts'
import type { Verdict } from './verdict.ts'
import { inWords } from './words.ts'

/** A line for `kubectl describe`. */
export interface EventWords {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

/** What nobody did wrong, and what still somebody should look at. */
const worryingWaits: readonly Reason[] = ['WaitingForPolicy', 'WaitingForSecret', 'InUse']

/** What is worth telling once: each step that was taken, and each new reason of a generation. */
export const eventsOf = (
  before: readonly Condition[] | undefined,
  generation: number,
  plan: Plan,
  result: StepResult,
  verdict: Verdict,
): readonly EventWords[] => {
  if (plan.is === 'act' && result.is === 'done') {
    return [{ type: 'Normal', reason: plan.next.action.do, message: inWords(plan.next) }]
  }
  if (plan.is === 'act' && result.is !== 'failed') return []
  const was = before?.find((condition) => condition.type === 'Ready')
  const told = was?.reason === verdict.reason && was.observedGeneration === generation
  // A change that was overtaken by another is tried again at once: nobody needs to know.
  if (told || verdict.reason === 'Conflict' || (verdict.is === 'waiting' && verdict.reason === 'WaitingForAWS'))
    return []
  const worrying =
    verdict.is === 'stalled' ||
    verdict.is === 'retryable' ||
    verdict.is === 'unknown' ||
    worryingWaits.includes(verdict.reason)
  return [{ type: worrying ? 'Warning' : 'Normal', reason: verdict.reason, message: verdict.message }]
}
