import type { CacheClusterStatus } from '../../crds/cache-cluster/status.ts'
import { type EventWords, eventsOf } from '../core/events.ts'
import type { ObservedCache } from '../core/observed.ts'
import type { Plan, StepResult } from '../core/outcome.ts'
import type { Verdict } from '../core/verdict.ts'
import type { CacheFacts } from './facts.ts'
import { whose } from './intent.ts'

/** What is worth telling of a CacheCluster: its steps and reasons, and what happened to the cache itself. */
export const cacheEvents = (
  facts: CacheFacts,
  plan: Plan,
  result: StepResult,
  verdict: Verdict,
): readonly EventWords[] => {
  const { object, observed } = facts
  const cache = observed.is === 'seen' ? observed.cache : undefined
  return [
    ...(cache === undefined ? [] : failovers(object.status.members ?? [], cache)),
    ...takenOver(facts, plan, result),
    ...released(plan),
    ...eventsOf(object.status.conditions, object.generation, plan, result, verdict),
  ]
}

/** Another primary in a shard than status knew. */
const failovers = (before: NonNullable<CacheClusterStatus['members']>, cache: ObservedCache): readonly EventWords[] => {
  const primaries = new Map(before.flatMap(({ id, shard, role }) => (role === 'primary' ? [[shard ?? '', id]] : [])))
  return cache.members.flatMap(({ id, shard, role }): readonly EventWords[] => {
    const was = primaries.get(shard)
    return role !== 'primary' || was === undefined || was === id
      ? []
      : [
          {
            type: 'Warning',
            reason: 'FailedOver',
            message: `shard ${shard || '0001'}: ${was} is no longer the primary, ${id} is`,
          },
        ]
  })
}

const takenOver = ({ object, observed, tags }: CacheFacts, plan: Plan, result: StepResult): readonly EventWords[] => {
  const sets = plan.is === 'act' && plan.next.action.do === 'SetTags' && result.is === 'done'
  if (!sets || tags.is !== 'found' || observed.is !== 'seen') return []
  const ownership = whose(object, observed.cache, tags.value)
  if (ownership === 'ours') return []
  const from =
    ownership === 'former' ? 'a former object of this name' : ownership === 'nobody' ? 'nobody' : 'another cluster'
  return [{ type: 'Warning', reason: 'TakenOver', message: `${plan.next.action.cacheId} is taken over from ${from}` }]
}

/** What was left where, said as long as there is an object to say it of. */
const released = (plan: Plan): readonly EventWords[] =>
  plan.is === 'released' && plan.message.includes('stays in AWS')
    ? [{ type: 'Normal', reason: 'Kept', message: plan.message }]
    : []
