import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { AwsObserver } from './aws/client/connect.ts'
import type { TransportObserver } from './kube/transport/transport.ts'
import type { QueueCounts } from './loop/queue.ts'
import type { ReconcileObserver } from './loop/workers.ts'

/** Objects that are alike: how many of a kind are ready, or not, for which reason. */
export interface ObjectCount {
  readonly kind: string
  /** The Ready condition's status. */
  readonly ready: string
  readonly reason: string
  readonly count: number
}

/** What is asked for at the moment of a scrape. */
export interface Gauges {
  readonly version: string
  /** Of the lease. */
  readonly leaseName: string
  readonly leads: () => boolean
  readonly queue: () => QueueCounts
  readonly objects: () => Iterable<ObjectCount>
  readonly droppedEvents: () => number
}

/** Of one queue for all kinds; dashboards of client-go ask for a name. */
const name = 'larder'
/** As client-go's work queues and controller-runtime have them, less their finest. */
const queueBuckets = [0.001, 0.01, 0.1, 1, 10, 100]
const reconcileBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
/** Gauges that prom-client names like counters; promtool and everybody's dashboards trip over them. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total']

/**
 * Everything that can be counted. Names and labels are part of the contract with dashboards: those of client-go and controller-runtime
 * where they have one. No label holds an object's name.
 */
export const createMetrics = (gauges: Gauges) => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const metric of misnamed) registry.removeSingleMetric(metric)
  const registers = [registry]
  const counter = <L extends string>(metric: string, help: string, labelNames: readonly L[] = []) =>
    new Counter({ name: metric, help, labelNames, registers })
  const histogram = <L extends string>(metric: string, help: string, labelNames: readonly L[], buckets: number[]) =>
    new Histogram({ name: metric, help, labelNames, buckets, registers })
  const gauge = <L extends string>(
    metric: string,
    help: string,
    labelNames: readonly L[] = [],
    collect?: (this: Gauge<L>) => void,
  ) => new Gauge({ name: metric, help, labelNames, registers, ...(collect && { collect }) })

  gauge('larder_info', 'Always 1; the label says which version runs.', ['version']).set({ version: gauges.version }, 1)
  gauge('leader_election_master_status', '1 while this replica may write.', ['name'], function () {
    this.set({ name: gauges.leaseName }, gauges.leads() ? 1 : 0)
  })
  gauge('workqueue_depth', 'Keys that are ready and wait for a worker.', ['name'], function () {
    const { user, resync } = gauges.queue()
    this.set({ name }, user + resync)
  })
  gauge(
    'workqueue_longest_running_processor_seconds',
    'How long the oldest reconcile that has not ended has run.',
    ['name'],
    function () {
      this.set({ name }, gauges.queue().longestReconcileMs / 1000)
    },
  )
  gauge('larder_queue_keys', 'Keys in the queue by state.', ['state'], function () {
    const { longestReconcileMs: _, ...counts } = gauges.queue()
    for (const [state, count] of Object.entries(counts)) this.set({ state }, count)
  })
  gauge('larder_objects', 'Objects by kind, readiness and reason.', ['kind', 'ready', 'reason'], function () {
    // What nobody is any more must not stand there as it was.
    this.reset()
    for (const { kind, ready, reason, count } of gauges.objects()) this.inc({ kind, ready, reason }, count)
  })
  new Counter({
    name: 'larder_dropped_events_total',
    help: 'Events that could not be written.',
    registers,
    collect() {
      this.reset()
      this.inc(gauges.droppedEvents())
    },
  })
  return {
    registry,
    reconciles: counter(
      'controller_runtime_reconcile_total',
      'Reconciles by kind and by how they ended (success, requeue_after, requeue, error).',
      ['controller', 'result'],
    ),
    reconcileErrors: counter('controller_runtime_reconcile_errors_total', 'Reconciles that threw, by kind.', [
      'controller',
    ]),
    reconcileSeconds: histogram(
      'controller_runtime_reconcile_time_seconds',
      'How long reconciles take.',
      ['controller'],
      reconcileBuckets,
    ),
    queueSeconds: histogram(
      'workqueue_queue_duration_seconds',
      'How long a key stood ready before it was reconciled.',
      ['name'],
      queueBuckets,
    ),
    workSeconds: histogram('workqueue_work_duration_seconds', 'How long a key was in work.', ['name'], queueBuckets),
    retries: counter('workqueue_retries_total', 'Keys that come again after a failure.', ['name']),
    requests: counter('rest_client_requests_total', 'Requests to the API server by status, method and host.', [
      'code',
      'method',
      'host',
    ]),
    awsCalls: counter('larder_aws_calls_total', 'Requests to AWS by action and outcome (ok, or the error code).', [
      'action',
      'outcome',
    ]),
    awsSeconds: histogram(
      'larder_aws_call_seconds',
      'How long requests to AWS take.',
      ['action'],
      [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15],
    ),
    awsThrottled: counter('larder_aws_throttled_total', 'Requests that AWS refused because there were too many.'),
    polls: counter('larder_polls_total', 'Polls of all caches in AWS by outcome (ok, or the reason of the failure).', [
      'outcome',
    ]),
    // A label is what keeps prom-client from showing 0, the best value there is, before the first good poll.
    lastPoll: gauge(
      'larder_last_successful_poll_timestamp_seconds',
      'When the last good poll of AWS began; no sample before the first.',
      ['target'],
    ),
  }
}

export type Metrics = ReturnType<typeof createMetrics>

const controllerOf = (key: string): string => (key.split('/', 1)[0] ?? '').toLowerCase()

/** How controller-runtime calls the ends of a reconcile. */
const resultOf = { done: 'success', again: 'requeue_after', backoff: 'requeue', error: 'error' } as const

export const reconcileObserverOf = (metrics: Metrics): ReconcileObserver => ({
  started: (_key, _lane, waitedMs) => metrics.queueSeconds.observe({ name }, waitedMs / 1000),
  ended: (key, end, tookMs) => {
    const controller = controllerOf(key)
    metrics.reconciles.inc({ controller, result: resultOf[end] })
    metrics.reconcileSeconds.observe({ controller }, tookMs / 1000)
    metrics.workSeconds.observe({ name }, tookMs / 1000)
    if (end === 'error') metrics.reconcileErrors.inc({ controller })
    if (end === 'error' || end === 'backoff') metrics.retries.inc({ name })
  },
})

export const transportObserverOf = (metrics: Metrics): TransportObserver => ({
  answered: (method, host, status) => metrics.requests.inc({ code: `${status ?? '<error>'}`, method, host }),
})

/** What AWS calls too many requests; the SDK's own list, as aws/errors sorts them. */
const throttling =
  /Throttl|RequestLimitExceeded|TooManyRequests|SlowDown|BandwidthLimitExceeded|PriorRequestNotComplete/

/** `lastGoodWallMs`: when the last good poll began, by the wall clock. */
export const awsObserverOf = (metrics: Metrics, target = ''): AwsObserver => ({
  called: ({ operation, outcome, durationMs }) => {
    metrics.awsCalls.inc({ action: operation, outcome })
    metrics.awsSeconds.observe({ action: operation }, durationMs / 1000)
    if (throttling.test(outcome)) metrics.awsThrottled.inc()
  },
  looked: (figures) => {
    const { lastFailure, lastGoodWallMs }: typeof figures & { readonly lastGoodWallMs?: number | undefined } = figures
    metrics.polls.inc({ outcome: lastFailure?.reason ?? 'ok' })
    if (lastGoodWallMs !== undefined) metrics.lastPoll.set({ target }, lastGoodWallMs / 1000)
  },
})
