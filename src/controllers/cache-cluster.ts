import { type CacheClusterSpec, cacheClusterSpec } from '../crds/cache-cluster/spec.ts'
import type { CacheClusterStatus } from '../crds/cache-cluster/status.ts'
import { cacheClusterKind } from '../crds/kind.ts'
import type { KubeObject } from '../kube/port.ts'
import { cacheEvents } from '../plan/cache-cluster/events.ts'
import type { CacheFacts } from '../plan/cache-cluster/facts.ts'
import { askedToLook } from '../plan/cache-cluster/facts-from.ts'
import { recordedIdOf } from '../plan/cache-cluster/intent.ts'
import { planCacheCluster } from '../plan/cache-cluster/plan.ts'
import { judgeCacheCluster, judgeUnreadable } from '../plan/cache-cluster/status.ts'
import { arnParts, topologyOf } from '../plan/core/identity.ts'
import { type Reason, waitsForAws } from '../plan/core/outcome.ts'
import { requeueWish } from '../plan/core/requeue.ts'
import { isoOfMs } from '../plan/core/time.ts'
import { actOnCache } from './act.ts'
import { gatherCacheCluster } from './gather.ts'
import type { ReconciledKind } from './reconcile.ts'

/** A referenced Secret isn't watched, so it is read once in this time: a change is noticed within one poll. */
const referencedSecretMs = 60_000
/** Nothing tells of a poll that found nothing new, so whoever asked for a look looks so often whether it has come in. */
const askedMs = 1000

/** Where there is no cache of ours to give a token to, another token is no reason to look at AWS. */
const tokenless: readonly Reason[] = ['NotOurs', 'Lost', 'IdentityChanged', 'CreateFailed']

/** The CacheCluster: one cache in ElastiCache and the Secrets that lead to it. */
export const cacheCluster: ReconciledKind<CacheClusterSpec, CacheFacts> = {
  kind: cacheClusterKind,
  guarded: () => true,
  parse: ({ clock }, object) => {
    const { spec, status, metadata } = object
    const parsed = cacheClusterSpec.safeParse(spec)
    if (parsed.success) return { is: 'spec', spec: parsed.data }
    const leaving = metadata.deletionTimestamp === undefined ? undefined : specToLeave(object)
    if (leaving !== undefined) return { is: 'spec', spec: leaving }
    const [issue] = parsed.error.issues
    const message = `spec.${issue?.path.join('.')}: ${issue?.message}`
    const before = (status ?? {}) as CacheClusterStatus
    const words = judgeUnreadable(before, metadata.generation ?? 0, isoOfMs(clock.wallMs()), message)
    return { is: 'unreadable', status: words }
  },
  gather: gatherCacheCluster,
  plan: planCacheCluster,
  act: actOnCache,
  judge: judgeCacheCluster,
  events: cacheEvents,
  after: ({ aws }, { object, claimedBy }, verdict) => {
    if (claimedBy !== undefined) return
    const waiting = verdict.is === 'waiting' || verdict.is === 'retryable'
    aws.watch(recordedIdOf(object), topologyOf(object.spec.engine), waiting && waitsForAws(verdict.reason))
  },
  requeue: ({ object, reconcileAnswered, poll }, plan, result, verdict) => {
    // While polls fail there is no answer to wait for: when they heal, every object is told.
    const asked = askedToLook(object) !== undefined && reconcileAnswered === undefined && poll.failure === undefined
    const { auth, suspend } = object.spec
    const referenced = auth?.token?.secretRef !== undefined && !suspend && !tokenless.includes(verdict.reason)
    return requeueWish(plan, result, verdict, asked ? askedMs : referenced ? referencedSecretMs : undefined)
  },
  forget: ({ aws, memory }, queueKey) => {
    const id = memory.id(queueKey)
    if (id !== undefined && memory.keyOf(id) === queueKey) aws.forget(id)
    memory.forget(queueKey)
  },
}

/**
 * What a deletion must know of a spec that this operator's schema can't read: the little that says what is deleted and how.
 * What can't be read of it is left on the safe side.
 */
const specToLeave = ({ spec, status }: KubeObject): CacheClusterSpec | undefined => {
  const { engine, deletionPolicy, deletionProtection, suspend, connection, auth } = (spec ??
    {}) as Partial<CacheClusterSpec>
  const { arn } = (status ?? {}) as CacheClusterStatus
  const byArn = arn === undefined ? undefined : arnParts(arn).kind === 'cluster' ? 'memcached' : 'redis'
  const lenient = {
    engine: engine ?? byArn,
    nodes: { type: 'cache.unknown.unknown' },
    deletionPolicy: deletionPolicy === 'Delete' ? 'Delete' : 'Retain',
    deletionProtection: deletionProtection === true,
    suspend: suspend === true,
  }
  const whole = cacheClusterSpec.safeParse({ ...lenient, connection, auth })
  const least = whole.success ? whole : cacheClusterSpec.safeParse(lenient)
  return least.success ? least.data : undefined
}
