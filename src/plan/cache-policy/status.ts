import type { CachePolicyStatus } from '../../crds/cache-policy.ts'
import { type ConditionNow, nextConditions } from '../core/conditions.ts'
import type { EventWords } from '../core/events.ts'
import { given } from '../core/given.ts'
import type { Plan, StepResult } from '../core/outcome.ts'
import { verdictOf } from '../core/verdict.ts'
import type { PolicyFacts } from './facts.ts'
import { policyWarnings } from './warnings.ts'

/** More names than this make a status that is rewritten whole for each of thousands of caches. */
const mostNames = 100

/** A policy is ready as soon as it is read: what it asks of caches is told by the caches. */
export const judgeCachePolicy = (facts: PolicyFacts, plan: Plan, result: StepResult): CachePolicyStatus => {
  const { is, reason, message } = verdictOf(plan, result)
  // A policy in use holds, also while it is being deleted.
  const now: ConditionNow[] = [
    { type: 'Ready', status: 'True', reason, message },
    ...(is === 'stalled' ? [{ type: 'Stalled', status: 'True', reason, message } as const] : []),
  ]
  return given<CachePolicyStatus>({
    observedGeneration: facts.generation,
    conditions: nextConditions(facts.status.conditions, facts, now),
    cacheCount: facts.caches.length,
    caches: facts.caches
      .map((cache) => cache.name)
      .sort()
      .slice(0, mostNames),
    warnings: [...policyWarnings(facts)],
    lastHandledReconcileAt: facts.reconcileAt,
  })
}

/** Each warning once, when it is new. */
export const newWarnings = (facts: PolicyFacts): readonly EventWords[] =>
  policyWarnings(facts)
    .filter((message) => !facts.status.warnings?.includes(message))
    .map((message) => ({ type: 'Warning', reason: 'PolicyWarning', message }))
