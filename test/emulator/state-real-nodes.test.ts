import assert from 'node:assert/strict'
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import {
  CreateCacheClusterCommand,
  CreateReplicationGroupCommand,
  CreateSnapshotCommand,
  DescribeCacheClustersCommand,
  DescribeReplicationGroupsCommand,
  DescribeSnapshotsCommand,
  ElastiCacheClient,
} from '@aws-sdk/client-elasticache'
import { Cluster } from 'ioredis'
import { after, before, describe, it } from 'mocha'
import { alive, hangUp, memcachedAt, redisAt, until } from './engines-fixture.ts'
import { CREDENTIALS, MEMCACHED, PAIR, REGION, SHARDED } from './fixture.ts'

const MAIN = new URL('../../emulator/main.ts', import.meta.url).pathname
const VALKEY = { Engine: 'valkey', EngineVersion: '9.0' }
const SAFE = { ReplicationGroupId: 'safe', TransitEncryptionEnabled: true, Durability: 'sync' } as const
const KEYS = Array.from({ length: 200 }, (_, number) => `key-${number}`)

type Endpoint = { readonly Address?: string | undefined; readonly Port?: number | undefined } | undefined
const at = (endpoint: Endpoint) => ({ host: endpoint?.Address ?? '', port: endpoint?.Port ?? 0 })

/** An emulator as a process of its own. */
interface Standing {
  readonly child: ChildProcessByStdio<null, Readable, null>
  readonly url: string
  readonly client: ElastiCacheClient
}

const start = async (dir: string): Promise<Standing> => {
  const child = spawn(process.execPath, [MAIN, '--state', dir, '--profile', 'instant'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [line] = await once(child.stdout, 'data')
  const url = /http:\S+/.exec(String(line))?.[0] ?? ''
  return { child, url, client: new ElastiCacheClient({ region: REGION, credentials: CREDENTIALS, endpoint: url }) }
}

const end = async ({ child, client }: Standing, signal: 'SIGTERM' | 'SIGKILL') => {
  client.destroy()
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill(signal)
  await gone
}

describe('a state folder with real nodes', () => {
  let base: string
  let dir: string
  let emulator: Standing | undefined
  const running = () => {
    assert.ok(emulator)
    return emulator
  }

  const group = async (id: string) =>
    (await running().client.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: id })))
      .ReplicationGroups?.[0]
  const nodesOf = async (id: string) => {
    const shown = await running().client.send(
      new DescribeCacheClustersCommand({ CacheClusterId: id, ShowCacheNodeInfo: true }),
    )
    return shown.CacheClusters?.[0]?.CacheNodes ?? []
  }
  const available = async (id: string) => (await group(id))?.Status === 'available'
  const caFile = async () =>
    ((await (await fetch(`${running().url}/_health`)).json()) as { readonly caFile: string }).caFile
  const primary = async (id: string) =>
    redisAt(at((await group(id))?.NodeGroups?.[0]?.PrimaryEndpoint), id === 'safe' ? await caFile() : undefined)
  const memcached = async () => memcachedAt(at((await nodesOf('mem'))[0]?.Endpoint))
  const sharded = async () => {
    const cluster = new Cluster([at((await group('sharded'))?.ConfigurationEndpoint)], {
      clusterRetryStrategy: () => 50,
      redisOptions: { maxRetriesPerRequest: null },
    })
    cluster.on('error', () => {})
    return cluster
  }
  /** How many of the keys a sharded group has; all of it is asked through a client that knows slots. */
  const found = async (): Promise<number> => {
    const cluster = await sharded()
    try {
      const values = await Promise.all(KEYS.map((key) => cluster.get(key)))
      return values.filter((value, index) => value === KEYS[index]).length
    } finally {
      cluster.disconnect()
    }
  }
  const addresses = async () => [
    at((await group('pair'))?.NodeGroups?.[0]?.PrimaryEndpoint),
    at((await group('pair'))?.NodeGroups?.[0]?.ReaderEndpoint),
    at((await group('sharded'))?.ConfigurationEndpoint),
    ...(await nodesOf('mem')).map(({ Endpoint }) => at(Endpoint)),
  ]
  const linked = async (id: string) =>
    /connected_slaves:1/.test(String(await (await primary(id)).call('INFO', 'replication')))
  const memcachedAnswers = async () => /^VERSION /.test(await (await memcached())('version\r\n', '\r\n'))
  /** Every node answers, and every replica follows. Right after a start nobody listens yet. */
  const whole = async () => {
    for (const answers of [memcachedAnswers, () => linked('pair'), () => linked('safe')])
      await until('it answers', () => answers().catch(() => false))
    await found()
  }
  const restart = async (signal: 'SIGTERM' | 'SIGKILL') => {
    hangUp()
    await end(running(), signal)
    emulator = await start(dir)
  }

  before(async () => {
    base = await mkdtemp(join(tmpdir(), 'larder-state-'))
    dir = join(base, 'state')
    emulator = await start(dir)
    const { client } = emulator
    await client.send(new CreateReplicationGroupCommand(PAIR))
    await client.send(new CreateReplicationGroupCommand({ ...PAIR, ...VALKEY, ...SAFE }))
    await client.send(new CreateReplicationGroupCommand({ ...SHARDED, ...VALKEY }))
    await client.send(new CreateCacheClusterCommand({ ...MEMCACHED, NumCacheNodes: 1 }))
    for (const id of ['pair', 'safe', 'sharded']) await until(`${id} is available`, () => available(id))
    await until('memcached is there', async () => (await nodesOf('mem'))[0]?.Endpoint !== undefined)
    await whole()
    for (const id of ['pair', 'safe']) await (await primary(id)).call('SET', 'greeting', 'hello')
    const cluster = await sharded()
    await Promise.all(KEYS.map((key) => cluster.set(key, key)))
    cluster.disconnect()
    await (await memcached())('set greeting 0 0 5\r\nhello\r\n', '\r\n')
  })
  after(async () => {
    hangUp()
    if (emulator) await end(emulator, 'SIGTERM')
    await rm(base, { recursive: true, force: true })
  })

  it('brings the data of every redis and valkey node back after a clean end, at the same addresses', async () => {
    await running().client.send(new CreateSnapshotCommand({ CacheClusterId: 'pair-001', SnapshotName: 'copy' }))
    await until('the snapshot is there', async () => {
      const shown = await running().client.send(new DescribeSnapshotsCommand({ SnapshotName: 'copy' }))
      return shown.Snapshots?.[0]?.SnapshotStatus === 'available'
    })
    const before = await addresses()
    await restart('SIGTERM')
    assert.deepEqual(await addresses(), before)
    await whole()
    for (const id of ['pair', 'safe']) assert.equal(await (await primary(id)).call('GET', 'greeting'), 'hello')
    await until('every key of the cluster is there', async () => (await found()) === KEYS.length)
  })

  it('lets memcached begin empty, as any restart does', async () =>
    assert.equal(await (await memcached())('get greeting\r\n', 'END\r\n'), 'END\r\n'))

  it('holds the files of snapshots, and removes those that nobody knows', async () => {
    const folder = join(dir, 'data/snapshots/123456789012/us-east-1')
    const [kept] = await readdir(folder)
    await mkdir(join(folder, 'unknown'))
    await writeFile(join(folder, 'unknown/0001.rdb'), 'REDIS0011')
    await mkdir(join(dir, 'data/0123456789ab'))
    await restart('SIGTERM')
    assert.deepEqual(await readdir(folder), [kept])
    assert.deepEqual(await readdir(join(folder, kept ?? '')), ['0001.rdb'])
    assert.ok(!existsSync(join(dir, 'data/0123456789ab')))
    await whole()
  })

  it('survives a kill: every server dies, durable nodes have their data, others come back empty', async () => {
    const runFolder = dirname(dirname(await caFile()))
    const pids = await pidsBelow(runFolder)
    assert.equal(pids.length, 9)
    assert.equal(await (await primary('pair')).call('GET', 'greeting'), 'hello')
    await (await primary('safe')).call('SET', 'last', 'word')
    const before = await addresses()
    await restart('SIGKILL')
    assert.ok(!existsSync(runFolder))
    await until('every server is gone', () => !pids.some(alive))
    assert.deepEqual(await addresses(), before)
    await whole()
    assert.equal(await (await primary('safe')).call('GET', 'last'), 'word')
    assert.equal(await (await primary('safe')).call('GET', 'greeting'), 'hello')
    assert.equal(await (await primary('pair')).call('GET', 'greeting'), null)
    assert.equal(await found(), 0)
  })
})

/** Ids of the server processes that have their files below a run folder. */
const pidsBelow = async (runFolder: string): Promise<readonly number[]> => {
  const files = (await readdir(runFolder))
    .map((name) => join(runFolder, name, 'pid'))
    .filter((file) => existsSync(file))
  return Promise.all(files.map(async (file) => Number(await readFile(file, 'utf8'))))
}
