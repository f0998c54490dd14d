import assert from 'node:assert/strict'
import {
  CreateCacheClusterCommand,
  CreateCacheParameterGroupCommand,
  DescribeCacheClustersCommand,
  ElastiCacheClient,
  ModifyCacheClusterCommand,
  ModifyCacheParameterGroupCommand,
  RebootCacheClusterCommand,
} from '@aws-sdk/client-elasticache'
import { after, before, beforeEach, describe, it } from 'mocha'
import { type ListeningEmulator, startEmulator } from '../../emulator/start.ts'
import { hangUp, memcachedAt, until } from './engines-fixture.ts'
import { type Bench, CREDENTIALS, MEMCACHED, openBench, REGION, refused, SHARDED } from './fixture.ts'

const reboot = (CacheClusterId: string, ...CacheNodeIdsToReboot: string[]) =>
  new RebootCacheClusterCommand({ CacheClusterId, CacheNodeIdsToReboot })

describe('a reboot', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })

  it('shows in the states of the cluster and of its nodes, and in events', async () => {
    await bench.createMemcached()
    const answer = await bench.client.send(reboot('mem', '0001', '0003'))
    assert.equal(answer.CacheCluster?.CacheClusterStatus, 'rebooting cluster nodes')
    assert.deepEqual(
      (await bench.cluster('mem')).CacheNodes?.map((node) => node.CacheNodeStatus),
      ['rebooting', 'available', 'rebooting'],
    )
    bench.clock.advance(500)
    const cluster = await bench.cluster('mem')
    assert.equal(cluster.CacheClusterStatus, 'available')
    assert.ok(cluster.CacheNodes?.every((node) => node.CacheNodeStatus === 'available'))
    assert.deepEqual((await bench.events('mem')).slice(-4), [
      'Cache node 0001 shutdown',
      'Cache node 0003 shutdown',
      'Cache node 0001 restarted',
      'Cache node 0003 restarted',
    ])
  })

  it('lets parameters that wait for it take effect, on the nodes that have had it', async () => {
    const name = { CacheParameterGroupName: 'mine' }
    await bench.client.send(
      new CreateCacheParameterGroupCommand({ ...name, CacheParameterGroupFamily: 'memcached1.6', Description: 'mine' }),
    )
    await bench.createMemcached(name)
    const ParameterNameValues = [{ ParameterName: 'chunk_size', ParameterValue: '96' }]
    await bench.client.send(new ModifyCacheParameterGroupCommand({ ...name, ParameterNameValues }))
    bench.settle()
    const shown = async () => (await bench.cluster('mem')).CacheParameterGroup
    assert.equal((await shown())?.ParameterApplyStatus, 'pending-reboot')
    await bench.client.send(reboot('mem', '0001'))
    bench.settle()
    assert.equal((await shown())?.ParameterApplyStatus, 'pending-reboot')
    assert.deepEqual((await shown())?.CacheNodeIdsToReboot, ['0002', '0003'])
    await bench.client.send(reboot('mem', '0002', '0003'))
    bench.settle()
    assert.equal((await shown())?.ParameterApplyStatus, 'in-sync')
    assert.deepEqual((await shown())?.CacheNodeIdsToReboot ?? [], [])
  })

  it('is refused for an unknown cluster or node, a busy cluster, and with cluster mode', async () => {
    await refused(bench.client.send(reboot('nobody', '0001')), 'CacheClusterNotFound', 'CacheCluster not found: nobody')
    await bench.createMemcached()
    await refused(
      bench.client.send(reboot('mem', '0009')),
      'InvalidParameterValue',
      'Cache node 0009 does not exist in cache cluster mem.',
    )
    await bench.client.send(reboot('mem', '0001'))
    await refused(
      bench.client.send(reboot('mem', '0001')),
      'InvalidCacheClusterState',
      'Cache cluster mem is not in available state; it is rebooting cluster nodes.',
    )
    await bench.createGroup({ ...SHARDED, NumCacheClusters: undefined })
    await refused(
      bench.client.send(reboot('sharded-0001-001', '0001')),
      'InvalidCacheClusterState',
      'Rebooting is not supported on cluster mode enabled clusters.',
    )
  })
})

describe('a reboot of real nodes', () => {
  let emulator: ListeningEmulator
  let client: ElastiCacheClient
  before(async () => {
    emulator = await startEmulator({ profile: 'instant' })
    client = new ElastiCacheClient({ region: REGION, credentials: CREDENTIALS, endpoint: emulator.url })
  })
  after(async () => {
    hangUp()
    client?.destroy()
    await emulator?.stop()
  })

  it('loses what a memcached node held, and nothing of its neighbour', async () => {
    await client.send(new CreateCacheClusterCommand({ ...MEMCACHED, NumCacheNodes: 2 }))
    const shown = async () =>
      (await client.send(new DescribeCacheClustersCommand({ ShowCacheNodeInfo: true }))).CacheClusters?.[0]
    const available = async () => (await shown())?.CacheClusterStatus === 'available'
    await until('it is available', available)
    const nodes = async () =>
      ((await shown())?.CacheNodes ?? []).map(({ Endpoint }) =>
        memcachedAt({ host: Endpoint?.Address ?? '', port: Endpoint?.Port ?? 0 }),
      )
    for (const say of await nodes()) assert.equal(await say('set a 0 0 1\r\nx\r\n', '\r\n'), 'STORED\r\n')
    await client.send(reboot('mem', '0001'))
    await until('it is available again', available)
    const [first, second] = await nodes()
    assert.equal(await first?.('get a\r\n', 'END\r\n'), 'END\r\n')
    assert.equal(await second?.('get a\r\n', 'END\r\n'), 'VALUE a 0 1\r\nx\r\nEND\r\n')
  })

  it('brings memcached the values of another parameter group, which it has not before', async () => {
    const CacheClusterId = 'grows'
    const group = { CacheParameterGroupName: 'big' }
    const ParameterNameValues = [{ ParameterName: 'max_item_size', ParameterValue: '2097152' }]
    await client.send(
      new CreateCacheParameterGroupCommand({ ...group, CacheParameterGroupFamily: 'memcached1.6', Description: 'big' }),
    )
    await client.send(new ModifyCacheParameterGroupCommand({ ...group, ParameterNameValues }))
    const create = { ...MEMCACHED, CacheClusterId, NumCacheNodes: 1, EngineVersion: '1.6.6' }
    await client.send(new CreateCacheClusterCommand(create))
    const shown = async () => {
      const named = new DescribeCacheClustersCommand({ CacheClusterId, ShowCacheNodeInfo: true })
      return (await client.send(named)).CacheClusters?.[0]
    }
    const available = async () => (await shown())?.CacheClusterStatus === 'available'
    const status = async () => (await shown())?.CacheParameterGroup?.ParameterApplyStatus
    const largestItem = async () => {
      const { Address = '', Port = 0 } = (await shown())?.CacheNodes?.[0]?.Endpoint ?? {}
      const said = await memcachedAt({ host: Address, port: Port })('stats settings\r\n', 'END\r\n')
      return /STAT item_size_max (\d+)/.exec(said)?.[1]
    }
    const modify = async (input: object) => {
      await client.send(new ModifyCacheClusterCommand({ CacheClusterId, ApplyImmediately: true, ...input }))
      await until('it is available again', available)
    }
    await until('it is available', available)
    await modify(group)
    assert.deepEqual([await status(), await largestItem()], ['pending-reboot', '1048576'])
    await client.send(reboot(CacheClusterId, '0001'))
    await until('it is available again', available)
    assert.deepEqual([await status(), await largestItem()], ['in-sync', '2097152'])
    await modify({ CacheParameterGroupName: 'default.memcached1.6' })
    assert.deepEqual([await status(), await largestItem()], ['pending-reboot', '2097152'])
    await modify({ EngineVersion: '1.6.22' })
    assert.deepEqual([await status(), await largestItem()], ['in-sync', '1048576'])
  })
})
