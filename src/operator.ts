import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { connectAws } from './aws/client/connect.ts'
import type { Config } from './config.ts'
import { reconcileCacheCluster } from './controllers/cache-cluster.ts'
import { reconcileCachePolicy } from './controllers/cache-policy.ts'
import type { Clients } from './controllers/clients.ts'
import { enqueueKeysOf } from './controllers/event-handlers.ts'
import { fromQueueKey } from './controllers/key.ts'
import { listPageHandlerOf } from './controllers/list-page.ts'
import { createMemory } from './controllers/memory.ts'
import { cacheClusterKind, cachePolicyKind, secretKind } from './crds/kind.ts'
import { type Health, serveHealth } from './health.ts'
import { readClusterUid } from './kube/cluster-uid.ts'
import { connectKube, type RunningKube } from './kube/kube.ts'
import { type Elector, electorOf } from './kube/lease/elector.ts'
import { leaseLockOf, leaseTransportOf } from './kube/lease/lease-lock.ts'
import { kubeConfigFrom } from './kube/transport/config.ts'
import { type Transport, transportOf } from './kube/transport/transport.ts'
import type { Logger } from './log.ts'
import { backoffOf } from './loop/backoff.ts'
import { type Queue, queueOf } from './loop/queue.ts'
import { runWorkers, type Workers } from './loop/workers.ts'
import { awsObserverOf, createMetrics, reconcileObserverOf } from './metrics.ts'
import { realClock as clock } from './time/clock.ts'
import { newToken } from './token.ts'

/** Steps of one object follow each other at least this far apart, unless a user changed it: the brake on hot loops. */
const spacingMs = 250
/** A reconcile that hangs for so long will not come back: the kubelet should restart us. */
const hungReconcileMs = 300_000
/** How long a stop waits for reconciles under way: less than the grace period of a Pod. */
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
  /** Lets reconciles under way end, gives the lease back, closes everything. */
  stop(): Promise<void>
}

/** Wires the rooms and starts them. `onLost` is called when another replica leads: the process should end at once. */
export const startOperator = async (config: Config, log: Logger, onLost: (why: string) => void): Promise<Operator> => {
  const random = Math.random
  const instance = `${hostname()}-${randomUUID().slice(0, 8)}`
  const load = kubeConfigFrom(config.kubeconfig)
  const transport = transportOf({ load })
  const leaseTransport = leaseTransportOf({ load })
  const cluster = config.clusterName ?? `k${(await readClusterUid(transport, { log })).slice(0, 7)}`
  const elector = config.leaderElect ? electorFor(config, leaseTransport, instance, log, onLost) : alone
  const queue = queueOf({ clock, spacingMs })
  const metrics = createMetrics({
    version: '',
    leaseName: 'larder',
    leads: () => elector.margin(),
    queue: () => queue.counts(),
    objects: () => [],
    droppedEvents: () => kube.droppedEvents(),
  })
  const aws = connectAws({
    region: config.region,
    clock,
    random,
    ratePerSecond: config.awsRate,
    settledMs: config.pollIntervalSeconds * 1000,
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
    onListPage: listPageHandlerOf({ aws: aws.aws, memory, cluster }),
    notice: (kind, key, urgency) => {
      for (const due of enqueueKeysOf(kube, kind, key)) queue.add(due, urgency)
    },
  })
  const clients: Clients = { kube, aws: aws.aws, clock, random, cluster, memory, newToken }
  aws.polling.onChange((ids) => {
    for (const id of ids) {
      const key = memory.keyOf(id)
      if (key !== undefined) queue.add(key, 'resync')
    }
  })
  let workers: Workers | undefined
  const health: Health = await serveHealth({
    host: config.listenHost,
    port: config.listenPort,
    registry: metrics.registry,
    alive: () => (queue.counts().longestReconcileMs < hungReconcileMs ? undefined : 'a reconcile hangs'),
    ready: () => (kube.unsynced().length === 0 ? undefined : 'Kubernetes'),
  })
  kube.start()
  elector.start()
  void Promise.all([...[...kinds, secretKind].map((kind) => kube.whenSynced(kind)), elector.held]).then(() => {
    log.info('Both sides are seen: reconciles begin', {
      caches: kube.count(cacheClusterKind),
      policies: kube.count(cachePolicyKind),
    })
    workers = beginWork(config, clients, queue, log, reconcileObserverOf(metrics))
  })
  void elector.held.then(() => aws.polling.start())
  return {
    port: health.port,
    stop: async () => {
      const quiet = workers === undefined || (await workers.stop(drainMs))
      if (!quiet) log.warn('Some reconciles did not end in time', { ...queue.counts() })
      await kube.eventsFlushed(3000)
      aws.close()
      kube.stop()
      await elector.release()
      await leaseTransport.close()
      await transport.close()
      await health.close()
    },
  }
}

const electorFor = (
  config: Config,
  transport: Transport,
  identity: string,
  log: Logger,
  onLost: (why: string) => void,
): Elector => {
  const lock = leaseLockOf(transport, { namespace: config.leaseNamespace, name: 'larder' })
  return electorOf({ lock, identity, clock, random: Math.random, log, onLost })
}

const beginWork = (
  config: Config,
  clients: Clients,
  queue: Queue,
  log: Logger,
  observer: ReturnType<typeof reconcileObserverOf>,
) => {
  const byKind = new Map([
    [cacheClusterKind.kind, reconcileCacheCluster(clients)],
    [cachePolicyKind.kind, reconcileCachePolicy(clients)],
  ])
  return runWorkers({
    queue,
    clock,
    workers: config.workers,
    backoff: backoffOf({ random: Math.random }),
    observer,
    reconcile: async (key) => (await byKind.get(fromQueueKey(key).kind)?.(key)) ?? { is: 'done' },
    onError: (key, error) => log.warn('A reconcile failed and will be tried again', { key, error: String(error) }),
  })
}
