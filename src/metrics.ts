import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** Everything that can be counted. Names and labels are part of the contract with dashboards; no label holds an object's name. */
export const createMetrics = () => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  return {
    registry,
    turns: new Counter({
      name: 'larder_turns_total',
      help: 'Turns by kind and by how they ended (done, again, backoff, error).',
      labelNames: ['kind', 'end'],
      registers,
    }),
    turnSeconds: new Histogram({
      name: 'larder_turn_seconds',
      help: 'How long turns take.',
      labelNames: ['kind'],
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
      registers,
    }),
    waited: new Histogram({
      name: 'larder_turn_wait_seconds',
      help: 'How long a key stood ready before its turn.',
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
      help: 'Looks at all caches in AWS.',
      labelNames: ['outcome'],
      registers,
    }),
    lookAge: new Gauge({
      name: 'larder_look_age_seconds',
      help: 'Since the begin of the last good look at AWS.',
      registers,
    }),
    queue: new Gauge({
      name: 'larder_queue_keys',
      help: 'Keys in the queue by state.',
      labelNames: ['state'],
      registers,
    }),
    leader: new Gauge({ name: 'larder_leader', help: '1 while this replica may write.', registers }),
    kubeRequests: new Counter({
      name: 'larder_kubernetes_requests_total',
      help: 'Requests to the API server by verb and outcome.',
      labelNames: ['verb', 'outcome'],
      registers,
    }),
  }
}

export type Metrics = ReturnType<typeof createMetrics>
