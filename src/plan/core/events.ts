import type { CacheClusterStatus } from '../../crds/cache-cluster.ts'
import type { Plan } from './outcome.ts'
import type { StepResult, Verdict } from './verdict.ts'
import { inWords } from './words.ts'

/** A line for `kubectl describe`. */
export interface EventWords {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

/** What is worth telling once: each step that AWS took, and each new reason of a generation. */
export const eventsOf = (
  before: CacheClusterStatus,
  generation: number,
  plan: Plan,
  result: StepResult,
  verdict: Verdict,
): readonly EventWords[] => {
  const acted = plan.is === 'act' && result.is === 'acted' && result.acted.is === 'done'
  if (acted) return [{ type: 'Normal', reason: plan.next.action.do, message: inWords(plan.next) }]
  const was = before.conditions?.find((condition) => condition.type === 'Ready')
  const told = was?.reason === verdict.reason && was.observedGeneration === generation
  if (told || (verdict.is === 'waiting' && verdict.reason === 'WaitingForAWS')) return []
  if (plan.is === 'act' && result.is !== 'acted') return []
  const worrying = verdict.is === 'stalled' || verdict.is === 'retryable'
  return [{ type: worrying ? 'Warning' : 'Normal', reason: verdict.reason, message: verdict.message }]
}
