import type { CacheClusterStatus } from '../crds/cache-cluster/status.ts'
import { cacheClusterKind } from '../crds/kind.ts'
import type { KubeObject } from '../kube/port.ts'
import type { Requeue } from '../loop/workers.ts'
import { planCacheCluster } from '../plan/cache-cluster/checks.ts'
import { intentOf } from '../plan/cache-cluster/intent.ts'
import { judgeCacheCluster, judgeUnreadable } from '../plan/cache-cluster/status.ts'
import { eventsOf } from '../plan/core/events.ts'
import { requeueWish } from '../plan/core/requeue.ts'
import { verdictOf } from '../plan/core/verdict.ts'
import { act } from './act.ts'
import type { Clients } from './clients.ts'
import { keepFinalizer } from './finalizer.ts'
import { gather, isoOf } from './gather.ts'
import { fromQueueKey } from './key.ts'
import { requeueFor } from './requeue.ts'

/** Our own last write has not come back by the watch yet. A notice comes with it; this is the net below. */
const soon: Requeue = { is: 'again', afterMs: 5000 }

/** One reconcile of one CacheCluster: notice, gather, plan, act, judge, report, rest. */
export const reconcileCacheCluster =
  (clients: Clients) =>
  async (queueKey: string): Promise<Requeue> => {
    const key = fromQueueKey(queueKey)
    const object = clients.kube.read(cacheClusterKind, key)
    if (object === undefined) return letGo(clients, queueKey)
    if (!clients.kube.fresh(cacheClusterKind, key)) return soon
    const guard = await keepFinalizer(clients.kube, object)
    if (guard === 'gone') return letGo(clients, queueKey)
    if (guard === 'set') return soon
    const gathered = await gather(clients, key, object)
    if (gathered.is === 'unreadable') return reportUnreadable(clients, object, gathered.message)
    const { facts } = gathered
    const plan = planCacheCluster(facts)
    const result = await act(clients, facts, plan)
    const verdict = verdictOf(plan, result)
    for (const event of eventsOf(facts.object.status, facts.object.generation, plan, result, verdict)) {
      clients.kube.emit(object, event)
    }
    if (plan.is === 'released') {
      await clients.kube.setFinalizer(cacheClusterKind, object, false)
      return letGo(clients, queueKey)
    }
    await clients.kube.report(cacheClusterKind, object, judgeCacheCluster(facts, plan, result))
    const { id, is } = intentOf(facts)
    clients.aws.watch(id, is, verdict.is === 'waiting' || verdict.is === 'retryable')
    return requeueFor(requeueWish(facts.object.spec, plan, result, verdict), clients.random)
  }

const letGo = (clients: Clients, queueKey: string): Requeue => {
  const id = clients.memory.id(queueKey)
  if (id !== undefined) clients.aws.forget(id)
  clients.memory.forget(queueKey)
  return { is: 'done' }
}

const reportUnreadable = async (clients: Clients, object: KubeObject, message: string): Promise<Requeue> => {
  const status = (object.status ?? {}) as CacheClusterStatus
  const generation = object.metadata.generation ?? 0
  await clients.kube.report(
    cacheClusterKind,
    object,
    judgeUnreadable(status, generation, isoOf(clients.clock), message),
  )
  return { is: 'done' }
}
