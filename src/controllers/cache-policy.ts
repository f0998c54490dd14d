import type { CacheClusterSpec } from '../crds/cache-cluster.ts'
import { type CachePolicyStatus, cachePolicySpec } from '../crds/cache-policy.ts'
import { annotation, cacheClusterKind, cachePolicyKind } from '../crds/kind.ts'
import type { Key, Kube, KubeObject } from '../kube/port.ts'
import type { Rest } from '../loop/turn.ts'
import { judgePolicy } from '../plan/cache-policy.ts'
import type { Engine } from '../plan/observed.ts'
import { isoOf } from './gather.ts'
import type { Hands } from './hands.ts'
import { fromQueueKey } from './key.ts'

const done: Rest = { is: 'done' }

/** One turn of one CachePolicy: who uses it, and what will probably not work as meant. Nothing is enforced here. */
export const reconcileCachePolicy =
  (hands: Pick<Hands, 'kube' | 'clock'>) =>
  async (queueKey: string): Promise<Rest> => {
    const key = fromQueueKey(queueKey)
    const object = hands.kube.read(cachePolicyKind, key)
    if (object === undefined || object.metadata.deletionTimestamp !== undefined) return done
    const spec = cachePolicySpec.safeParse(object.spec)
    if (!spec.success) return done
    const status = (object.status ?? {}) as CachePolicyStatus
    const caches = usersOf(hands.kube, key)
    const judged = judgePolicy({
      nowIso: isoOf(hands.clock),
      generation: object.metadata.generation ?? 0,
      spec: spec.data,
      status,
      reconcileAt: object.metadata.annotations?.[annotation.reconcileAt],
      caches,
    })
    tellNewWarnings(hands.kube, object, status, judged)
    await hands.kube.report(cachePolicyKind, object, judged)
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
