import assert from 'node:assert/strict'
import {
  CreateCacheClusterCommand,
  CreateCacheParameterGroupCommand,
  DescribeCacheClustersCommand,
  ElastiCacheClient,
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
})
