import assert from 'node:assert/strict'
import {
  AddTagsToResourceCommand,
  CreateCacheClusterCommand,
  DeleteCacheClusterCommand,
  DeleteReplicationGroupCommand,
  DeleteSnapshotCommand,
  ListTagsForResourceCommand,
  ModifyReplicationGroupCommand,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { type Bench, openBench, refused, tagPair } from './fixture.ts'
import { createSharded, HOUR_MS, one, SINGLE, take } from './snapshots-fixture.ts'

const SUCCEEDED_ALL = "Snapshot succeeded for snapshot with ID 'all' of replication group with ID 'sharded'"

describe('taking snapshots', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
    await bench.createGroup()
  })

  it('a snapshot of a member is creating, its member and group are snapshotting, then all are available', async () => {
    const { Snapshot: begun } = await take(bench, { CacheClusterId: 'pair-002', SnapshotName: 'Mine' })
    assert.equal(begun?.SnapshotName, 'mine')
    assert.equal(begun?.SnapshotStatus, 'creating')
    assert.equal(begun?.NodeSnapshots?.[0]?.CacheSize, '')
    assert.equal((await bench.group()).Status, 'snapshotting')
    assert.equal((await bench.cluster('pair-002')).CacheClusterStatus, 'snapshotting')
    assert.equal((await bench.cluster('pair-001')).CacheClusterStatus, 'available')
    bench.settle()
    assert.equal((await one(bench, 'mine')).SnapshotStatus, 'available')
    assert.equal((await bench.group()).Status, 'available')
    assert.equal((await bench.cluster('pair-002')).CacheClusterStatus, 'available')
  })

  it('a snapshot of a member shows its source as AWS does', async () => {
    await take(bench, { CacheClusterId: 'pair-001', SnapshotName: 'mine', KmsKeyId: 'key' })
    bench.settle()
    const shown = await one(bench, 'mine')
    assert.equal(shown.CacheClusterId, 'pair-001')
    assert.equal(shown.ReplicationGroupId, undefined)
    assert.equal(shown.NumCacheNodes, 1)
    assert.equal(shown.SnapshotSource, 'manual')
    assert.equal(shown.Engine, 'redis')
    assert.equal(shown.EngineVersion, '7.1.0')
    assert.equal(shown.Port, 6379)
    assert.equal(shown.KmsKeyId, 'arn:aws:kms:us-east-1:123456789012:key/key')
    assert.equal(shown.ARN, 'arn:aws:elasticache:us-east-1:123456789012:snapshot:mine')
    const [node] = shown.NodeSnapshots ?? []
    assert.equal(node?.CacheNodeId, '0001')
    assert.equal(node?.CacheSize, '0 MB')
    assert.ok(node?.SnapshotCreateTime && node.CacheNodeCreateTime)
    assert.equal(node?.NodeGroupConfiguration, undefined)
  })

  it('a snapshot of a group in cluster mode has a piece for each shard, with its configuration on demand', async () => {
    await createSharded(bench)
    await take(bench, { ReplicationGroupId: 'sharded', SnapshotName: 'all' })
    assert.equal((await bench.cluster('sharded-0002-001')).CacheClusterStatus, 'snapshotting')
    bench.settle()
    const shown = await one(bench, 'all', { ShowNodeGroupConfig: true })
    assert.equal(shown.ReplicationGroupId, 'sharded')
    assert.equal(shown.ReplicationGroupDescription, 'two shards')
    assert.equal(shown.NumNodeGroups, 2)
    assert.equal(shown.AutomaticFailover, 'enabled')
    assert.deepEqual(
      shown.NodeSnapshots?.map((node) => [node.NodeGroupId, node.NodeGroupConfiguration?.Slots]),
      [
        ['0001', '0-8191'],
        ['0002', '8192-16383'],
      ],
    )
    assert.deepEqual(shown.NodeSnapshots?.[0]?.NodeGroupConfiguration?.ReplicaAvailabilityZones, ['us-east-1b'])
    assert.deepEqual(await bench.events('sharded').then((events) => events.at(-1)), SUCCEEDED_ALL)
  })

  it('a group without cluster mode is refused, unless a member is named too', async () => {
    await refused(
      take(bench, { ReplicationGroupId: 'pair', SnapshotName: 'mine' }),
      'InvalidParameterCombination',
      'Cannot snapshot a replication group with cluster-mode disabled. Please specify a cache cluster instead.',
    )
    await take(bench, { ReplicationGroupId: 'pair', CacheClusterId: 'pair-001', SnapshotName: 'mine' })
    assert.equal((await one(bench, 'mine')).CacheClusterId, 'pair-001')
  })

  it('what is snapshotting takes no other change', async () => {
    await take(bench, { CacheClusterId: 'pair-001', SnapshotName: 'mine' })
    await refused(
      bench.client.send(new ModifyReplicationGroupCommand({ ReplicationGroupId: 'pair', SnapshotRetentionLimit: 2 })),
      'InvalidReplicationGroupState',
      'Replication group must be in available state to modify.',
    )
    await refused(
      bench.client.send(new DeleteReplicationGroupCommand({ ReplicationGroupId: 'pair' })),
      'InvalidReplicationGroupState',
      /snapshotting/,
    )
    await refused(bench.client.send(tagPair()), 'InvalidReplicationGroupState', /tagging operations/)
    await refused(
      take(bench, { CacheClusterId: 'pair-002', SnapshotName: 'other' }),
      'InvalidReplicationGroupState',
      'Replication group pair is not in available state; it is snapshotting.',
    )
  })

  it('a cluster that is snapshotting cannot be snapshot again or deleted', async () => {
    await bench.client.send(new CreateCacheClusterCommand(SINGLE))
    bench.settle()
    await take(bench, { CacheClusterId: 'single', SnapshotName: 'mine' })
    await refused(
      take(bench, { CacheClusterId: 'single', SnapshotName: 'other' }),
      'InvalidCacheClusterState',
      'Cache cluster single is not in available state; it is snapshotting.',
    )
    await refused(
      bench.client.send(new DeleteCacheClusterCommand({ CacheClusterId: 'single' })),
      'InvalidCacheClusterState',
      /not in a valid state to be deleted/,
    )
  })

  it('memcached and cache.t1.micro have no snapshots', async () => {
    await bench.createMemcached()
    await refused(
      take(bench, { CacheClusterId: 'mem', SnapshotName: 'mine' }),
      'SnapshotFeatureNotSupportedFault',
      /memcached/,
    )
    await bench.client.send(new CreateCacheClusterCommand({ ...SINGLE, CacheNodeType: 'cache.t1.micro' }))
    bench.settle()
    await refused(
      take(bench, { CacheClusterId: 'single', SnapshotName: 'mine' }),
      'SnapshotFeatureNotSupportedFault',
      /cache\.t1\.micro/,
    )
  })

  it('names follow the rule of identifiers and are taken once', async () => {
    for (const SnapshotName of ['1st', 'a--b', 'a-', 'automatic.pair-001-2026-01-05-03-00', 'x'.repeat(256)]) {
      await refused(take(bench, { CacheClusterId: 'pair-001', SnapshotName }), 'InvalidParameterValue', /SnapshotName/)
    }
    await take(bench, { CacheClusterId: 'pair-001', SnapshotName: 'mine' })
    bench.settle()
    await refused(
      take(bench, { CacheClusterId: 'pair-001', SnapshotName: 'MINE' }),
      'SnapshotAlreadyExistsFault',
      'Snapshot with specified name already exists.',
    )
  })

  it('unknown sources are not found, and one must be named', async () => {
    await refused(
      take(bench, { ReplicationGroupId: 'no', SnapshotName: 'mine' }),
      'ReplicationGroupNotFoundFault',
      'ReplicationGroup no not found.',
    )
    await refused(take(bench, { CacheClusterId: 'no', SnapshotName: 'mine' }), 'CacheClusterNotFound', /not found: no/)
    await refused(take(bench, { SnapshotName: 'mine' }), 'InvalidParameterCombination', /must be provided/)
    await createSharded(bench)
    await refused(
      take(bench, { CacheClusterId: 'sharded-0001-001', SnapshotName: 'mine' }),
      'InvalidParameterCombination',
      /cluster mode enabled/,
    )
  })

  it('a node has 20 manual snapshots in 24 hours, deleted ones counted', async () => {
    for (let count = 0; count < 20; count += 1) {
      await take(bench, { CacheClusterId: 'pair-001', SnapshotName: 'mine' })
      bench.settle()
      await bench.client.send(new DeleteSnapshotCommand({ SnapshotName: 'mine' }))
      bench.settle()
    }
    const next = () => take(bench, { CacheClusterId: 'pair-001', SnapshotName: 'mine' })
    await refused(next(), 'SnapshotQuotaExceededFault', /exceed the maximum number of snapshots/)
    bench.clock.advance(24 * HOUR_MS)
    await next()
  })

  it('a snapshot has tags of its own', async () => {
    await take(bench, { CacheClusterId: 'pair-001', SnapshotName: 'mine', Tags: [{ Key: 'a', Value: 'b' }] })
    bench.settle()
    const ResourceName = (await one(bench, 'mine')).ARN
    await bench.client.send(new AddTagsToResourceCommand({ ResourceName, Tags: [{ Key: 'c', Value: 'd' }] }))
    const { TagList } = await bench.client.send(new ListTagsForResourceCommand({ ResourceName }))
    assert.deepEqual(
      TagList?.map(({ Key }) => Key),
      ['a', 'c'],
    )
  })

  it('events tell of success', async () => {
    await take(bench, { CacheClusterId: 'pair-001', SnapshotName: 'mine' })
    bench.settle()
    assert.equal(
      (await bench.events('pair-001')).at(-1),
      "Snapshot succeeded for snapshot with ID 'mine' of cluster with ID 'pair-001'",
    )
  })
})
