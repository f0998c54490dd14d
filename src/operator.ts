import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { connectAws } from './aws/client/connect.ts'
import { fleetOf, type Target } from './aws/fleet.ts'
import type { PollState } from './aws/port.ts'
import type { Config } from './config.ts'
import { awsEventsTeller } from './controllers/aws-events.ts'
import { cacheCluster } from './controllers/cache-cluster.ts'
import { cachePolicy } from './controllers/cache-policy.ts'
import type { Clients } from './controllers/clients.ts'
import { enqueueKeysOf } from './controllers/event-handlers.ts'
import { indexes } from './controllers/indexes.ts'
import { fromQueueKey, queueKey } from './controllers/key.ts'
import { listPageHandlerOf } from './controllers/list-page.ts'
import { createMemory } from './controllers/memory.ts'
import { reconcile } from './controllers/reconcile.ts'
import { cacheClusterKind, cachePolicyKind, secretKind } from './crds/kind.ts'
import { type Health, serveHealth } from './health.ts'
import { readyCounts } from './kube/cache/ready-index.ts'
import { readClusterUid } from './kube/cluster-uid.ts'
import { keyOf } from './kube/key.ts'
import { connectKube, type RunningKube } from './kube/kube.ts'
import { type Elector, electorOf } from './kube/lease/elector.ts'
import { leaseLockOf, leaseTransportOf } from './kube/lease/lease-lock.ts'
import { unsyncedInWords } from './kube/synced-words.ts'
import { kubeConfigFrom } from './kube/transport/config.ts'
import { type Transport, transportOf } from './kube/transport/transport.ts'
import type { Logger } from './log.ts'
import { backoffOf } from './loop/backoff.ts'
import { type Queue, queueOf } from './loop/queue.ts'
import { runWorkers, type Workers } from './loop/workers.ts'
import { awsObserverOf, createMetrics, reconcileObserverOf, transportObserverOf } from './metrics.ts'
import { realClock as clock } from './time/clock.ts'
import { newToken } from './token.ts'

/** Steps of one object follow each other at least this far apart, unless a user changed it: the brake on hot loops. */
const spacingMs = 250
/** A reconcile that hangs for so long will not come back: the kubelet should restart us. */
const hungReconcileMs = 300_000
const leaseName = 'larder'
/** How long a stop waits for events on their way, before the lease is given back. */
const flushMs = 3000
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

const kinds = [cacheClusterKind, cachePolicyKind]
/** What the reconciles of each kind read from stores. */
const sources = [
  { kind: cacheClusterKind, reads: [cacheClusterKind, cachePolicyKind, secretKind] },
  { kind: cachePolicyKind, reads: [cacheClusterKind, cachePolicyKind] },
]

/** Wires the rooms and starts them. `onLost` is called when another replica leads: the process should end at once. */
export const startOperator = async (
  config: Config,
  version: string,
  log: Logger,
  onLost: (why: string) => void,
): Promise<Operator> => {
  const random = Math.random
  const instance = `${hostname()}-${randomUUID().slice(0, 8)}`
  const load = kubeConfigFrom(config.kubeconfig)
  const queue = queueOf({ clock, spacingMs })
  let kube: RunningKube | undefined
  let pollState: () => PollState | undefined = () => undefined
  const metrics = createMetrics({
    version,
    leaseName,
    leads: () => elector.margin(),
    queue: () => queue.counts(),
    objects: () => (kube === undefined ? [] : readyCounts(kube, kinds)),
    droppedEvents: () => kube?.droppedEvents() ?? 0,
  })
  const observer = transportObserverOf(metrics)
  const transport = transportOf({ load, observer })
  const leaseTransport = leaseTransportOf({ load, observer })
  const elector: Pick<Elector, 'margin' | 'held' | 'release' | 'start'> = config.leaderElect
    ? electorFor(config, leaseTransport, instance, log, onLost)
    : alone
  const health: Health = await serveHealth({
    host: config.listenHost,
    port: config.listenPort,
    registry: metrics.registry,
    alive: () => (queue.counts().longestReconcileMs < hungReconcileMs ? undefined : 'a reconcile hangs'),
    ready: () => notReady(kube, pollState(), elector),
  })
  const clusterUID = await readClusterUid(transport, { log })
  const cluster = config.clusterName ?? `k${clusterUID.replaceAll('-', '').slice(0, 7)}`
  const memory = createMemory(clock, random)
  const enqueue = (ids: readonly string[]) => {
    const keys = ids.flatMap((id) => memory.keyOf(id) ?? [])
    for (const key of keys) queue.add(key, 'resync')
    return keys
  }
  const target: Target = { region: config.region }
  const fleet = fleetOf({
    clock,
    connect: ({ region }) => {
      const counted = awsObserverOf(metrics, region)
      const connection = connectAws({
        region,
        clock,
        random,
        ratePerSecond: config.awsRate,
        settledMs: config.pollIntervalSeconds * 1000,
        mayWrite: () => elector.margin(),
        observer: {
          ...counted,
          looked: (figures) => {
            counted.looked?.(figures)
            void tellAwsEvents(figures.waiting > 0)
          },
        },
        log,
      })
      connection.polling.onChange(enqueue)
      connection.polling.onHealth((ids) => memory.forgetRefusals(enqueue(ids)))
      if (elector.margin()) connection.polling.start()
      return connection
    },
  })
  pollState = () => fleet.open()[0]?.connection.aws.pollState()
  const clients: Clients = {
    get kube() {
      return running
    },
    get aws() {
      return fleet.for(target).aws
    },
    pollSoon: () => fleet.for(target).polling.soon(),
    clock,
    random,
    cluster,
    clusterUID,
    region: config.region,
    memory,
    log,
    newToken,
  }
  const tellAwsEvents = awsEventsTeller(clients)
  const running: RunningKube = connectKube({
    transport,
    kinds,
    indexes,
    clock,
    random,
    log,
    instance,
    onListPage: listPageHandlerOf(clients),
    notice: (kind, key, urgency, before) => {
      for (const due of enqueueKeysOf(running, kind, key, before)) queue.add(due, urgency)
    },
  })
  kube = running
  log.info('Larder knows its Kubernetes cluster', { clusterName: cluster, clusterUID })
  let workers: Workers | undefined
  running.start()
  elector.start()
  const started = new Set<string>()
  void elector.held.then(() => {
    for (const { connection } of fleet.open()) connection.polling.start()
    workers = beginWork(config, clients, queue, log, started, reconcileObserverOf(metrics))
    // A kind begins when what its reconciles read is known: a CRD that is missing stops its own kind only.
    for (const { kind, reads } of sources) {
      void Promise.all(reads.map((read) => running.whenSynced(read))).then(() => {
        started.add(kind.kind)
        log.info('Reconciles begin', { controller: kind.kind, objects: running.count(kind) })
        for (const { metadata } of running.list(kind)) queue.add(queueKey(kind.kind, keyOf(metadata)), 'resync')
      })
    }
  })
  return {
    port: health.port,
    stop: async () => {
      const quiet = workers === undefined || (await workers.stop(drainMs))
      if (!quiet) log.warn('Some reconciles did not end in time', { ...queue.counts() })
      await running.eventsFlushed(flushMs)
      fleet.close()
      running.stop()
      await elector.release()
      await leaseTransport.close()
      await transport.close()
      await health.close()
    },
  }
}

/** Why the process isn't ready: what it has not seen, and why not. A standby sees no AWS, and is ready to lead. */
const notReady = (
  kube: RunningKube | undefined,
  polls: PollState | undefined,
  elector: Pick<Elector, 'margin'>,
): string | undefined => {
  if (kube === undefined) return 'Kubernetes: the API server has not answered yet'
  const missing = unsyncedInWords(kube.unsynced())
  if (missing !== undefined) return `Kubernetes: ${missing}`
  if (!elector.margin() || polls === undefined || polls.ageMs !== undefined) return undefined
  return polls.failure === undefined ? undefined : `AWS: ${polls.failure.message}`
}

const electorFor = (
  config: Config,
  transport: Transport,
  identity: string,
  log: Logger,
  onLost: (why: string) => void,
): Elector => {
  const lock = leaseLockOf(transport, { namespace: config.leaseNamespace, name: leaseName })
  return electorOf({ lock, identity, clock, random: Math.random, log, onLost })
}

const beginWork = (
  config: Config,
  clients: Clients,
  queue: Queue,
  log: Logger,
  started: ReadonlySet<string>,
  observer: ReturnType<typeof reconcileObserverOf>,
) => {
  const byKind = new Map([
    [cacheClusterKind.kind, reconcile(cacheCluster, clients)],
    [cachePolicyKind.kind, reconcile(cachePolicy, clients)],
  ])
  return runWorkers({
    queue,
    clock,
    workers: config.workers,
    backoff: backoffOf({ random: Math.random }),
    observer,
    reconcile: async (key) => {
      const { kind } = fromQueueKey(key)
      // Before its kind begins, a key is let go: all of them come when it does.
      return started.has(kind) ? ((await byKind.get(kind)?.(key)) ?? { is: 'done' }) : { is: 'done' }
    },
    onError: (key, error) => {
      const { kind, namespace, name } = fromQueueKey(key)
      log.warn('A reconcile failed and will be tried again', {
        controller: kind,
        namespace,
        name,
        error: String(error),
      })
    },
  })
}
