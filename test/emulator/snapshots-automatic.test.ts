import assert from 'node:assert/strict'
import {
  CopySnapshotCommand,
  CreateCacheClusterCommand,
  CreateReplicationGroupCommand,
  DeleteCacheClusterCommand,
  DeleteReplicationGroupCommand,
  DeleteSnapshotCommand,
  ModifyReplicationGroupCommand,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { type Bench, openBench, PAIR, refused, SETTLED_MS } from './fixture.ts'
import { createSharded, HOUR_MS, names, one, SINGLE, take } from './snapshots-fixture.ts'

describe('automatic snapshots', () => {
  let bench: Bench
  beforeEach(async () => {
    // The clock begins on 2026-01-05 at 12:00.
    bench = await openBench()
  })
  const pass = (hours: number) => {
    bench.clock.advance(hours * HOUR_MS)
    bench.emulator.world()
  }
  const DAILY = {
    SnapshotRetentionLimit: 2,
    SnapshotWindow: '03:00-04:00',
    PreferredMaintenanceWindow: 'sun:05:00-sun:06:00',
  }

  it('a snapshot is taken when the clock passes the window, named after source and minute', async () => {
    await bench.createGroup(DAILY)
    assert.deepEqual(await names(bench), [])
    pass(15.5)
    assert.deepEqual(await names(bench, { SnapshotSource: 'system' }), ['automatic.pair-002-2026-01-06-03-00'])
    const shown = await one(bench, 'automatic.pair-002-2026-01-06-03-00')
    assert.equal(shown.SnapshotSource, 'automated')
    assert.equal(shown.SnapshotStatus, 'available')
    assert.equal(shown.SnapshotRetentionLimit, 2)
  })

  it('snapshots are dropped after the retention, also when days pass at once', async () => {
    await bench.createGroup(DAILY)
    pass(5 * 24)
    assert.deepEqual(await names(bench), ['automatic.pair-002-2026-01-09-03-00', 'automatic.pair-002-2026-01-10-03-00'])
  })

  it('SnapshottingClusterId says of which member', async () => {
    await bench.createGroup(DAILY)
    const SnapshottingClusterId = 'pair-001'
    await bench.client.send(new ModifyReplicationGroupCommand({ ReplicationGroupId: 'pair', SnapshottingClusterId }))
    bench.settle()
    pass(24)
    assert.deepEqual(await names(bench), ['automatic.pair-001-2026-01-06-03-00'])
    await createSharded(bench)
    await refused(
      bench.client.send(new ModifyReplicationGroupCommand({ ReplicationGroupId: 'sharded', SnapshottingClusterId })),
      'InvalidParameterCombination',
      'Cannot set snapshotting cluster for cluster mode enabled replication group',
    )
  })

  it('a group in cluster mode gets one for all shards, a single node one of its own', async () => {
    await createSharded(bench, DAILY)
    await bench.client.send(new CreateCacheClusterCommand({ ...SINGLE, ...DAILY }))
    pass(24)
    assert.deepEqual(await names(bench), ['automatic.sharded-2026-01-06-03-00', 'automatic.single-2026-01-06-03-00'])
  })

  it('a change of limit or window moves the next one, and a limit of 0 ends them', async () => {
    await bench.createGroup({ ...DAILY, SnapshotRetentionLimit: 0 })
    const modify = async (change: object) => {
      await bench.client.send(new ModifyReplicationGroupCommand({ ReplicationGroupId: 'pair', ...change }))
      bench.settle()
    }
    pass(24)
    assert.deepEqual(await names(bench), [])
    await modify({ SnapshotRetentionLimit: 1, SnapshotWindow: '14:00-15:00', SnapshottingClusterId: 'pair-001' })
    pass(3)
    assert.deepEqual(await names(bench), ['automatic.pair-001-2026-01-06-14-00'])
    await modify({ SnapshotRetentionLimit: 0 })
    pass(48)
    assert.deepEqual(await names(bench), [])
  })

  it('a group that is busy for the whole window has none that day', async () => {
    // Everything takes hours: creating until 15:20, scaling five hours.
    const slow = await openBench({ profile: 'realistic', speed: 0.05 })
    const reach = (hours: number) => {
      slow.clock.advance(hours * HOUR_MS)
      slow.emulator.world()
    }
    const daily = { ...DAILY, SnapshotWindow: '19:00-20:00', SnapshotRetentionLimit: 5 }
    await slow.client.send(new CreateReplicationGroupCommand({ ...PAIR, ...daily }))
    reach(30)
    const scaled = { ReplicationGroupId: 'pair', CacheNodeType: 'cache.r6g.large', ApplyImmediately: true }
    await slow.client.send(new ModifyReplicationGroupCommand(scaled))
    reach(8)
    assert.deepEqual(await names(slow), ['automatic.pair-002-2026-01-05-19-00'])
    reach(24)
    assert.deepEqual(await names(slow), ['automatic.pair-002-2026-01-05-19-00', 'automatic.pair-002-2026-01-07-19-00'])
  })

  it('automatic snapshots go with their group, and manual ones stay', async () => {
    await bench.createGroup(DAILY)
    pass(24)
    await take(bench, { CacheClusterId: 'pair-001', SnapshotName: 'mine' })
    bench.settle()
    assert.equal((await names(bench)).length, 2)
    await bench.client.send(new DeleteReplicationGroupCommand({ ReplicationGroupId: 'pair' }))
    bench.settle()
    assert.deepEqual(await names(bench), ['mine'])
  })

  it('an automatic snapshot can be deleted by hand, and copied into one that stays', async () => {
    await bench.createGroup(DAILY)
    pass(24)
    const SnapshotName = 'automatic.pair-002-2026-01-06-03-00'
    await bench.client.send(new CopySnapshotCommand({ SourceSnapshotName: SnapshotName, TargetSnapshotName: 'kept' }))
    await bench.client.send(new DeleteSnapshotCommand({ SnapshotName }))
    bench.settle()
    assert.deepEqual(await names(bench), ['kept'])
    assert.equal((await one(bench, 'kept')).SnapshotSource, 'manual')
  })
})

describe('final snapshots', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })
  const deleteGroup = (id: string, FinalSnapshotIdentifier: string) =>
    bench.client.send(new DeleteReplicationGroupCommand({ ReplicationGroupId: id, FinalSnapshotIdentifier }))

  it('a group is snapshotting, then deleting, then gone; the snapshot is of the primary and stays', async () => {
    await bench.createGroup()
    const { ReplicationGroup } = await deleteGroup('pair', 'last')
    assert.equal(ReplicationGroup?.Status, 'snapshotting')
    bench.clock.advance(700)
    assert.equal((await bench.group()).Status, 'deleting')
    assert.equal((await one(bench, 'last')).CacheClusterId, 'pair-001')
    bench.clock.advance(SETTLED_MS)
    bench.emulator.world()
    await assert.rejects(bench.group(), { name: 'ReplicationGroupNotFoundFault' })
    await assert.rejects(bench.cluster('pair-001'), { name: 'CacheClusterNotFoundFault' })
    assert.equal((await one(bench, 'last')).SnapshotStatus, 'available')
  })

  it('a group in cluster mode leaves a snapshot of all shards', async () => {
    await createSharded(bench)
    await deleteGroup('sharded', 'last')
    bench.settle()
    assert.equal((await one(bench, 'last')).NodeSnapshots?.length, 2)
  })

  it('a single node and a replica leave theirs', async () => {
    await bench.createGroup({ NumCacheClusters: 3 })
    await bench.client.send(new CreateCacheClusterCommand(SINGLE))
    bench.settle()
    for (const CacheClusterId of ['single', 'pair-003']) {
      const FinalSnapshotIdentifier = `last-of-${CacheClusterId}`
      const { CacheCluster } = await bench.client.send(
        new DeleteCacheClusterCommand({ CacheClusterId, FinalSnapshotIdentifier }),
      )
      assert.equal(CacheCluster?.CacheClusterStatus, 'snapshotting')
      bench.settle()
      bench.settle()
      await assert.rejects(bench.cluster(CacheClusterId), { name: 'CacheClusterNotFoundFault' })
      assert.equal((await one(bench, FinalSnapshotIdentifier)).SnapshotStatus, 'available')
    }
    assert.deepEqual((await bench.group()).MemberClusters, ['pair-001', 'pair-002'])
  })

  it('nothing is deleted when the name is taken, or when there are no snapshots', async () => {
    await bench.createGroup()
    await take(bench, { CacheClusterId: 'pair-001', SnapshotName: 'last' })
    bench.settle()
    await refused(deleteGroup('pair', 'last'), 'SnapshotAlreadyExistsFault', /already exists/)
    assert.equal((await bench.group()).Status, 'available')
    await bench.createMemcached()
    await refused(
      bench.client.send(new DeleteCacheClusterCommand({ CacheClusterId: 'mem', FinalSnapshotIdentifier: 'other' })),
      'SnapshotFeatureNotSupportedFault',
      /memcached/,
    )
    assert.equal((await bench.cluster('mem')).CacheClusterStatus, 'available')
  })
})
