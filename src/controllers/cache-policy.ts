import type { CacheClusterSpec } from '../crds/cache-cluster/spec.ts'
import { type CachePolicyStatus, cachePolicySpec } from '../crds/cache-policy.ts'
import { annotation, cacheClusterKind, cachePolicyKind } from '../crds/kind.ts'
import type { Key, Kube, KubeObject } from '../kube/port.ts'
import type { Requeue } from '../loop/workers.ts'
import { judgePolicy } from '../plan/cache-policy/warnings.ts'
import type { Engine } from '../plan/core/observed.ts'
import type { Clients } from './clients.ts'
import { isoOf } from './gather.ts'
import { fromQueueKey } from './key.ts'

const done: Requeue = { is: 'done' }

/** One reconcile of one CachePolicy: who uses it, and what will probably not work as meant. Nothing is enforced here. */
export const reconcileCachePolicy =
  (clients: Pick<Clients, 'kube' | 'clock'>) =>
  async (queueKey: string): Promise<Requeue> => {
    const key = fromQueueKey(queueKey)
    const object = clients.kube.read(cachePolicyKind, key)
    if (object === undefined || object.metadata.deletionTimestamp !== undefined) return done
    const spec = cachePolicySpec.safeParse(object.spec)
    if (!spec.success) return done
    const status = (object.status ?? {}) as CachePolicyStatus
    const caches = usersOf(clients.kube, key)
    const judged = judgePolicy({
      nowIso: isoOf(clients.clock),
      generation: object.metadata.generation ?? 0,
      spec: spec.data,
      status,
      reconcileAt: object.metadata.annotations?.[annotation.reconcileAt],
      caches,
    })
    tellNewWarnings(clients.kube, object, status, judged)
    await clients.kube.report(cachePolicyKind, object, judged)
    return done
  }

const tellNewWarnings = (kube: Kube, object: KubeObject, before: CachePolicyStatus, now: CachePolicyStatus) => {
  for (const message of now.warnings ?? []) {
    if (!before.warnings?.includes(message)) kube.emit(object, { type: 'Warning', reason: 'PolicyWarning', message })
  }
}

/** The CacheClusters of the policy's namespace that name it. */
export const usersOf = (
  kube: Pick<Kube, 'list'>,
  policy: Key,
): readonly { readonly name: string; readonly engine: Engine }[] =>
  kube.list(cacheClusterKind).flatMap(({ metadata, spec }) => {
    if (metadata.namespace !== policy.namespace) return []
    const { engine, policyRef } = spec as Pick<CacheClusterSpec, 'engine' | 'policyRef'>
    return policyRef?.name === policy.name ? [{ name: metadata.name, engine }] : []
  })
