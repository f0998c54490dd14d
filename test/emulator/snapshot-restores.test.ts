import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CopySnapshotCommand,
  CreateCacheClusterCommand,
  type CreateCacheClusterCommandInput,
  CreateReplicationGroupCommand,
  type CreateReplicationGroupCommandInput,
  CreateSnapshotCommand,
  DeleteSnapshotCommand,
  DescribeSnapshotsCommand,
} from '@aws-sdk/client-elasticache'
import { after, before, beforeEach, describe, it } from 'mocha'
import { restoreFits } from '../../emulator/rules/restore.ts'
import { Refusal } from '../../emulator/wire/refusal.ts'
import type { CacheCluster } from '../../emulator/world/cache-cluster.ts'
import { defaultVersionOf } from '../../emulator/world/engine-version.ts'
import { profileOf } from '../../emulator/world/profile.ts'
import type { Snapshot } from '../../emulator/world/snapshot.ts'
import { settleSnapshot } from '../../emulator/world/snapshot-happenings.ts'
import type { Readiness } from '../../emulator/world/tick.ts'
import { createWorld } from '../../emulator/world/world.ts'
import { type Bench, openBench, PAIR, refused, SHARDED } from './fixture.ts'

const SINGLE = { CacheClusterId: 'single', Engine: 'redis', CacheNodeType: 'cache.t4g.small', NumCacheNodes: 1 }
const COMBINATION = 'InvalidParameterCombination'
const VALUE = 'InvalidParameterValue'

let folder: string
let bench: Bench

const create = (input: Partial<CreateReplicationGroupCommandInput>) =>
  bench.client.send(new CreateReplicationGroupCommand({ ...PAIR, ReplicationGroupId: 'new', ...input }))
const { NumCacheClusters: _clusters, ...NO_COUNT } = PAIR
const createInClusterMode = (input: Partial<CreateReplicationGroupCommandInput>) =>
  bench.client.send(
    new CreateReplicationGroupCommand({ ...NO_COUNT, ClusterMode: 'enabled', ReplicationGroupId: 'new', ...input }),
  )
const createSingle = (input: Partial<CreateCacheClusterCommandInput>) =>
  bench.client.send(new CreateCacheClusterCommand({ ...SINGLE, ...input }))
const snapshotStatus = async (SnapshotName: string) =>
  (await bench.client.send(new DescribeSnapshotsCommand({ SnapshotName }))).Snapshots?.[0]?.SnapshotStatus

/** A snapshot of a pair, `mine`, and of two shards, `all`. */
const takeBoth = async (pair: Partial<CreateReplicationGroupCommandInput> = {}) => {
  await bench.createGroup(pair)
  await bench.client.send(new CreateReplicationGroupCommand(SHARDED))
  bench.settle()
  await bench.client.send(new CreateSnapshotCommand({ SnapshotName: 'mine', CacheClusterId: 'pair-001' }))
  await bench.client.send(new CreateSnapshotCommand({ SnapshotName: 'all', ReplicationGroupId: 'sharded' }))
  bench.settle()
}

before(() => {
  folder = mkdtempSync(join(tmpdir(), 's3-'))
  mkdirSync(join(folder, 'bucket', 'deep'), { recursive: true })
  for (const key of ['one.rdb', 'deep/two.rdb']) writeFileSync(join(folder, 'bucket', key), 'REDIS0011')
  writeFileSync(join(folder, 'outside.rdb'), 'REDIS0011')
})
after(() => rmSync(folder, { recursive: true, force: true }))
beforeEach(async () => {
  bench = await openBench({ s3Dir: folder })
})

describe('restoring a snapshot', () => {
  it('the snapshot is restoring until the group is there, and can meanwhile be neither used, copied nor deleted', async () => {
    await takeBoth()
    await create({ SnapshotName: 'Mine' })
    assert.equal(await snapshotStatus('mine'), 'restoring')
    await refused(
      createSingle({ SnapshotName: 'mine' }),
      VALUE,
      'Snapshot mine is not in available state; it is restoring.',
    )
    await refused(
      bench.client.send(new DeleteSnapshotCommand({ SnapshotName: 'mine' })),
      'InvalidSnapshotState',
      /it is restoring/,
    )
    await refused(
      bench.client.send(new CopySnapshotCommand({ SourceSnapshotName: 'mine', TargetSnapshotName: 'other' })),
      'InvalidSnapshotState',
      /it is restoring/,
    )
    bench.settle()
    assert.equal((await bench.group('new')).Status, 'available')
    assert.equal(await snapshotStatus('mine'), 'available')
  })

  it('a create that is sent again hears of its group', async () => {
    await takeBoth()
    await create({ SnapshotName: 'mine' })
    await refused(
      create({ SnapshotName: 'mine' }),
      'ReplicationGroupAlreadyExists',
      'Replication group with specified name already exists.',
    )
  })

  it('a single node begins with a snapshot of a single node', async () => {
    await takeBoth()
    await createSingle({ SnapshotName: 'mine' })
    assert.equal(await snapshotStatus('mine'), 'restoring')
    bench.settle()
    assert.equal((await bench.cluster('single')).CacheClusterStatus, 'available')
    assert.equal(await snapshotStatus('mine'), 'available')
  })

  it('engine and version are those of the snapshot where they are left open, and may rise', async () => {
    await takeBoth({ Engine: 'redis', EngineVersion: '6.2' })
    await create({ SnapshotName: 'mine' })
    bench.settle()
    assert.equal((await bench.cluster('new-001')).EngineVersion, '6.2.6')
    await create({ ReplicationGroupId: 'newer', SnapshotName: 'mine', EngineVersion: '7.1' })
    bench.settle()
    await create({ ReplicationGroupId: 'valkey', SnapshotName: 'mine', Engine: 'valkey' })
    bench.settle()
    assert.equal((await bench.group('valkey')).Engine, 'valkey')
    await refused(
      create({ ReplicationGroupId: 'older', SnapshotName: 'mine', EngineVersion: '6.0' }),
      COMBINATION,
      /lower than 6\.2\.6/,
    )
  })

  it('durability is that of the snapshot unless the create says otherwise', async () => {
    const secured = { Engine: 'valkey', EngineVersion: '9.0', TransitEncryptionEnabled: true }
    await takeBoth({ ...secured, Durability: 'sync' })
    await create({ SnapshotName: 'mine', TransitEncryptionEnabled: true })
    bench.settle()
    assert.equal((await bench.group('new')).Durability, 'sync')
    const Durability = 'disabled'
    await create({ ReplicationGroupId: 'plain', SnapshotName: 'mine', TransitEncryptionEnabled: true, Durability })
    assert.equal((await bench.group('plain')).Durability, 'disabled')
  })

  it('valkey does not go back to redis', async () => {
    await takeBoth({ Engine: 'valkey', EngineVersion: '8.0' })
    await refused(create({ SnapshotName: 'mine', Engine: 'redis' }), COMBINATION, /valkey cannot be restored/)
  })

  it('cluster mode stays on, with the slots of the snapshot or with others for each node group', async () => {
    await takeBoth()
    await createInClusterMode({ SnapshotName: 'all' })
    bench.settle()
    const slots = async (id: string) => (await bench.group(id)).NodeGroups?.map((shard) => shard.Slots)
    assert.deepEqual(await slots('new'), ['0-8191', '8192-16383'])
    const NodeGroupConfiguration = ['0-99', '100-199', '200-16383'].map((Slots) => ({ Slots }))
    await createInClusterMode({ ReplicationGroupId: 'other', SnapshotName: 'all', NodeGroupConfiguration })
    bench.settle()
    assert.deepEqual(await slots('other'), ['0-99', '100-199', '200-16383'])
    await refused(
      createInClusterMode({ ReplicationGroupId: 'more', SnapshotName: 'all', NumNodeGroups: 3 }),
      COMBINATION,
      /must be that of the snapshot, 2/,
    )
    await refused(
      create({ ReplicationGroupId: 'more', SnapshotName: 'all' }),
      COMBINATION,
      /cannot be restored with cluster mode disabled/,
    )
    await refused(createSingle({ SnapshotName: 'all' }), COMBINATION, /cannot be restored to a cache cluster/)
  })

  it('a snapshot without cluster mode may be restored with it', async () => {
    await takeBoth()
    await createInClusterMode({ SnapshotName: 'mine', NumNodeGroups: 2 })
    bench.settle()
    assert.equal((await bench.group('new')).NodeGroups?.length, 2)
  })

  it('unknown snapshots are refused, as are two kinds of source, and memcached', async () => {
    await refused(create({ SnapshotName: 'no' }), VALUE, 'Snapshot no not found.')
    await refused(createSingle({ SnapshotName: 'no' }), VALUE, 'Snapshot no not found.')
    await refused(
      create({ SnapshotName: 'no', SnapshotArns: ['arn:aws:s3:::bucket/one.rdb'] }),
      COMBINATION,
      /cannot be used together/,
    )
    await refused(createSingle({ Engine: 'memcached', SnapshotName: 'no' }), COMBINATION, /memcached/)
  })

  it('data tiering and plain nodes do not mix', async () => {
    await takeBoth()
    await refused(
      create({ SnapshotName: 'mine', CacheNodeType: 'cache.r6gd.xlarge', DataTieringEnabled: true }),
      COMBINATION,
      /data tiering/,
    )
  })

  it('the nodes must be able to hold the data', () => {
    const file = { path: '/tmp/x', bytes: 2_000_000_000 }
    const fits = (files: number, nodeType: string, shards: number) =>
      restoreFits({ is: 's3', files: Array(files).fill(file) }, defaultVersionOf('redis'), nodeType, shards)
    fits(1, 'cache.t4g.small', 2)
    assert.throws(() => fits(1, 'cache.t4g.small', 1), Refusal)
    assert.throws(() => fits(2, 'cache.t4g.small', 2), /enough memory/)
  })
})

describe('restoring from S3', () => {
  it('an object that is a local file is taken, one that is not or lies elsewhere may not be read', async () => {
    await createSingle({ SnapshotArns: ['arn:aws:s3:::bucket/deep/two.rdb'] })
    bench.settle()
    assert.equal((await bench.cluster('single')).CacheClusterStatus, 'available')
    await refused(
      create({ SnapshotArns: ['arn:aws:s3:::bucket/three.rdb'] }),
      VALUE,
      'Unable to fetch metadata from S3 with bucket: bucket and object: three.rdb. Please verify S3 permission.',
    )
    for (const key of ['../outside.rdb', 'deep', 'deep/../../outside.rdb']) {
      await refused(create({ SnapshotArns: [`arn:aws:s3:::bucket/${key}`] }), VALUE, /Please verify S3 permission/)
    }
    for (const arn of ['bucket/one.rdb', 'arn:aws:s3:::bucket', 'arn:aws:s3:::bucket/a,b', 'arn:aws:s3:::../one.rdb']) {
      await refused(create({ SnapshotArns: [arn] }), VALUE, `Invalid S3 object ARN: ${arn}.`)
    }
  })

  it('without a folder that stands for S3 nothing may be read', async () => {
    bench = await openBench()
    await refused(create({ SnapshotArns: ['arn:aws:s3:::bucket/one.rdb'] }), VALUE, /Please verify S3 permission/)
  })

  it('cluster mode needs slots, and one node takes one object', async () => {
    const SnapshotArns = ['arn:aws:s3:::bucket/one.rdb', 'arn:aws:s3:::bucket/deep/two.rdb']
    await refused(
      createInClusterMode({ SnapshotArns, NumNodeGroups: 2 }),
      COMBINATION,
      'Slots must be provided when restoring from snapshot ARNs with cluster mode enabled',
    )
    await refused(create({ SnapshotArns }), COMBINATION, /Only one snapshot ARN/)
    await refused(createSingle({ SnapshotArns }), COMBINATION, /single element/)
    const NodeGroupConfiguration = ['0-8191', '8192-16383'].map((Slots) => ({ Slots }))
    await createInClusterMode({ SnapshotArns, NodeGroupConfiguration })
    bench.settle()
    assert.equal((await bench.group('new')).Status, 'available')
  })
})

describe('a snapshot that cannot be written', () => {
  it('is failed, its source is available again, and an event tells', () => {
    const world = createWorld({ account: '123456789012', region: 'us-east-1' })
    const cluster = { id: 'single', status: 'snapshotting' } as CacheCluster
    world.clusters.set('single', cluster)
    const snapshot = {
      name: 'mine',
      source: 'manual',
      status: 'creating',
      cluster: { id: 'single', createdAtMs: 0, zone: 'us-east-1a' },
      pieces: [{ clusterId: 'single' }],
      thenDelete: 'cluster',
    } as unknown as Snapshot
    world.snapshots.set('mine', snapshot)
    const nodes = {
      isReady: () => false,
      failureOf: (key: string) => (key.endsWith('/snapshot/mine/0001') ? 'the disk is full' : undefined),
      isLost: () => false,
      slotsMovedPercent: () => 100,
      backupBytes: () => 0,
    } as Partial<Readiness> as Readiness
    const transition = { do: 'settleSnapshot', id: 'mine', atMs: 0 } as const
    assert.ok(settleSnapshot({ world, profile: profileOf('fast'), nodes, atMs: 0, transition }, 'mine'))
    assert.equal(snapshot.status, 'failed')
    assert.equal(cluster.status, 'available')
    assert.deepEqual(
      world.events.map((event) => event.message),
      ["Snapshot failed for snapshot with ID 'mine' of cluster with ID 'single'"],
    )
  })
})
