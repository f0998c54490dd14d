import assert from 'node:assert/strict'
import {
  CopySnapshotCommand,
  CreateCacheClusterCommand,
  CreateReplicationGroupCommand,
  CreateServerlessCacheSnapshotCommand,
  CreateSnapshotCommand,
  DescribeCacheClustersCommand,
  DescribeReplicationGroupsCommand,
  DescribeServerlessCacheSnapshotsCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { endOf, endsOf, type FaultBench, openFaultBench } from './faults-fixture.ts'
import { PAIR, PAIR_ARN } from './fixture.ts'

describe('a throttling storm', () => {
  let bench: FaultBench
  beforeEach(async () => {
    bench = await openFaultBench()
  })
  const groups = () => bench.client.send(new DescribeReplicationGroupsCommand({}))
  const clusters = () => bench.client.send(new DescribeCacheClustersCommand({}))
  const storm = (throttled: readonly string[]) => throttled.map((end) => (end === 'Throttling' ? 'x' : end)).join(' ')
  const bucket = { action: '*', do: 'throttleBucket', ratePerSecond: 2, burst: 3 } as const

  it('lets a burst through, then as many as the rate allows, for as long as it is on order', async () => {
    bench.order(bucket)
    assert.equal(storm(await endsOf(5, groups)), 'ok ok ok x x')
    bench.clock.advance(499)
    assert.equal(storm(await endsOf(1, groups)), 'x')
    bench.clock.advance(1)
    assert.equal(storm(await endsOf(2, groups)), 'ok x')
    bench.clock.advance(1_000_000)
    assert.equal(storm(await endsOf(5, groups)), 'ok ok ok x x')
    assert.deepEqual(bench.faults(), [bucket])
    bench.emulator.faults.clear()
    assert.equal(storm(await endsOf(3, groups)), 'ok ok ok')
    assert.deepEqual(
      bench.calls().map(([, outcome, fault]) => `${outcome} ${fault}`),
      [
        ...['ok undefined', 'ok undefined', 'ok undefined', 'Throttling throttleBucket', 'Throttling throttleBucket'],
        ...['Throttling throttleBucket', 'ok undefined', 'Throttling throttleBucket'],
        ...['ok undefined', 'ok undefined', 'ok undefined', 'Throttling throttleBucket', 'Throttling throttleBucket'],
        ...['ok undefined', 'ok undefined', 'ok undefined'],
      ],
    )
  })

  it('can have a rate of less than one a second', async () => {
    bench.order({ ...bucket, ratePerSecond: 0.5, burst: 1 })
    assert.equal(storm(await endsOf(2, groups)), 'ok x')
    bench.clock.advance(1_999)
    assert.equal(storm(await endsOf(1, groups)), 'x')
    bench.clock.advance(1)
    assert.equal(storm(await endsOf(2, groups)), 'ok x')
  })

  it('over all actions has one bucket for them; over one action, others take no token', async () => {
    bench.order({ ...bucket, burst: 1 })
    assert.equal(storm([await endOf(groups()), await endOf(clusters())]), 'ok x')
    bench.emulator.faults.clear()
    bench.order({ ...bucket, action: 'DescribeReplicationGroups', burst: 1 })
    assert.equal(storm(await endsOf(3, clusters)), 'ok ok ok')
    assert.equal(storm(await endsOf(2, groups)), 'ok x')
  })

  it('ends after so many throttled calls, or so many seconds', async () => {
    bench.order({ ...bucket, burst: 1, count: 2 })
    assert.equal(storm(await endsOf(5, groups)), 'ok x x ok ok')
    bench.order({ ...bucket, burst: 1, seconds: 0.25 })
    assert.equal(storm(await endsOf(2, groups)), 'ok x')
    bench.clock.advance(250)
    assert.equal(storm(await endsOf(2, groups)), 'ok ok')
    assert.deepEqual(bench.faults(), [])
  })
})

describe('a fault on order', () => {
  let bench: FaultBench
  beforeEach(async () => {
    bench = await openFaultBench()
  })
  const groups = (ReplicationGroupId?: string) =>
    bench.client.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId }))
  const clusters = (CacheClusterId?: string) => bench.client.send(new DescribeCacheClustersCommand({ CacheClusterId }))

  it('strikes once, or as often as its count says, and tells how often it will yet', async () => {
    bench.order({ action: '*', do: 'throttle' })
    assert.deepEqual(await endsOf(2, groups), ['Throttling', 'ok'])
    bench.order({ action: '*', do: 'throttle', count: 3 })
    assert.deepEqual(await endsOf(1, groups), ['Throttling'])
    assert.deepEqual(bench.faults(), [{ action: '*', do: 'throttle', count: 2 }])
    assert.deepEqual(await endsOf(3, groups), ['Throttling', 'Throttling', 'ok'])
  })

  it('strikes for as many seconds as it says, from its order on', async () => {
    bench.order({ action: '*', do: 'throttle', seconds: 2 })
    bench.clock.advance(1_999)
    assert.deepEqual(await endsOf(2, groups), ['Throttling', 'Throttling'])
    assert.deepEqual(bench.faults(), [{ action: '*', do: 'throttle', seconds: 2 }])
    bench.clock.advance(1)
    assert.deepEqual(bench.faults(), [])
    assert.deepEqual(await endsOf(1, groups), ['ok'])
  })

  it('with count and seconds ends with what comes first', async () => {
    const both = { action: '*', do: 'throttle', count: 2, seconds: 2 } as const
    bench.order(both)
    assert.deepEqual(await endsOf(3, groups), ['Throttling', 'Throttling', 'ok'])
    bench.order(both)
    assert.deepEqual(await endsOf(1, groups), ['Throttling'])
    bench.clock.advance(2_000)
    assert.deepEqual(await endsOf(1, groups), ['ok'])
  })

  it('leaves calls of other actions alone', async () => {
    bench.order({ action: 'DescribeCacheClusters', do: 'throttle' })
    assert.deepEqual(
      [await endOf(groups()), await endOf(clusters()), await endOf(clusters())],
      ['ok', 'Throttling', 'ok'],
    )
  })

  it('strikes in the order of the orders, the first that fits', async () => {
    bench.order(
      { action: '*', do: 'serverError', status: 503 },
      { action: 'DescribeCacheClusters', do: 'throttle' },
      { action: '*', do: 'serverError' },
    )
    assert.deepEqual(await endsOf(4, clusters), ['ServiceUnavailable', 'Throttling', 'InternalFailure', 'ok'])
  })

  const named: readonly [string, string, () => Promise<unknown>][] = [
    ['pair', 'a describe', () => groups('pair')],
    ['PAIR', 'a describe in other letters', () => groups('Pair')],
    ['pair', 'a create', () => bench.client.send(new CreateReplicationGroupCommand(PAIR))],
    [
      'pair',
      'the tags of its ARN',
      () => bench.client.send(new ListTagsForResourceCommand({ ResourceName: PAIR_ARN })),
    ],
    [PAIR_ARN, 'its ARN', () => bench.client.send(new ListTagsForResourceCommand({ ResourceName: PAIR_ARN }))],
    [
      'pair-003',
      'a replica that comes, beside its group',
      () =>
        bench.client.send(new CreateCacheClusterCommand({ CacheClusterId: 'pair-003', ReplicationGroupId: 'pair' })),
    ],
    [
      'shot',
      'a snapshot, beside its source',
      () => bench.client.send(new CreateSnapshotCommand({ SnapshotName: 'shot', ReplicationGroupId: 'pair' })),
    ],
    [
      'copy',
      'the target of a copy',
      () => bench.client.send(new CopySnapshotCommand({ SourceSnapshotName: 'shot', TargetSnapshotName: 'copy' })),
    ],
    [
      'burst',
      'the cache of a serverless snapshot',
      () =>
        bench.client.send(
          new CreateServerlessCacheSnapshotCommand({
            ServerlessCacheName: 'burst',
            ServerlessCacheSnapshotName: 'shot',
          }),
        ),
    ],
    [
      'shot',
      'a serverless snapshot',
      () => bench.client.send(new DescribeServerlessCacheSnapshotsCommand({ ServerlessCacheSnapshotName: 'shot' })),
    ],
  ]
  for (const [id, what, call] of named) {
    it(`for the id ${id} strikes a call that names ${what}, and no other`, async () => {
      bench.order({ action: '*', id, do: 'throttle' })
      assert.equal(await endOf(groups()), 'ok')
      assert.equal(await endOf(groups('pai')), 'ReplicationGroupNotFoundFault')
      assert.equal(await endOf(call()), 'Throttling')
      assert.notEqual(await endOf(call()), 'Throttling')
    })
  }
})
