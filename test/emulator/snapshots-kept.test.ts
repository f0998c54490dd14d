import assert from 'node:assert/strict'
import { CopySnapshotCommand, DeleteSnapshotCommand, DescribeSnapshotsCommand } from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { type Bench, openBench, refused } from './fixture.ts'
import { createSharded, gone, names, one, snapshots, take } from './snapshots-fixture.ts'

describe('copying, listing and deleting snapshots', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench({ quotas: { manualSnapshotsPerNodePerDay: 200 } })
    await bench.createGroup()
    await take(bench, { CacheClusterId: 'pair-001', SnapshotName: 'mine' })
  })
  const copy = (to: string, extra = {}) =>
    bench.client.send(new CopySnapshotCommand({ SourceSnapshotName: 'mine', TargetSnapshotName: to, ...extra }))

  it('a copy is copying, then available, and outlives its source', async () => {
    bench.settle()
    const { Snapshot: begun } = await copy('Other')
    assert.equal(begun?.SnapshotStatus, 'copying')
    bench.settle()
    await bench.client.send(new DeleteSnapshotCommand({ SnapshotName: 'mine' }))
    bench.settle()
    await gone(bench, 'mine')
    const kept = await one(bench, 'other')
    assert.equal(kept.SnapshotStatus, 'available')
    assert.equal(kept.CacheClusterId, 'pair-001')
  })

  it('a snapshot that is being made can be neither copied nor deleted', async () => {
    await refused(copy('other'), 'InvalidSnapshotState', 'Snapshot mine is not in available state; it is creating.')
    await refused(
      bench.client.send(new DeleteSnapshotCommand({ SnapshotName: 'mine' })),
      'InvalidSnapshotState',
      /it is creating/,
    )
  })

  it('copies need a name of their own, and may not be exported', async () => {
    bench.settle()
    await refused(copy('mine'), 'SnapshotAlreadyExistsFault', /already exists/)
    await refused(
      copy('other', { TargetBucket: 'bucket' }),
      'InvalidParameterValue',
      'ElastiCache has not been granted WRITE permissions bucket on the S3 Bucket.',
    )
    await refused(
      bench.client.send(new CopySnapshotCommand({ SourceSnapshotName: 'no', TargetSnapshotName: 'other' })),
      'SnapshotNotFoundFault',
      'Snapshot no not found.',
    )
  })

  it('a deleted snapshot is deleting, then gone, and its name is free', async () => {
    bench.settle()
    const { Snapshot: deleted } = await bench.client.send(new DeleteSnapshotCommand({ SnapshotName: 'mine' }))
    assert.equal(deleted?.SnapshotStatus, 'deleting')
    assert.equal((await one(bench, 'mine')).SnapshotStatus, 'deleting')
    await refused(copy('mine'), 'SnapshotAlreadyExistsFault', /already exists/)
    bench.settle()
    await gone(bench, 'mine')
    await take(bench, { CacheClusterId: 'pair-001', SnapshotName: 'mine' })
  })

  it('snapshots are listed in pages of 20 to 50, 50 by default', async () => {
    bench.settle()
    for (let count = 0; count < 60; count += 1) await copy(`copy-${count}`)
    const first = await bench.client.send(new DescribeSnapshotsCommand({}))
    assert.equal(first.Snapshots?.length, 50)
    const rest = await bench.client.send(new DescribeSnapshotsCommand({ Marker: first.Marker }))
    assert.equal(rest.Snapshots?.length, 11)
    assert.equal(rest.Marker, undefined)
    assert.equal((await snapshots(bench, { MaxRecords: 20 })).length, 20)
    for (const MaxRecords of [19, 51]) {
      await refused(snapshots(bench, { MaxRecords }), 'InvalidParameterValue', /between 20 and 50/)
    }
  })

  it('snapshots are found by name, cluster, group and source', async () => {
    bench.settle()
    await createSharded(bench)
    await take(bench, { ReplicationGroupId: 'sharded', SnapshotName: 'all' })
    assert.deepEqual(await names(bench), ['all', 'mine'])
    assert.deepEqual(await names(bench, { CacheClusterId: 'pair-001' }), ['mine'])
    assert.deepEqual(await names(bench, { CacheClusterId: 'pair-002' }), [])
    assert.deepEqual(await names(bench, { ReplicationGroupId: 'sharded' }), ['all'])
    assert.deepEqual(await names(bench, { SnapshotSource: 'user' }), ['all', 'mine'])
    assert.deepEqual(await names(bench, { SnapshotSource: 'system' }), [])
    await refused(snapshots(bench, { SnapshotSource: 'manual' }), 'InvalidParameterValue', /system, user/)
    await refused(snapshots(bench, { CacheClusterId: 'no' }), 'CacheClusterNotFound', 'CacheCluster not found: no')
  })
})
