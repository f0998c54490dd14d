import assert from 'node:assert/strict'
import {
  CreateCacheClusterCommand,
  CreateCacheParameterGroupCommand,
  CreateReplicationGroupCommand,
  DeleteReplicationGroupCommand,
  DescribeCacheClustersCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
  ModifyCacheParameterGroupCommand,
  ModifyReplicationGroupCommand,
} from '@aws-sdk/client-elasticache'
import { after, before, describe, it } from 'mocha'
import type { ProcessEngines } from '../../emulator/engines/processes.ts'
import { type ListeningEmulator, startEmulator } from '../../emulator/start.ts'
import { hangUp, memcachedAt, redisAt, until } from './engines-fixture.ts'
import { CREDENTIALS, MEMCACHED, PAIR, REGION } from './fixture.ts'

const at = (endpoint: { readonly Address?: string | undefined; readonly Port?: number | undefined } | undefined) => ({
  host: endpoint?.Address ?? '',
  port: endpoint?.Port ?? 0,
})

describe('with real server processes', () => {
  let emulator: ListeningEmulator
  let client: ElastiCacheClient

  before(async () => {
    emulator = await startEmulator({ profile: 'instant' })
    client = new ElastiCacheClient({ region: REGION, credentials: CREDENTIALS, endpoint: emulator.url })
    await client.send(
      new CreateCacheParameterGroupCommand({
        CacheParameterGroupName: 'mine',
        CacheParameterGroupFamily: 'redis7',
        Description: 'mine',
      }),
    )
    await client.send(new CreateReplicationGroupCommand({ ...PAIR, CacheParameterGroupName: 'mine' }))
    await client.send(new CreateCacheClusterCommand({ ...MEMCACHED, NumCacheNodes: 2 }))
    await until('all is available', settled)
  })
  after(async () => {
    hangUp()
    client?.destroy()
    await emulator?.stop()
  })

  const group = async () =>
    (await client.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: 'pair' }))).ReplicationGroups?.[0]
  const clusters = async () =>
    (await client.send(new DescribeCacheClustersCommand({ ShowCacheNodeInfo: true }))).CacheClusters ?? []
  const settled = async () =>
    (await group())?.Status === 'available' &&
    (await clusters()).every((cluster) => cluster.CacheClusterStatus === 'available')
  const primary = async () => redisAt(at((await group())?.NodeGroups?.[0]?.PrimaryEndpoint))
  const reader = async () => redisAt(at((await group())?.NodeGroups?.[0]?.ReaderEndpoint))

  it('an available group takes a write at its primary endpoint and serves it at its reader endpoint', async () => {
    await (await primary()).call('SET', 'greeting', 'hello')
    const replica = await reader()
    await until('the replica has it', async () => (await replica.call('GET', 'greeting')) === 'hello')
  })

  it('a changed parameter reaches the server', async () => {
    const ParameterNameValues = [{ ParameterName: 'maxmemory-policy', ParameterValue: 'allkeys-lfu' }]
    await client.send(new ModifyCacheParameterGroupCommand({ CacheParameterGroupName: 'mine', ParameterNameValues }))
    await until('the policy is set', async () =>
      /maxmemory_policy:allkeys-lfu/.test(String(await (await primary()).call('INFO', 'memory'))),
    )
  })

  it('a bigger node type brings more memory, and the data stays', async () => {
    const memory = async () =>
      Number(/maxmemory:(\d+)/.exec(String(await (await primary()).call('INFO', 'memory')))?.[1])
    const small = await memory()
    await client.send(
      new ModifyReplicationGroupCommand({
        ReplicationGroupId: 'pair',
        CacheNodeType: 'cache.r6g.large',
        ApplyImmediately: true,
      }),
    )
    await until('the group is available', settled)
    assert.ok((await memory()) > small)
    assert.equal(await (await primary()).call('GET', 'greeting'), 'hello')
  })

  it('every memcached node answers', async () => {
    const cluster = (await clusters()).find((each) => each.CacheClusterId === 'mem')
    assert.equal(cluster?.CacheNodes?.length, 2)
    for (const node of cluster?.CacheNodes ?? []) {
      assert.match(await memcachedAt(at(node.Endpoint))('version\r\n', '\r\n'), /^VERSION /)
    }
  })

  it('a deleted group leaves no server process', async () => {
    await client.send(new DeleteReplicationGroupCommand({ ReplicationGroupId: 'pair' }))
    const engines = emulator.engines as ProcessEngines
    await until('its processes are gone', () => ![...engines.pids().keys()].some((key) => key.includes('/pair')))
    assert.equal(engines.pids().size, 2)
  })
})
