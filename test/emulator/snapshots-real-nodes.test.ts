import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type CacheCluster,
  CreateCacheClusterCommand,
  CreateReplicationGroupCommand,
  type CreateReplicationGroupCommandInput,
  CreateSnapshotCommand,
  DeleteCacheClusterCommand,
  DeleteReplicationGroupCommand,
  DeleteSnapshotCommand,
  DescribeCacheClustersCommand,
  DescribeEventsCommand,
  DescribeReplicationGroupsCommand,
  DescribeSnapshotsCommand,
  ElastiCacheClient,
} from '@aws-sdk/client-elasticache'
import { after, before, describe, it } from 'mocha'
import { type RedisConnection, RedisError } from '../../emulator/engines/resp.ts'
import { type ListeningEmulator, startEmulator } from '../../emulator/start.ts'
import { hangUp, node, redisAt, settle, startEngines, until } from './engines-fixture.ts'
import { CREDENTIALS, PAIR, REGION, SHARDED } from './fixture.ts'

const KEYS = Array.from({ length: 200 }, (_, index) => `key:${index}`)
const SINGLE = { CacheClusterId: 'single', Engine: 'redis', CacheNodeType: 'cache.t4g.small', NumCacheNodes: 1 }

describe('snapshots of real server processes', () => {
  let emulator: ListeningEmulator
  let client: ElastiCacheClient
  let folder: string

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'snapshots-'))
    mkdirSync(join(folder, 's3', 'bucket'), { recursive: true })
    emulator = await startEmulator({ profile: 'instant', dataDir: join(folder, 'data'), s3Dir: join(folder, 's3') })
    client = new ElastiCacheClient({ region: REGION, credentials: CREDENTIALS, endpoint: emulator.url })
  })
  after(async () => {
    hangUp()
    client?.destroy()
    await emulator?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const group = async (id: string) =>
    (await client.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: id }))).ReplicationGroups?.[0]
  const clusters = async (): Promise<readonly CacheCluster[]> =>
    (await client.send(new DescribeCacheClustersCommand({ ShowCacheNodeInfo: true }))).CacheClusters ?? []
  const clusterStatus = async (id: string) =>
    (await clusters()).find((cluster) => cluster.CacheClusterId === id)?.CacheClusterStatus
  const status = async (name: string) =>
    (await client.send(new DescribeSnapshotsCommand({ SnapshotName: name }))).Snapshots?.[0]?.SnapshotStatus
  const create = async (input: CreateReplicationGroupCommandInput) => {
    await client.send(new CreateReplicationGroupCommand(input))
    const id = input.ReplicationGroupId
    await until(`${id} is there`, async () => (await group(id ?? ''))?.Status !== 'creating')
    assert.equal((await group(id ?? ''))?.Status, 'available')
  }
  const remove = async (ReplicationGroupId: string, final?: string) => {
    const last = final === undefined ? {} : { FinalSnapshotIdentifier: final }
    await client.send(new DeleteReplicationGroupCommand({ ReplicationGroupId, ...last }))
    await until(`${ReplicationGroupId} is gone`, async () =>
      (await clusters()).every((cluster) => cluster.ReplicationGroupId !== ReplicationGroupId),
    )
  }
  const snapshot = async (name: string, source: { ReplicationGroupId: string } | { CacheClusterId: string }) => {
    await client.send(new CreateSnapshotCommand({ SnapshotName: name, ...source }))
    await until(`snapshot ${name} is available`, async () => (await status(name)) === 'available')
  }
  const nodeOf = async (id: string): Promise<RedisConnection> => {
    const found = (await clusters()).find((cluster) => cluster.CacheClusterId === id)
    const { Address: host = '', Port: port = 0 } = found?.CacheNodes?.[0]?.Endpoint ?? {}
    return redisAt({ host, port })
  }
  const primaries = async (id: string) =>
    Promise.all((await group(id))?.NodeGroups?.map((shard) => nodeOf(`${id}-${shard.NodeGroupId}-001`)) ?? [])
  /** Asks the shard that owns the key. */
  const onCluster = async (nodes: readonly RedisConnection[], ...command: readonly string[]) => {
    for (const each of nodes) {
      const reply = await each.call(...command).catch((error: unknown) => error)
      if (!(reply instanceof RedisError && reply.message.startsWith('MOVED'))) return reply
    }
    throw new Error(`no shard owns ${command[1]}`)
  }
  const holdsAll = async (id: string) => {
    const nodes = await primaries(id)
    for (const key of KEYS) {
      assert.equal(await onCluster(nodes, 'GET', key), `value of ${key}`)
      const seconds = Number(await onCluster(nodes, 'TTL', key))
      assert.ok(seconds > 0 && seconds <= 10_000)
    }
    const sizes = await Promise.all(nodes.map(async (each) => Number(await each.call('DBSIZE'))))
    assert.equal(
      sizes.reduce((sum, size) => sum + size),
      KEYS.length,
    )
  }
  const files = (below: string) =>
    readdirSync(join(folder, 'data', below), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const RESTORED = { ...PAIR, ReplicationGroupId: 'again', SnapshotName: 'last' }

  it('what a deleted group left in its final snapshot is in the group that is made from it, TTLs too', async () => {
    await create(PAIR)
    const old = await nodeOf('pair-001')
    await old.call('SET', 'greeting', 'hello')
    await old.call('SET', 'short', 'lived', 'EX', '10000')
    await old.call('HSET', 'hash', 'field', 'value')
    await remove('pair', 'last')
    assert.equal(await status('last'), 'available')

    await create(RESTORED)
    await until('the snapshot is free', async () => (await status('last')) === 'available')
    const restored = await nodeOf('again-001')
    assert.equal(await restored.call('GET', 'greeting'), 'hello')
    assert.equal(await restored.call('HGET', 'hash', 'field'), 'value')
    const seconds = Number(await restored.call('TTL', 'short'))
    assert.ok(seconds > 0 && seconds <= 10_000)
    await until('the replica has it', async () => {
      const replica = await nodeOf('again-002')
      await replica.call('READONLY').catch(() => undefined)
      return (await replica.call('GET', 'greeting')) === 'hello'
    })
    assert.match(
      (await client.send(new DescribeSnapshotsCommand({}))).Snapshots?.[0]?.NodeSnapshots?.[0]?.CacheSize ?? '',
      /^[1-9]\d* MB$/,
    )
  })

  it('each shard of a restored cluster has the keys of its slots, in the same layout and in another', async () => {
    await create({ ...SHARDED, Engine: 'valkey' })
    const nodes = await primaries('sharded')
    for (const key of KEYS) await onCluster(nodes, 'SET', key, `value of ${key}`, 'EX', '10000')
    await snapshot('all', { ReplicationGroupId: 'sharded' })
    await remove('sharded')

    const base = { ...SHARDED, ReplicasPerNodeGroup: 0, SnapshotName: 'all' }
    await create({ ...base, ReplicationGroupId: 'same' })
    await holdsAll('same')
    await until('the snapshot is free', async () => (await status('all')) === 'available')
    const { NumNodeGroups: _count, ...open } = base
    const NodeGroupConfiguration = ['0-4999', '5000-9999', '10000-16383'].map((Slots) => ({ Slots }))
    await create({ ...open, ReplicationGroupId: 'other', NodeGroupConfiguration })
    await holdsAll('other')
    await remove('same')
    await remove('other')
  })

  it('a single node begins with the object that an S3 ARN names, and a cluster with the keys of its slots', async () => {
    const [rdb] = files('snapshots').filter((entry) =>
      readFileSync(join(entry.parentPath, entry.name)).includes('hello'),
    )
    assert.ok(rdb)
    copyFileSync(join(rdb.parentPath, rdb.name), join(folder, 's3', 'bucket', 'mine.rdb'))
    const SnapshotArns = ['arn:aws:s3:::bucket/mine.rdb']
    await client.send(new CreateCacheClusterCommand({ ...SINGLE, SnapshotArns }))
    await until('the cluster is there', async () => (await clusterStatus('single')) === 'available')
    assert.equal(await (await nodeOf('single')).call('GET', 'greeting'), 'hello')

    const { NumNodeGroups: _count, ...open } = { ...SHARDED, ReplicasPerNodeGroup: 0 }
    const NodeGroupConfiguration = ['0-8191', '8192-16383'].map((Slots) => ({ Slots }))
    await create({ ...open, SnapshotArns, NodeGroupConfiguration })
    assert.equal(await onCluster(await primaries('sharded'), 'GET', 'greeting'), 'hello')
    await client.send(new DeleteCacheClusterCommand({ CacheClusterId: 'single' }))
    await remove('sharded')
  })

  it('a node that is restarted does not begin with the snapshot again', async () => {
    const engines = await startEngines()
    try {
      const seeded = node('seeded/0001', { seedFiles: [join(folder, 's3', 'bucket', 'mine.rdb')] })
      await settle(engines, [seeded])
      assert.equal(await redisAt(engines.address(seeded.key, seeded.port)).call('GET', 'greeting'), 'hello')
      await settle(engines, [{ ...seeded, generation: 2 }])
      assert.equal(await redisAt(engines.address(seeded.key, seeded.port)).call('GET', 'greeting'), null)
    } finally {
      await engines.stop()
    }
  })

  it('a file that is no RDB, or a broken one, fails the restore for good', async () => {
    const whole = readFileSync(join(folder, 's3', 'bucket', 'mine.rdb'))
    writeFileSync(join(folder, 's3', 'bucket', 'text.rdb'), 'not a snapshot')
    writeFileSync(join(folder, 's3', 'bucket', 'broken.rdb'), whole.subarray(0, whole.length - 20))
    for (const [index, name] of ['text', 'broken'].entries()) {
      const SnapshotArns = [`arn:aws:s3:::bucket/${name}.rdb`]
      const CacheClusterId = `bad-${index}`
      await client.send(new CreateCacheClusterCommand({ ...SINGLE, CacheClusterId, SnapshotArns }))
      await until('the restore failed', async () => (await clusterStatus(CacheClusterId)) === 'restore-failed')
      const { Events } = await client.send(
        new DescribeEventsCommand({ SourceType: 'cache-cluster', SourceIdentifier: CacheClusterId }),
      )
      assert.ok(Events?.some((event) => event.Message === `Restore from snapshot failed for node ${CacheClusterId}`))
      await client.send(new DeleteCacheClusterCommand({ CacheClusterId }))
    }
    const bad = { ...PAIR, ReplicationGroupId: 'bad', SnapshotArns: ['arn:aws:s3:::bucket/text.rdb'] }
    await client.send(new CreateReplicationGroupCommand(bad))
    await until('the group failed', async () => (await group('bad'))?.Status === 'create-failed')
    assert.equal(await clusterStatus('bad-001'), 'restore-failed')
    await remove('bad')
  })

  it('a snapshot outlives its group, and its file goes with it', async () => {
    await remove('again')
    assert.equal(files('snapshots').length, 3)
    for (const SnapshotName of ['last', 'all']) await client.send(new DeleteSnapshotCommand({ SnapshotName }))
    await until('the files are gone', () => files('snapshots').length === 0)
  })
})
