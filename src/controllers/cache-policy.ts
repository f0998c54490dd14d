import type { CacheClusterSpec } from '../crds/cache-cluster/spec.ts'
import { type CachePolicySpec, type CachePolicyStatus, cachePolicySpec } from '../crds/cache-policy.ts'
import { annotation, cacheClusterKind, cachePolicyKind } from '../crds/kind.ts'
import { keyOf, textOf } from '../kube/key.ts'
import type { Key, Kube, KubeObject } from '../kube/port.ts'
import type { PolicyFacts } from '../plan/cache-policy/facts.ts'
import { planCachePolicy } from '../plan/cache-policy/plan.ts'
import { judgeCachePolicy, newWarnings } from '../plan/cache-policy/status.ts'
import { nextConditions } from '../plan/core/conditions.ts'
import { eventsOf } from '../plan/core/events.ts'
import { requeueWish } from '../plan/core/requeue.ts'
import { isoOfMs } from '../plan/core/time.ts'
import { policyIndex } from './indexes.ts'
import type { ReconciledKind } from './reconcile.ts'

/** The CacheClusters of the policy's namespace that name it. */
const usersOf = (kube: Pick<Kube, 'by'>, policy: Key): readonly KubeObject[] =>
  kube.by(cacheClusterKind, policyIndex, textOf(policy))

/** The CachePolicy: who uses it, and what will probably not work as meant. Nothing is enforced here. */
export const cachePolicy: ReconciledKind<CachePolicySpec, PolicyFacts> = {
  kind: cachePolicyKind,
  // Only while it is in use: one that nobody uses is deleted without us.
  guarded: ({ kube }, object) => usersOf(kube, keyOf(object.metadata)).length > 0,
  parse: ({ clock }, { spec, status, metadata }) => {
    const parsed = cachePolicySpec.safeParse(spec)
    if (parsed.success) return { is: 'spec', spec: parsed.data }
    // What leaves is let go whatever its spec says: the defaults will do.
    if (metadata.deletionTimestamp !== undefined) return { is: 'spec', spec: cachePolicySpec.parse({}) }
    const [issue] = parsed.error.issues
    const before = (status ?? {}) as CachePolicyStatus
    const generation = metadata.generation ?? 0
    const words = { reason: 'InvalidSpec', message: `spec.${issue?.path.join('.')}: ${issue?.message}` }
    const conditions = nextConditions(before.conditions, { nowIso: isoOfMs(clock.wallMs()), generation }, [
      { type: 'Stalled', status: 'True', ...words },
      { type: 'Ready', status: 'False', ...words },
    ])
    return { is: 'unreadable', status: { ...before, observedGeneration: generation, conditions } }
  },
  gather: async ({ kube, clock }, key, { metadata, status }, spec) => ({
    nowIso: isoOfMs(clock.wallMs()),
    generation: metadata.generation ?? 0,
    deleting: metadata.deletionTimestamp !== undefined,
    spec,
    status: (status ?? {}) as CachePolicyStatus,
    reconcileAt: metadata.annotations?.[annotation.reconcileAt],
    caches: usersOf(kube, key).map((user) => ({
      name: user.metadata.name,
      engine: (user.spec as CacheClusterSpec).engine,
    })),
  }),
  plan: planCachePolicy,
  act: async () => ({ is: 'nothing' }),
  judge: judgeCachePolicy,
  events: (facts, plan, result, verdict) => [
    ...newWarnings(facts),
    ...(verdict.is === 'stalled' ? eventsOf(facts.status.conditions, facts.generation, plan, result, verdict) : []),
  ],
  after: () => undefined,
  requeue: (_, plan, result, verdict) => requeueWish(plan, result, verdict),
  forget: () => undefined,
}
