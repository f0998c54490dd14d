import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import {
  awsObserverOf,
  createMetrics,
  type Gauges,
  type ObjectCount,
  reconcileObserverOf,
  transportObserverOf,
} from '../../src/metrics.ts'

const calm: Gauges = {
  version: '1.2.3',
  leaseName: 'larder',
  leads: () => true,
  queue: () => ({ user: 1, resync: 2, waiting: 3, processing: 4, longestReconcileMs: 5000 }),
  objects: () => [],
  droppedEvents: () => 0,
}
const lines = async ({ registry }: ReturnType<typeof createMetrics>) => (await registry.metrics()).split('\n')
const figures = {
  polls: 1,
  lastGoodWallMs: undefined,
  failedPolls: 0,
  groupPages: 1,
  clusterPages: 1,
  ageMs: 5,
  lastFailure: undefined,
  watched: 0,
  waiting: 0,
}

describe('metrics', () => {
  it('pass what promtool checks: help for all, _total on counters and on nothing else', async () => {
    const text = await createMetrics(calm).registry.metrics()
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => ({ name, type }))
    assert.ok(types.length > 30)
    for (const { name, type } of types) {
      assert.equal(name.endsWith('_total'), type === 'counter', `${name} is a ${type}`)
      assert.match(text, new RegExp(`^# HELP ${name} \\S`, 'm'))
      assert.match(name, /^[a-z][a-z0-9_]*$/)
      assert.doesNotMatch(name, /(_count|_sum|_bucket|milliseconds|_ms)$/)
    }
  })

  it('have the names that dashboards of client-go and controller-runtime ask for', async () => {
    const metrics = createMetrics(calm)
    const observer = reconcileObserverOf(metrics)
    for (const end of ['done', 'again', 'backoff', 'error'] as const) {
      observer.started?.('CacheCluster/a/b', 'user', 20)
      observer.ended?.('CacheCluster/a/b', end, 30)
    }
    const { answered } = transportObserverOf(metrics)
    answered('GET', 'host:443', 200)
    answered('PATCH', 'host:443', undefined)
    const text = await lines(metrics)
    for (const line of [
      'controller_runtime_reconcile_total{controller="cachecluster",result="success"} 1',
      'controller_runtime_reconcile_total{controller="cachecluster",result="requeue_after"} 1',
      'controller_runtime_reconcile_total{controller="cachecluster",result="requeue"} 1',
      'controller_runtime_reconcile_total{controller="cachecluster",result="error"} 1',
      'controller_runtime_reconcile_errors_total{controller="cachecluster"} 1',
      'controller_runtime_reconcile_time_seconds_count{controller="cachecluster"} 4',
      'workqueue_depth{name="larder"} 3',
      'workqueue_queue_duration_seconds_count{name="larder"} 4',
      'workqueue_work_duration_seconds_count{name="larder"} 4',
      'workqueue_longest_running_processor_seconds{name="larder"} 5',
      'workqueue_retries_total{name="larder"} 2',
      'rest_client_requests_total{code="200",method="GET",host="host:443"} 1',
      'rest_client_requests_total{code="<error>",method="PATCH",host="host:443"} 1',
      'leader_election_master_status{name="larder"} 1',
      'larder_info{version="1.2.3"} 1',
    ])
      assert.ok(text.includes(line), line)
  })

  it('tell objects by kind, readiness and reason as they are at the scrape', async () => {
    let objects: ObjectCount[] = [
      { kind: 'CacheCluster', ready: 'True', reason: 'InSync', count: 2 },
      { kind: 'CacheCluster', ready: 'False', reason: 'Lost', count: 1 },
    ]
    let dropped = 3
    const metrics = createMetrics({ ...calm, objects: () => objects, droppedEvents: () => dropped })
    const sample = async (start: string) => (await lines(metrics)).filter((line) => line.startsWith(start))
    assert.deepEqual(await sample('larder_objects{'), [
      'larder_objects{kind="CacheCluster",ready="True",reason="InSync"} 2',
      'larder_objects{kind="CacheCluster",ready="False",reason="Lost"} 1',
    ])
    objects = objects.slice(0, 1)
    dropped = 4
    assert.equal((await sample('larder_objects{')).length, 1)
    assert.deepEqual(await sample('larder_dropped_events_total '), ['larder_dropped_events_total 4'])
  })

  it('tell when AWS was last seen, and nothing before the first time', async () => {
    const metrics = createMetrics(calm)
    const observer = awsObserverOf(metrics)
    const sample = async (name: string) => (await lines(metrics)).filter((line) => line.startsWith(name))
    const failure = { is: 'retryable', reason: 'AwsUnavailable', message: 'm' } as const
    observer.looked?.({ ...figures, lastFailure: failure })
    assert.deepEqual(await sample('larder_last_successful_poll_timestamp_seconds'), [])
    const good = { ...figures, lastGoodWallMs: 1_700_000_000_500 }
    observer.looked?.(good)
    observer.called?.({ operation: 'DescribeReplicationGroups', outcome: 'ok', durationMs: 70 })
    observer.called?.({ operation: 'CreateReplicationGroup', outcome: 'ThrottlingException', durationMs: 7 })
    assert.deepEqual(
      (await sample('larder_last_successful_poll_timestamp_seconds')).map((line) => line.split(' ')[1]),
      ['1700000000.5'],
    )
    assert.deepEqual(await sample('larder_polls_total'), [
      'larder_polls_total{outcome="AwsUnavailable"} 1',
      'larder_polls_total{outcome="ok"} 1',
    ])
    assert.deepEqual(await sample('larder_aws_throttled_total'), ['larder_aws_throttled_total 1'])
    assert.deepEqual(await sample('larder_aws_call_seconds_count'), [
      'larder_aws_call_seconds_count{action="DescribeReplicationGroups"} 1',
      'larder_aws_call_seconds_count{action="CreateReplicationGroup"} 1',
    ])
  })
})
