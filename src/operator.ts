import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { connectAws } from './aws/connect.ts'
import type { Config } from './config.ts'
import { reconcileCacheCluster } from './controllers/cache-cluster.ts'
import { reconcileCachePolicy } from './controllers/cache-policy.ts'
import { comingOf } from './controllers/coming.ts'
import type { Hands } from './controllers/hands.ts'
import { fromQueueKey } from './controllers/key.ts'
import { createMemory } from './controllers/memory.ts'
import { noticesOf } from './controllers/notices.ts'
import { cacheClusterKind, cachePolicyKind } from './crds/kind.ts'
import { type Health, serveHealth } from './health.ts'
import { kubeConfigFrom } from './kube/config.ts'
import { connectKube, type RunningKube } from './kube/kube.ts'
import { type Elector, electorOf } from './kube/lease.ts'
import { leaseDoorOf } from './kube/lease-door.ts'
import { type Transport, transportOf } from './kube/transport.ts'
import type { Log } from './log.ts'
import { backoffOf } from './loop/backoff.ts'
import { realClock as clock } from './loop/clock.ts'
import { type Queue, queueOf } from './loop/queue.ts'
import { runTurns, type Turns } from './loop/turn.ts'
import { awsObserverOf, createMetrics, turnObserverOf } from './metrics.ts'
import { newToken } from './token.ts'

/** Steps of one object follow each other at least this far apart, unless a user changed it: the brake on hot loops. */
const spacingMs = 250
/** A turn that hangs for so long will not come back: the kubelet should restart us. */
const hungTurnMs = 300_000
/** How long a stop waits for turns under way: less than the grace period of a Pod. */
const drainMs = 20_000

/** Stands for no election: this replica is the only one. */
const alone: Pick<Elector, 'margin' | 'held' | 'release' | 'start'> = {
  start: () => undefined,
  margin: () => true,
  held: Promise.resolve(),
  release: async () => undefined,
}

export interface Operator {
  readonly port: number
  /** Lets turns under way end, gives the lease back, closes everything. */
  stop(): Promise<void>
}

/** Wires the rooms and starts them. `onLost` is called when another replica leads: the process should end at once. */
export const startOperator = async (config: Config, log: Log, onLost: (why: string) => void): Promise<Operator> => {
  const random = Math.random
  const instance = `${hostname()}-${randomUUID().slice(0, 8)}`
  const transport = transportOf({ load: kubeConfigFrom(config.kubeconfig), userAgent: 'larder' })
  const elector = config.leaderElect ? electorFor(config, transport, instance, log, onLost) : alone
  const queue = queueOf({ clock, spacingMs })
  const metrics = createMetrics({ leads: () => elector.margin(), queue: () => queue.counts() })
  const aws = connectAws({
    region: config.region,
    clock,
    random,
    ratePerSecond: config.awsRate,
    settledMs: config.lookIntervalSeconds * 1000,
    mayWrite: () => elector.margin(),
    observer: awsObserverOf(metrics),
    log,
  })
  const memory = createMemory(clock, random)
  const kinds = [cacheClusterKind, cachePolicyKind]
  const kube: RunningKube = connectKube({
    transport,
    kinds,
    clock,
    random,
    log,
    instance,
    coming: comingOf({ aws: aws.aws, memory, cluster: config.clusterName }),
    notice: (kind, key, urgency) => {
      for (const due of noticesOf(kube, kind, key)) queue.add(due, urgency)
    },
  })
  const hands: Hands = { kube, aws: aws.aws, clock, random, cluster: config.clusterName, memory, newToken }
  aws.looking.onChange((ids) => {
    for (const id of ids) {
      const key = memory.keyOf(id)
      if (key !== undefined) queue.add(key, 'resync')
    }
  })
  let turns: Turns | undefined
  const health: Health = await serveHealth({
    host: config.listenHost,
    port: config.listenPort,
    registry: metrics.registry,
    alive: () => queue.counts().longestTurnMs < hungTurnMs,
    ready: () => kube.synced(),
  })
  kube.start()
  elector.start()
  void Promise.all([kube.whenSynced(), elector.held]).then(() => {
    log.info('Both sides are seen: turns begin', {
      caches: kube.count(cacheClusterKind),
      policies: kube.count(cachePolicyKind),
    })
    turns = beginTurns(config, hands, queue, log, turnObserverOf(metrics))
  })
  void elector.held.then(() => aws.looking.start())
  return {
    port: health.port,
    stop: async () => {
      const quiet = turns === undefined || (await turns.stop(drainMs))
      if (!quiet) log.warn('Some turns did not end in time', { ...queue.counts() })
      await kube.eventsFlushed()
      aws.close()
      kube.stop()
      await elector.release()
      await transport.close()
      await health.close()
    },
  }
}

const electorFor = (
  config: Config,
  transport: Transport,
  identity: string,
  log: Log,
  onLost: (why: string) => void,
): Elector => {
  const door = leaseDoorOf(transport, { namespace: config.leaseNamespace, name: 'larder' })
  return electorOf({ door, identity, clock, random: Math.random, log, onLost })
}

const beginTurns = (
  config: Config,
  hands: Hands,
  queue: Queue,
  log: Log,
  observer: ReturnType<typeof turnObserverOf>,
) => {
  const byKind = new Map([
    [cacheClusterKind.kind, reconcileCacheCluster(hands)],
    [cachePolicyKind.kind, reconcileCachePolicy(hands)],
  ])
  return runTurns({
    queue,
    clock,
    workers: config.workers,
    backoff: backoffOf({ random: Math.random }),
    observer,
    reconcile: async (key) => (await byKind.get(fromQueueKey(key).kind)?.(key)) ?? { is: 'done' },
    onError: (key, error) => log.warn('A turn failed and will be tried again', { key, error: String(error) }),
  })
}
