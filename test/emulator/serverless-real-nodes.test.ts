import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import {
  CreateReplicationGroupCommand,
  DeleteServerlessCacheSnapshotCommand,
  DescribeReplicationGroupsCommand,
  DescribeUserGroupsCommand,
  DescribeUsersCommand,
  ElastiCacheClient,
  type ServerlessCache,
} from '@aws-sdk/client-elasticache'
import { Cluster } from 'ioredis'
import { after, afterEach, before, describe, it } from 'mocha'
import type { ProcessEngines } from '../../emulator/engines/processes.ts'
import { type ListeningEmulator, startEmulator } from '../../emulator/start.ts'
import { hangUp, memcachedAt, redisAt, until } from './engines-fixture.ts'
import { CREDENTIALS, REGION, refused, SHARDED } from './fixture.ts'
import { createUser, createUserGroup, passwordOf } from './rbac-fixture.ts'
import { type ServerlessCalls, SNAPSHOT_ARN, serverlessCalls } from './serverless-fixture.ts'

const SCALE = 1 / 1024

describe('serverless caches with real server processes', () => {
  let emulator: ListeningEmulator
  let client: ElastiCacheClient
  let calls: ServerlessCalls
  const clusters: Cluster[] = []

  before(async () => {
    emulator = await startEmulator({ profile: 'instant', memoryScale: SCALE })
    client = new ElastiCacheClient({ region: REGION, credentials: CREDENTIALS, endpoint: emulator.url })
    calls = serverlessCalls(client)
  })
  afterEach(() => {
    for (const cluster of clusters.splice(0)) cluster.disconnect()
    hangUp()
  })
  after(async () => {
    client?.destroy()
    await emulator?.stop()
  })

  const engines = () => emulator.engines as ProcessEngines
  const settled = async (name?: string) => {
    await until('the cache is settled', async () =>
      ['available', 'create-failed'].includes((await calls.cache(name))?.Status ?? ''),
    )
    const cache = await calls.cache(name)
    assert.equal(cache?.Status, 'available')
    return cache
  }
  const at = (
    { Address: host = '', Port: port = 0 }: NonNullable<ServerlessCache['Endpoint']> = { Address: '', Port: 0 },
  ) => ({ host, port })
  const endpoint = async (name?: string) => at((await calls.cache(name))?.Endpoint)
  const secured = async (name?: string) => redisAt(await endpoint(name), engines().caFile)
  /** Bytes that the server may hold. */
  const memory = async () => {
    const info = String(await (await secured()).call('INFO', 'memory'))
    return Number(/^maxmemory:(\d+)/m.exec(info)?.[1])
  }

  it('a cluster client finds one endpoint with all slots, and writes and reads over TLS', async () => {
    await calls.create({ CacheUsageLimits: { DataStorage: { Maximum: 10, Unit: 'GB' } } })
    await settled()
    const { host, port } = await endpoint()
    const ca = readFileSync(engines().caFile)
    const cluster = new Cluster([{ host, port }], {
      redisOptions: { tls: { ca } },
      dnsLookup: (name, done) => done(null, name),
    })
    clusters.push(cluster)
    for (const key of ['a', 'b', 'c']) await cluster.set(key, `value of ${key}`)
    assert.equal(await cluster.get('b'), 'value of b')
    const slots = (await (await secured()).call('CLUSTER', 'SLOTS')) as [number, number, [string, number]][]
    assert.deepEqual(
      slots.map(([first, last, [address, at]]) => [first, last, address, at]),
      [[0, 16_383, host, port]],
    )
  })

  it('the reader endpoint leads to the same data', async () => {
    const reader = await redisAt(at((await calls.cache())?.ReaderEndpoint), engines().caFile)
    assert.equal(await reader.call('GET', 'a'), 'value of a')
  })

  it('a client without TLS is refused', async () => {
    await assert.rejects(async () => redisAt(await endpoint()).call('PING'))
  })

  it('the storage limit is the memory, and can be changed while the cache runs', async () => {
    const gigabyte = 2 ** 30 * SCALE
    const before = await memory()
    assert.ok(before >= 10 * gigabyte)
    await calls.modify({ CacheUsageLimits: { DataStorage: { Maximum: 20, Unit: 'GB' } } })
    await settled()
    assert.equal((await memory()) - before, 10 * gigabyte)
    assert.equal(await (await secured()).call('GET', 'a'), 'value of a')
  })

  it('what was written survives the death of the server', async () => {
    await (await secured()).call('SET', 'kept', 'yes')
    const [pid = 0] = engines().pids().values()
    process.kill(pid, 'SIGKILL')
    await until('another process runs', () => ![0, pid].includes([...engines().pids().values()][0] ?? 0))
    await until('it answers again', async () => {
      const value = await (await secured()).call('GET', 'kept').catch(() => undefined)
      return value === 'yes'
    })
  })

  it('a cache that is made from a snapshot has its data, also when the snapshot is deleted meanwhile', async () => {
    await calls.snap()
    await until('the snapshot is whole', async () => (await calls.snapshot())?.Status === 'available')
    assert.ok(Number((await calls.snapshot())?.BytesUsedForCache) > 0)
    await calls.create({ ServerlessCacheName: 'restored', SnapshotArnsToRestore: [SNAPSHOT_ARN] })
    await client.send(new DeleteServerlessCacheSnapshotCommand({ ServerlessCacheSnapshotName: 'shot' }))
    await settled('restored')
    assert.equal(await (await secured('restored')).call('GET', 'c'), 'value of c')
  })

  it('a replication group that is made from a snapshot has its data, spread over its shards', async () => {
    await calls.snap('wide')
    await until('the snapshot is whole', async () => (await calls.snapshot('wide'))?.Status === 'available')
    await client.send(
      new CreateReplicationGroupCommand({ ...SHARDED, ReplicasPerNodeGroup: 0, ServerlessCacheSnapshotName: 'wide' }),
    )
    const group = async () => (await client.send(new DescribeReplicationGroupsCommand({}))).ReplicationGroups?.[0]
    await until('the group is there', async () => (await group())?.Status !== 'creating')
    const seed = at((await group())?.ConfigurationEndpoint)
    const cluster = new Cluster([seed])
    clusters.push(cluster)
    for (const key of ['a', 'b', 'c']) assert.equal(await cluster.get(key), `value of ${key}`)
  })

  it('users of its user group log in, others do not', async () => {
    await createUser(client, 'app')
    await createUser(client, 'locked', { UserName: 'default', AccessString: 'off -@all' })
    const active = async () => {
      const users = (await client.send(new DescribeUsersCommand({}))).Users ?? []
      const groups = (await client.send(new DescribeUserGroupsCommand({}))).UserGroups ?? []
      return [...users, ...groups].every(({ Status }) => Status === 'active')
    }
    await until('users are active', active)
    await createUserGroup(client, 'team', ['app', 'locked'])
    await until('the user group is active', active)
    await calls.modify({ UserGroupId: 'team' })
    await settled()
    await assert.rejects(async () => (await secured()).call('GET', 'a'), /NOAUTH|NOPERM/)
    const redis = await secured()
    assert.equal(await redis.call('AUTH', 'app', passwordOf('app')), 'OK')
    assert.equal(await redis.call('GET', 'a'), 'value of a')
    await calls.modify({ RemoveUserGroup: true })
    await settled()
    assert.equal(await (await secured()).call('GET', 'a'), 'value of a')
  })

  it('an upgrade from Redis to Valkey keeps the data and the endpoint', async () => {
    await calls.create({ ServerlessCacheName: 'old', Engine: 'redis' })
    await settled('old')
    const before = await endpoint('old')
    await (await secured('old')).call('SET', 'a', 'old')
    await calls.modify({ ServerlessCacheName: 'old', Engine: 'valkey', MajorEngineVersion: '8' })
    await settled('old')
    assert.deepEqual(await endpoint('old'), before)
    assert.equal(await (await secured('old')).call('GET', 'a'), 'old')
    assert.match(String(await (await secured('old')).call('INFO', 'server')), /valkey_version/)
  })

  it('memcached answers over TLS only, at both ports, and keeps its data when its limits change', async () => {
    await calls.create({ ServerlessCacheName: 'mem', Engine: 'memcached' })
    const cache = await settled('mem')
    const [main, reader] = [at(cache?.Endpoint), at(cache?.ReaderEndpoint)]
    assert.equal(await memcachedAt(main, engines().caFile)('set a 0 0 1\r\nb\r\n', '\r\n'), 'STORED\r\n')
    await calls.modify({
      ServerlessCacheName: 'mem',
      CacheUsageLimits: { DataStorage: { Maximum: 1, Unit: 'GB' } },
    })
    await settled('mem')
    assert.equal(await memcachedAt(reader, engines().caFile)('get a\r\n', 'END\r\n'), 'VALUE a 0 1\r\nb\r\nEND\r\n')
    await assert.rejects(memcachedAt(main)('version\r\n', '\r\n'))
  })

  it('a final snapshot holds the data of the deleted cache, and its server is gone', async () => {
    const before = engines().pids().size
    await calls.remove('last')
    await until('the cache is gone', () =>
      calls.cache().then(
        () => false,
        () => true,
      ),
    )
    await refused(calls.cache(), 'ServerlessCacheNotFoundFault', /burst/)
    await until('its server is gone', () => engines().pids().size < before)
    await calls.create({ SnapshotArnsToRestore: [SNAPSHOT_ARN.replace(/shot$/, 'last')] })
    await settled()
    assert.equal(await (await secured()).call('GET', 'b'), 'value of b')
  })
})
