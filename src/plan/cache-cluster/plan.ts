import { durationMs } from '../../crds/duration.ts'
import { annotation } from '../../crds/kind.ts'
import { braked } from '../core/brake.ts'
import { hashOf } from '../core/hash.ts'
import { type Plan, type PlannedAction, wait } from '../core/outcome.ts'
import { isAwsAction } from '../core/step.ts'
import { isoOfMs, msOfIso } from '../core/time.ts'
import { shownPlan } from '../core/verdict.ts'
import { inWords } from '../core/words.ts'
import { formerSecretsStep, publishedWay } from '../secrets/steps.ts'
import { lastOf } from './checks/check.ts'
import { checks } from './checks.ts'
import { planDeletion } from './deletion.ts'
import type { CacheFacts } from './facts.ts'
import { type Intent, intentOf } from './intent.ts'
import { remainingSteps } from './remaining.ts'
import { callAnnounced } from './token.ts'

/** What should happen next with a CacheCluster: an ordered list of checks, the first opinion wins. */
export const planCacheCluster = (facts: CacheFacts): Plan => {
  if (facts.object.deleting) return planDeletion(facts)
  const intent = intentOf(facts)
  return suspended(facts, braked(facts, firstOpinion(facts, intent), lastOf(facts.events)))
}

/** Whether status has told of this plan, and holds what a crash after its next step must not lose. */
export const isAnnounced = ({ object: { status } }: CacheFacts, plan: Plan & { readonly is: 'act' }): boolean =>
  status.plan?.hash === shownPlan(plan)?.hash && callAnnounced(status, plan.next.action)

/** Every check's opinion and every step that is left, for whoever plans without acting. */
export const planAll = (
  facts: CacheFacts,
): { readonly opinions: readonly Plan[]; readonly steps: readonly PlannedAction[] } => {
  const intent = intentOf(facts)
  const { observed } = facts
  return {
    opinions: checks.flatMap((check) => check(facts, intent) ?? []),
    steps: observed.is === 'seen' ? remainingSteps(facts, intent, observed.cache) : [],
  }
}

const firstOpinion = (facts: CacheFacts, intent: Intent): Plan => {
  const held = heldBack(facts, intent)
  for (const check of checks) {
    const opinion = check(facts, intent)
    if (opinion === undefined) continue
    // A step that waits for workloads is no reason to be blind to the rest, nor to call a nightly snapshot a change.
    const onlyHeld = opinion.is === 'act' ? opinion.next.ends !== undefined : isSnapshotting(opinion)
    if (onlyHeld && held !== undefined) continue
    return opinion
  }
  return held ?? { is: 'settled', reason: 'InSync', message: inSync(facts) }
}

const isSnapshotting = (plan: Plan): boolean => plan.is === 'wait' && plan.reason === 'Snapshotting'

/** Settled, with what a reader of the spec might not expect. */
const inSync = ({ object, observed }: CacheFacts): string => {
  const { engineVersion } = object.spec
  const running = observed.is === 'seen' ? observed.cache.engineVersion : ''
  const newer = engineVersion !== undefined && running !== '' && !`${running}.`.startsWith(`${engineVersion}.`)
  const withdrawn = object.status.authToken?.withdrawn === true
  return [
    'AWS holds what is asked',
    ...(newer ? [`it runs ${running}, newer than spec.engineVersion ${engineVersion}, and AWS can't go back`] : []),
    ...(withdrawn
      ? [
          'a token that was taken back is still let in, so the next rotation replaces the one in use at once, without an overlap',
        ]
      : []),
  ].join('; ')
}

/**
 * The next step ends a way in that workloads may still use: it waits until `maintenance.overlap` has passed since the Secrets
 * tell the other one, or until the plan is approved. Undefined when there is no such step, or when its time has come.
 */
const heldBack = (facts: CacheFacts, intent: Intent): Plan | undefined => {
  const { object, observed, nowMs } = facts
  if (observed.is !== 'seen') return undefined
  const former = formerSecretsStep(facts)
  const [next, ...later] = [...remainingSteps(facts, intent, observed.cache), ...(former === undefined ? [] : [former])]
  if (next?.ends === undefined) return undefined
  const { since } = toldSince(facts) ?? {}
  const untilMs = (msOfIso(since ?? '') ?? nowMs) + overlapMs(facts)
  const steps = [{ ...next, ...(since === undefined ? {} : { notBefore: isoOfMs(untilMs) }) }, ...later]
  // With the begin of this very overlap in it, so that a word that was given once is not good for the next time.
  const hash = hashOf([shownPlan({ is: 'act', next, later })?.hash, since])
  if ((since !== undefined && nowMs >= untilMs) || object.annotations[annotation.approve] === hash) return undefined
  const until = since === undefined ? 'until the Secrets tell the new way and' : `until ${isoOfMs(untilMs)}`
  const message = `${until} workloads can still use ${next.ends}; to go on now: kubectl annotate cachecluster ${object.name} -n ${object.namespace} --overwrite ${annotation.approve}=${hash}`
  const ahead = { later: steps, hash, ...(since === undefined ? {} : { wakeMs: untilMs - nowMs }) }
  return since !== undefined && steps.every(unasked)
    ? { is: 'settled', reason: 'InSync', message: `${inSync(facts)}; ${message}`, ...ahead }
    : ({ ...wait('WaitingForConsumers', message), ...ahead } as Plan)
}

/** The spec doesn't speak of the token before, nor of former names: where nothing else is left, what it asks for is there. */
const unasked = ({ action }: PlannedAction): boolean =>
  action.do === 'SetToken' || action.do === 'DeleteSecrets' || action.do === 'DeleteParameterGroup'

/** What the Secrets tell, once that is the way on which workloads are to go on; undefined while they don't tell it. */
const toldSince = (facts: CacheFacts) => {
  const { published } = facts.object.status
  return published !== undefined && published.way === publishedWay(facts) ? published : undefined
}

/** A hundred years are for ever, and still a time that the API server takes. */
const longestMs = 100 * 365 * 24 * 3_600_000

const overlapMs = ({ object }: CacheFacts): number =>
  Math.min(longestMs, durationMs(object.spec.maintenance?.overlap ?? '24h'))

/** Suspended: plan and drift are shown, nothing is changed in AWS, and the Secrets are kept current. */
const suspended = (facts: CacheFacts, plan: Plan): Plan => {
  if (!facts.object.spec.suspend) return plan
  if (plan.is === 'settled') {
    const held = plan.later === undefined ? 'nothing differs' : `${plan.later.length} steps are held back`
    return { ...plan, reason: 'Suspended', message: `spec.suspend is true, and ${held}` }
  }
  if (plan.is !== 'act') return plan
  if (!isAwsAction(plan.next.action) && plan.next.action.do === 'WriteSecrets') return plan
  const steps = [plan.next, ...plan.later]
  return {
    is: 'stuck',
    reason: 'Suspended',
    message: `spec.suspend is true: ${steps.length === 1 ? '1 step is' : `${steps.length} steps are`} held back, first ${inWords(plan.next)}`,
    later: steps,
  }
}
