import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { AwsObserver } from './aws/client/connect.ts'
import type { QueueCounts } from './loop/queue.ts'
import type { ReconcileObserver } from './loop/workers.ts'

/** What is asked for at the moment of a scrape. */
export interface Gauges {
  readonly leads: () => boolean
  readonly queue: () => QueueCounts
}

/** Everything that can be counted. Names and labels are part of the contract with dashboards; no label holds an object's name. */
export const createMetrics = ({ leads, queue }: Gauges) => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  return {
    registry,
    reconciles: new Counter({
      name: 'larder_turns_total',
      help: 'Workers by kind and by how they ended (done, again, backoff, error).',
      labelNames: ['kind', 'end'],
      registers,
    }),
    turnSeconds: new Histogram({
      name: 'larder_turn_seconds',
      help: 'How long reconciles take.',
      labelNames: ['kind'],
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
      registers,
    }),
    waited: new Histogram({
      name: 'larder_turn_wait_seconds',
      help: 'How long a key stood ready before it was reconciled.',
      labelNames: ['lane'],
      buckets: [0.001, 0.01, 0.1, 1, 10, 60],
      registers,
    }),
    awsCalls: new Counter({
      name: 'larder_aws_calls_total',
      help: 'Requests to AWS by action and outcome (ok, or the error code).',
      labelNames: ['action', 'outcome'],
      registers,
    }),
    looks: new Counter({
      name: 'larder_looks_total',
      help: 'WatchClients at all caches in AWS.',
      labelNames: ['outcome'],
      registers,
    }),
    pollAge: new Gauge({
      name: 'larder_look_age_seconds',
      help: 'Since the begin of the last good look at AWS.',
      registers,
    }),
    queue: new Gauge({
      name: 'larder_queue_keys',
      help: 'Keys in the queue by state.',
      labelNames: ['state'],
      registers,
      collect() {
        const { longestReconcileMs: _, ...counts } = queue()
        for (const [state, count] of Object.entries(counts)) this.set({ state }, count)
      },
    }),
    leader: new Gauge({
      name: 'larder_leader',
      help: '1 while this replica may write.',
      registers,
      collect() {
        this.set(leads() ? 1 : 0)
      },
    }),
  }
}

export type Metrics = ReturnType<typeof createMetrics>

const kindOf = (key: string): string => key.split('/', 1)[0] ?? ''

export const reconcileObserverOf = (metrics: Metrics): ReconcileObserver => ({
  started: (_, lane, waitedMs) => metrics.waited.observe({ lane }, waitedMs / 1000),
  ended: (key, end, tookMs) => {
    metrics.reconciles.inc({ kind: kindOf(key), end })
    metrics.turnSeconds.observe({ kind: kindOf(key) }, tookMs / 1000)
  },
})

export const awsObserverOf = (metrics: Metrics): AwsObserver => ({
  called: ({ operation, outcome }) => metrics.awsCalls.inc({ action: operation, outcome }),
  looked: ({ lastFailure, ageMs }) => {
    metrics.looks.inc({ outcome: lastFailure?.reason ?? 'ok' })
    if (ageMs !== undefined) metrics.pollAge.set(ageMs / 1000)
  },
})
