import { blamed } from './blame.ts'
import type { Failure, Plan, PlannedAction } from './outcome.ts'
import { refusedByKubernetesMs, settledMs, stalledMs } from './requeue.ts'
import { isAwsAction, stepHash } from './step.ts'
import { inWords } from './words.ts'

/** A step that was carried out, how often within the hour for one generation, and how long ago: in this life of the operator. */
export interface Repeats {
  readonly hash: string
  readonly times: number
  readonly sinceMs: number
}

/** The step that was refused last, for good or for now, and how often in a row. */
export interface Refused {
  readonly hash: string
  readonly failure: Failure
  readonly times: number
  readonly sinceMs: number
}

export interface Brakes {
  /** The newest last. */
  readonly repeats: readonly Repeats[]
  readonly refused: Refused | undefined
}

/** After our own write AWS may answer from before it for so long: a cache that is missing, values that are old. */
export const graceMs = 30_000

/** How often the same step may be carried out in a row before it is slowed, and said. */
const freeTimes = 3

/** How often AWS may send a step away as out of season before a person is told. */
const patientTimes = 6

const pauseMs = (times: number): number => Math.min(stalledMs, graceMs * 2 ** (times - freeTimes))

/**
 * Whatever is about to be done, it is not done again and again: what AWS has just accepted waits until its answers can show
 * it, what was refused for good waits for the stalled pause, and what has been done or sent away three times to no effect is
 * slowed and said. `why` is what AWS told meanwhile.
 */
export const braked = ({ repeats, refused }: Brakes, plan: Plan, why = ''): Plan => {
  if (plan.is !== 'act') return plan
  const hash = stepHash(plan.next)
  const steps = [plan.next, ...plan.later]
  if (refused?.hash === hash && refused.sinceMs < refusalPauseMs(refused)) {
    // In the very words of the refusal, field in front: a pause is no news.
    const { reason, message } = blamed(plan.next, refused.failure)
    const wakeMs = refusalPauseMs(refused) - refused.sinceMs
    const patient = refused.failure.is === 'waiting' && refused.times < patientTimes
    return { is: patient ? 'wait' : 'stuck', reason, message, later: steps, wakeMs, hash: plan.hash }
  }
  const before = repeats.find((repeat) => repeat.hash === hash)
  if (before === undefined) return plan
  if (before.times >= freeTimes && before.sinceMs < pauseMs(before.times)) {
    const wakeMs = pauseMs(before.times) - before.sinceMs
    return { is: 'stuck', ...inVain(plan.next, before, why), later: steps, wakeMs, hash: plan.hash }
  }
  if (isAwsAction(plan.next.action) && before.sinceMs < graceMs) {
    const message = `AWS accepted ${plan.next.action.do} and does not show it yet`
    return { is: 'wait', reason: 'WaitingForAWS', message, later: steps, hash: plan.hash }
  }
  return plan
}

export const refusalPauseMs = ({ failure, times }: Pick<Refused, 'failure' | 'times'>): number => {
  if (failure.is === 'waiting') return times < freeTimes ? 0 : Math.min(settledMs, pauseMs(times))
  return failure.reason === 'KubernetesRefused' ? refusedByKubernetesMs : stalledMs
}

const inVain = (next: PlannedAction, { times }: Repeats, why: string) => {
  if (next.action.do === 'CreateGroup' || next.action.do === 'CreateMemcached') {
    return {
      reason: 'NotOurs',
      message: `AWS says that ${next.action.id} exists, and shows no such cache: the id is taken by a node of another cache or by a cache of another engine. Give this CacheCluster another name`,
    } as const
  }
  const who = isAwsAction(next.action) ? 'AWS accepted it' : 'it was written'
  const still = next.from === undefined ? 'the difference is still there' : `AWS still has ${next.from}`
  return {
    reason: 'EndlessDifference',
    message: `${inWords(next)}: ${who} ${times} times and ${still}${why}. Somebody else may be setting it back: change the field, or annotate larder.dev/reconcile-at to try again`,
  } as const
}
