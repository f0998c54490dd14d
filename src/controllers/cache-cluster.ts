import type { CacheClusterStatus } from '../crds/cache-cluster.ts'
import { cacheClusterKind } from '../crds/kind.ts'
import type { KubeObject } from '../kube/port.ts'
import type { Rest } from '../loop/turn.ts'
import { planCacheCluster } from '../plan/cache-cluster.ts'
import { eventsOf } from '../plan/events.ts'
import { intentOf } from '../plan/intent.ts'
import { lookAgain } from '../plan/rest.ts'
import { judgeCacheCluster, judgeUnreadable } from '../plan/status.ts'
import { verdictOf } from '../plan/verdict.ts'
import { act } from './act.ts'
import { keepFinalizer } from './finalizer.ts'
import { gather, isoOf } from './gather.ts'
import type { Hands } from './hands.ts'
import { fromQueueKey } from './key.ts'
import { restFor } from './rest.ts'

/** Our own last write has not come back by the watch yet. A notice comes with it; this is the net below. */
const soon: Rest = { is: 'again', afterMs: 5000 }

/** One turn of one CacheCluster: notice, gather, plan, act, judge, report, rest. */
export const reconcileCacheCluster =
  (hands: Hands) =>
  async (queueKey: string): Promise<Rest> => {
    const key = fromQueueKey(queueKey)
    const object = hands.kube.read(cacheClusterKind, key)
    if (object === undefined) return letGo(hands, queueKey)
    if (!hands.kube.fresh(cacheClusterKind, key)) return soon
    const guard = await keepFinalizer(hands.kube, object)
    if (guard === 'gone') return letGo(hands, queueKey)
    if (guard === 'set') return soon
    const gathered = await gather(hands, key, object)
    if (gathered.is === 'unreadable') return reportUnreadable(hands, object, gathered.message)
    const { facts } = gathered
    const plan = planCacheCluster(facts)
    const deed = await act(hands, facts, plan)
    const verdict = verdictOf(plan, deed)
    for (const event of eventsOf(facts.object.status, facts.object.generation, plan, deed, verdict)) {
      hands.kube.emit(object, event)
    }
    if (plan.is === 'released') {
      await hands.kube.setFinalizer(cacheClusterKind, object, false)
      return letGo(hands, queueKey)
    }
    await hands.kube.report(cacheClusterKind, object, judgeCacheCluster(facts, plan, deed))
    const { id, is } = intentOf(facts)
    hands.aws.attend(id, is, verdict.is === 'waiting' || verdict.is === 'retryable')
    return restFor(lookAgain(facts.object.spec, plan, deed, verdict), hands.random)
  }

const letGo = (hands: Hands, queueKey: string): Rest => {
  const id = hands.memory.id(queueKey)
  if (id !== undefined) hands.aws.forget(id)
  hands.memory.forget(queueKey)
  return { is: 'done' }
}

const reportUnreadable = async (hands: Hands, object: KubeObject, message: string): Promise<Rest> => {
  const status = (object.status ?? {}) as CacheClusterStatus
  const generation = object.metadata.generation ?? 0
  await hands.kube.report(cacheClusterKind, object, judgeUnreadable(status, generation, isoOf(hands.clock), message))
  return { is: 'done' }
}
