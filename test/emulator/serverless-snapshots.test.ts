import assert from 'node:assert/strict'
import {
  AddTagsToResourceCommand,
  CopyServerlessCacheSnapshotCommand,
  CreateReplicationGroupCommand,
  CreateSnapshotCommand,
  DeleteServerlessCacheSnapshotCommand,
  DescribeEventsCommand,
  DescribeServerlessCacheSnapshotsCommand,
  ExportServerlessCacheSnapshotCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { type Bench, openBench, refused, SHARDED } from './fixture.ts'
import { type ServerlessCalls, SNAPSHOT_ARN, serverlessCalls } from './serverless-fixture.ts'

const DAY_MS = 24 * 3_600_000

describe('snapshots of serverless caches', () => {
  let bench: Bench
  let calls: ServerlessCalls

  const list = async (input = {}) =>
    (await bench.client.send(new DescribeServerlessCacheSnapshotsCommand(input))).ServerlessCacheSnapshots ?? []
  const copy = (target: string, source = 'shot') =>
    bench.client.send(
      new CopyServerlessCacheSnapshotCommand({
        SourceServerlessCacheSnapshotName: source,
        TargetServerlessCacheSnapshotName: target,
      }),
    )
  const drop = (name: string) =>
    bench.client.send(new DeleteServerlessCacheSnapshotCommand({ ServerlessCacheSnapshotName: name }))
  const exported = (S3BucketName: string, name = 'shot') =>
    bench.client.send(new ExportServerlessCacheSnapshotCommand({ ServerlessCacheSnapshotName: name, S3BucketName }))

  beforeEach(async () => {
    bench = await openBench()
    calls = serverlessCalls(bench.client)
    await calls.create()
    bench.settle()
  })

  it('a snapshot is creating, then available with its size; the cache stays available', async () => {
    const { ServerlessCacheSnapshot } = await calls.snap('Shot')
    assert.equal(ServerlessCacheSnapshot?.Status, 'creating')
    assert.equal(ServerlessCacheSnapshot?.BytesUsedForCache, undefined)
    assert.equal((await calls.cache())?.Status, 'available')
    bench.settle()
    const { CreateTime, ...shown } = (await calls.snapshot()) ?? {}
    assert.ok(CreateTime instanceof Date)
    assert.deepEqual(shown, {
      ServerlessCacheSnapshotName: 'shot',
      ARN: SNAPSHOT_ARN,
      SnapshotType: 'manual',
      Status: 'available',
      BytesUsedForCache: '0',
      ServerlessCacheConfiguration: { ServerlessCacheName: 'burst', Engine: 'valkey', MajorEngineVersion: '8' },
    })
    const { Events } = await bench.client.send(new DescribeEventsCommand({ SourceType: 'serverless-cache-snapshot' }))
    assert.deepEqual(
      Events?.map(({ SourceIdentifier, Message }) => [SourceIdentifier, Message]),
      [['shot', 'Snapshot shot created for cache burst']],
    )
  })

  it('names are given once and caches must exist', async () => {
    await calls.snap()
    await refused(
      calls.snap(),
      'ServerlessCacheSnapshotAlreadyExistsFault',
      'Serverless cache snapshot shot already exists.',
    )
    await refused(calls.snap('-'), 'InvalidParameterValue', /ServerlessCacheSnapshotName/)
    await refused(calls.snap('more', 'none'), 'ServerlessCacheNotFoundFault', 'Serverless cache none not found.')
    await refused(
      calls.snapshot('none'),
      'ServerlessCacheSnapshotNotFoundFault',
      'Serverless cache snapshot none not found.',
    )
  })

  it('a snapshot under way can be neither copied, deleted, exported nor tagged, and its cache not deleted', async () => {
    await calls.snap()
    const state = 'Serverless cache snapshot shot is not in available state; it is creating.'
    await refused(copy('again'), 'InvalidServerlessCacheSnapshotStateFault', state)
    await refused(drop('shot'), 'InvalidServerlessCacheSnapshotStateFault', state)
    await refused(exported('bucket'), 'InvalidServerlessCacheSnapshotStateFault', state)
    const tagging = new AddTagsToResourceCommand({ ResourceName: SNAPSHOT_ARN, Tags: [{ Key: 'a', Value: 'b' }] })
    await refused(bench.client.send(tagging), 'InvalidServerlessCacheSnapshotStateFault', /not available/)
    await refused(calls.remove(), 'InvalidServerlessCacheStateFault', /snapshot shot is being created/)
    bench.settle()
    await bench.client.send(tagging)
    const { TagList } = await bench.client.send(new ListTagsForResourceCommand({ ResourceName: SNAPSHOT_ARN }))
    assert.deepEqual(TagList, [{ Key: 'a', Value: 'b' }])
  })

  it('a copy outlives the snapshot that it was made of', async () => {
    await calls.snap()
    bench.settle()
    const { ServerlessCacheSnapshot } = await copy('again')
    assert.equal(ServerlessCacheSnapshot?.Status, 'copying')
    await refused(copy('again'), 'ServerlessCacheSnapshotAlreadyExistsFault', /again/)
    await refused(copy('other', 'none'), 'ServerlessCacheSnapshotNotFoundFault', /none/)
    assert.equal((await drop('shot')).ServerlessCacheSnapshot?.Status, 'deleting')
    await refused(drop('shot'), 'InvalidServerlessCacheSnapshotStateFault', /it is deleting/)
    bench.settle()
    await refused(calls.snapshot(), 'ServerlessCacheSnapshotNotFoundFault', /shot/)
    assert.equal((await calls.snapshot('again'))?.Status, 'available')
    await refused(drop('none'), 'ServerlessCacheSnapshotNotFoundFault', /none/)
  })

  it('an export is validated, and refused as to an account whose bucket cannot be written', async () => {
    await calls.snap()
    bench.settle()
    await refused(exported('bucket', 'none'), 'ServerlessCacheSnapshotNotFoundFault', /none/)
    await refused(exported('No Bucket'), 'InvalidParameterValue', 'Invalid S3 bucket name: No Bucket.')
    await refused(
      exported('bucket'),
      'InvalidParameterValue',
      'ElastiCache has not been granted WRITE permissions bucket on the S3 Bucket.',
    )
    assert.equal((await calls.snapshot())?.Status, 'available')
  })

  it('the cache of a final snapshot goes when that is whole', async () => {
    await calls.snap('taken')
    bench.settle()
    await refused(calls.remove('taken'), 'ServerlessCacheSnapshotAlreadyExistsFault', /taken/)
    assert.equal((await calls.remove('last')).ServerlessCache?.Status, 'deleting')
    assert.equal((await calls.snapshot('last'))?.Status, 'creating')
    bench.settle()
    bench.settle()
    await refused(calls.cache(), 'ServerlessCacheNotFoundFault', /burst/)
    assert.equal((await calls.snapshot('last'))?.Status, 'available')
    assert.deepEqual(
      (await list({ ServerlessCacheName: 'burst' })).map((each) => each.ServerlessCacheSnapshotName),
      ['last', 'taken'],
    )
    await refused(list({ ServerlessCacheName: 'none' }), 'ServerlessCacheNotFoundFault', /none/)
  })

  it('a cache is made from a serverless snapshot, and the snapshot must fit', async () => {
    await calls.snap()
    const restore = (input = {}) =>
      calls.create({ ServerlessCacheName: 'restored', SnapshotArnsToRestore: [SNAPSHOT_ARN], ...input })
    await refused(restore(), 'InvalidParameterValue', /creating, not available/)
    bench.settle()
    await refused(restore({ SnapshotArnsToRestore: [`${SNAPSHOT_ARN}s`] }), 'InvalidParameterValue', /not found/)
    await refused(restore({ SnapshotArnsToRestore: ['arn:x'] }), 'InvalidParameterValue', /Invalid snapshot ARN/)
    const s3 = ['arn:aws:s3:::bucket/dump.rdb']
    await refused(restore({ SnapshotArnsToRestore: s3 }), 'InvalidParameterValue', /verify S3 permission/)
    await refused(restore({ Engine: 'redis' }), 'InvalidParameterCombination', /valkey cannot be restored/)
    await refused(restore({ MajorEngineVersion: '7' }), 'InvalidParameterCombination', /7 is lower than 8/)
    await restore()
    await drop('shot')
    bench.settle()
    assert.equal((await calls.cache('restored'))?.Status, 'available')
    assert.deepEqual(await bench.events('restored'), ['Cache restored is created from a snapshot and ready for use'])
  })

  it('a cache is made from a snapshot of a node-based cache', async () => {
    await bench.client.send(new CreateReplicationGroupCommand(SHARDED))
    bench.settle()
    await bench.client.send(new CreateSnapshotCommand({ SnapshotName: 'nodes', ReplicationGroupId: 'sharded' }))
    bench.settle()
    const arn = 'arn:aws:elasticache:us-east-1:123456789012:snapshot:nodes'
    await calls.create({ ServerlessCacheName: 'restored', SnapshotArnsToRestore: [arn] })
    bench.settle()
    assert.equal((await calls.cache('restored'))?.Status, 'available')
  })

  it('a replication group is made from a snapshot, in cluster mode, and leaves it available', async () => {
    await calls.snap()
    bench.settle()
    const group = (input = {}) =>
      bench.client.send(
        new CreateReplicationGroupCommand({ ...SHARDED, ServerlessCacheSnapshotName: 'Shot', ...input }),
      )
    const other = group({ SnapshotName: 'nodes' })
    await refused(other, 'InvalidParameterCombination', /together with another snapshot/)
    await refused(group({ ServerlessCacheSnapshotName: 'none' }), 'InvalidParameterValue', /not found/)
    await refused(group({ Engine: 'redis' }), 'InvalidParameterCombination', /valkey cannot be restored/)
    await refused(group({ Engine: 'valkey', EngineVersion: '8.0' }), 'InvalidParameterCombination', /lower than 8\.2/)
    const pair = bench.createGroup({ ServerlessCacheSnapshotName: 'shot' })
    await refused(pair, 'InvalidParameterCombination', /cluster mode disabled/)
    await group()
    bench.settle()
    const made = await bench.group('sharded')
    assert.deepEqual([made.Status, made.Engine, made.NodeGroups?.length], ['available', 'valkey', 2])
    assert.equal((await calls.snapshot())?.Status, 'available')
  })

  it('so many manual snapshots of a cache a day, copies and deleted ones too', async () => {
    bench = await openBench({ quotas: { serverlessSnapshotsPerCachePerDay: 2 } })
    calls = serverlessCalls(bench.client)
    await calls.create()
    bench.settle()
    await calls.snap()
    bench.settle()
    await copy('again')
    bench.settle()
    await drop('again')
    bench.settle()
    const quota = 'ServerlessCacheSnapshotQuotaExceededFault'
    await refused(calls.snap('third'), quota, /limit of 2/)
    await refused(copy('third'), quota, /limit of 2/)
    await refused(calls.remove('third'), quota, /limit of 2/)
    bench.clock.advance(DAY_MS)
    await calls.snap('third')
  })

  it('the daily snapshot is taken at its time, kept for its days, and goes with its cache', async () => {
    await calls.modify({ SnapshotRetentionLimit: 2 })
    bench.settle()
    await calls.modify({ DailySnapshotTime: '05:30' })
    bench.settle()
    bench.clock.advance(DAY_MS)
    bench.emulator.world()
    bench.settle()
    const [first] = await list({ SnapshotType: 'automated' })
    assert.match(first?.ServerlessCacheSnapshotName ?? '', /^automatic\.burst-\d{4}-\d\d-\d\d-05-30$/)
    assert.equal(Number(first?.ExpiryTime) - Number(first?.CreateTime), 2 * DAY_MS)
    assert.deepEqual(await list({ SnapshotType: 'manual' }), [])
    await refused(list({ SnapshotType: 'odd' }), 'InvalidParameterValue', /manual, automated/)
    for (const _day of [1, 2, 3]) {
      bench.clock.advance(DAY_MS)
      bench.emulator.world()
    }
    bench.settle()
    assert.equal((await list({ SnapshotType: 'automated' })).length, 2)
    assert.ok(!(await list()).some((each) => each.ServerlessCacheSnapshotName === first?.ServerlessCacheSnapshotName))
    await calls.remove()
    bench.settle()
    assert.deepEqual(await list(), [])
  })

  it('no daily snapshot without days to keep it', async () => {
    await calls.modify({ DailySnapshotTime: '05:30' })
    bench.settle()
    bench.clock.advance(2 * DAY_MS)
    bench.settle()
    const asked = new DescribeEventsCommand({ SourceType: 'serverless-cache-snapshot', Duration: 10_000 })
    assert.deepEqual((await bench.client.send(asked)).Events, [])
  })

  it('lists go by pages of up to 50, with a token', async () => {
    for (const name of ['a', 'b', 'c']) await calls.snap(name)
    const page = (input: object) => bench.client.send(new DescribeServerlessCacheSnapshotsCommand(input))
    const first = await page({ MaxResults: 2 })
    assert.deepEqual(
      first.ServerlessCacheSnapshots?.map((each) => each.ServerlessCacheSnapshotName),
      ['a', 'b'],
    )
    const second = await page({ MaxResults: 2, NextToken: first.NextToken })
    assert.deepEqual(
      second.ServerlessCacheSnapshots?.map((each) => each.ServerlessCacheSnapshotName),
      ['c'],
    )
    assert.equal(second.NextToken, undefined)
    await refused(page({ MaxResults: 51 }), 'InvalidParameterValue', /between 1 and 50/)
  })
})
