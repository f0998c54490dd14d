import type { ElastiCacheClientConfig } from '@aws-sdk/client-elasticache'
import { connectAws } from '../../src/aws/client/connect.ts'
import { cacheCluster } from '../../src/controllers/cache-cluster.ts'
import { cachePolicy } from '../../src/controllers/cache-policy.ts'
import type { Clients } from '../../src/controllers/clients.ts'
import { enqueueKeysOf } from '../../src/controllers/event-handlers.ts'
import { fromQueueKey, queueKey } from '../../src/controllers/key.ts'
import { createMemory } from '../../src/controllers/memory.ts'
import { reconcile } from '../../src/controllers/reconcile.ts'
import { cacheClusterKind, cachePolicyKind } from '../../src/crds/kind.ts'
import { keyOf } from '../../src/kube/key.ts'
import { backoffOf } from '../../src/loop/backoff.ts'
import { queueOf } from '../../src/loop/queue.ts'
import { runWorkers } from '../../src/loop/workers.ts'
import { type Account, keys, region } from './account.ts'
import type { JumpClock } from './clock.ts'
import type { Kubernetes } from './kubernetes.ts'

/** A life of the operator, wired as src/operator.ts wires it, with values in place of sockets. */
export interface OperatorLife {
  /** What of it is waiting for nothing but the processor. */
  readonly reconciling: number
  /** How often each key was reconciled. */
  readonly reconciles: ReadonlyMap<string, number>
  /** Errors that a reconcile threw: faults of the code, or of Kubernetes where it was read. */
  readonly errors: readonly string[]
  stop(): void
}

export interface OperatorFlags {
  readonly clusterName: string
  readonly region?: string
}

export const startOperator = (
  {
    kubernetes,
    account,
    clock,
    who,
    newToken,
    tell,
  }: {
    readonly kubernetes: Kubernetes
    readonly account: Account
    readonly clock: JumpClock
    readonly who: string
    readonly newToken: () => string
    /** Every line that is logged, whole. */
    readonly tell: (line: string) => void
  },
  flags: OperatorFlags,
): OperatorLife => {
  let chance = 1
  /** Not random, so that a history runs the same way each time. */
  const random = () => {
    chance = (chance * 16_807) % 2_147_483_647
    return chance / 2_147_483_647
  }
  const line = (message: string, about?: object) => tell(`${message} ${JSON.stringify(about)}`)
  const log = { debug: line, info: line, warn: line }
  let lives = true
  const aws = connectAws({
    region: flags.region ?? region,
    clock,
    random,
    ratePerSecond: 10_000,
    settledMs: 120_000,
    mayWrite: () => lives,
    credentials: keys,
    requestHandler: account.handlerFor(who) as NonNullable<ElastiCacheClientConfig['requestHandler']>,
    log,
  })
  const memory = createMemory(clock, random)
  const queue = queueOf({ clock, spacingMs: 250 })
  const clients: Clients = {
    kube: kubernetes.kube,
    aws: aws.aws,
    pollSoon: () => aws.polling.soon(),
    clock,
    random,
    cluster: flags.clusterName,
    clusterUID: kubernetes.uid,
    region: flags.region ?? region,
    memory,
    log,
    newToken,
  }
  kubernetes.onNotice((kind, key, urgency, before) => {
    if (lives) for (const due of enqueueKeysOf(kubernetes.kube, kind, key, before)) queue.add(due, urgency)
  })
  const enqueue = (ids: readonly string[]) => {
    const due = ids.flatMap((id) => memory.keyOf(id) ?? [])
    for (const key of due) queue.add(key, 'resync')
    return due
  }
  aws.polling.onChange(enqueue)
  aws.polling.onHealth((ids) => memory.forgetRefusals(enqueue(ids)))
  kubernetes.relist()
  for (const kind of [cacheClusterKind, cachePolicyKind])
    for (const { metadata } of kubernetes.kube.list(kind)) queue.add(queueKey(kind.kind, keyOf(metadata)), 'resync')

  const byKind = new Map([
    [cacheClusterKind.kind, reconcile(cacheCluster, clients)],
    [cachePolicyKind.kind, reconcile(cachePolicy, clients)],
  ])
  const reconciles = new Map<string, number>()
  const errors: string[] = []
  const workers = runWorkers({
    queue,
    clock,
    workers: 4,
    backoff: backoffOf({ random }),
    reconcile: async (key) => {
      reconciles.set(key, (reconciles.get(key) ?? 0) + 1)
      return (await byKind.get(fromQueueKey(key).kind)?.(key)) ?? { is: 'done' }
    },
    onError: (key, error) => {
      errors.push(`${key}: ${error instanceof Error ? error.stack : String(error)}`)
      line('A reconcile failed', { key, error: String(error) })
    },
  })
  aws.polling.start()
  return {
    get reconciling() {
      return queue.counts().processing
    },
    reconciles,
    errors,
    stop: () => {
      lives = false
      void workers.stop(0)
      aws.close()
    },
  }
}
