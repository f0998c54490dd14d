import assert from 'node:assert/strict'
import { CloudWatchClient, GetMetricDataCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch'
import {
  CreateCacheClusterCommand,
  CreateReplicationGroupCommand,
  DescribeCacheClustersCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
} from '@aws-sdk/client-elasticache'
import { after, before, describe, it } from 'mocha'
import type { ProcessEngines } from '../../emulator/engines/processes.ts'
import { type ListeningEmulator, startEmulator } from '../../emulator/start.ts'
import { hangUp, memcachedAt, redisAt, until } from './engines-fixture.ts'
import { CREDENTIALS, MEMCACHED, PAIR, REGION } from './fixture.ts'

const TEN_MINUTES_MS = 600_000

describe('CloudWatch with real server processes', () => {
  let emulator: ListeningEmulator
  let client: ElastiCacheClient
  let watch: CloudWatchClient

  before(async () => {
    emulator = await startEmulator({ profile: 'instant', memoryScale: 1 / 128 })
    const config = { region: REGION, credentials: CREDENTIALS, endpoint: emulator.url }
    client = new ElastiCacheClient(config)
    watch = new CloudWatchClient(config)
    await client.send(new CreateReplicationGroupCommand(PAIR))
    await client.send(new CreateCacheClusterCommand({ ...MEMCACHED, NumCacheNodes: 1 }))
    await client.send(
      new CreateCacheClusterCommand({
        ...MEMCACHED,
        CacheClusterId: 'secured',
        NumCacheNodes: 1,
        TransitEncryptionEnabled: true,
      }),
    )
    await until('all is available', async () => {
      const { ReplicationGroups } = await client.send(new DescribeReplicationGroupsCommand({}))
      const all = await clusters()
      return (
        ReplicationGroups?.[0]?.Status === 'available' && all.every((each) => each.CacheClusterStatus === 'available')
      )
    })
  })
  after(async () => {
    hangUp()
    client?.destroy()
    watch?.destroy()
    await emulator?.stop()
  })

  const clusters = async () =>
    (await client.send(new DescribeCacheClustersCommand({ ShowCacheNodeInfo: true }))).CacheClusters ?? []
  const addressOf = async (id: string) => {
    const endpoint = (await clusters()).find((each) => each.CacheClusterId === id)?.CacheNodes?.[0]?.Endpoint
    return { host: endpoint?.Address ?? '', port: endpoint?.Port ?? 0 }
  }
  /** A statistic of the last ten minutes, this one included. */
  const asked = async (cluster: string, MetricName: string, Stat = 'Sum'): Promise<number | undefined> => {
    const Dimensions = [
      { Name: 'CacheClusterId', Value: cluster },
      { Name: 'CacheNodeId', Value: '0001' },
    ]
    const nowMs = Math.floor(Date.now() / 60_000) * 60_000
    const answer = await watch.send(
      new GetMetricDataCommand({
        StartTime: new Date(nowMs - TEN_MINUTES_MS),
        EndTime: new Date(nowMs + 2 * 60_000),
        MetricDataQueries: [
          {
            Id: 'a',
            MetricStat: { Metric: { Namespace: 'AWS/ElastiCache', MetricName, Dimensions }, Period: 1200, Stat },
          },
        ],
      }),
    )
    return answer.MetricDataResults?.[0]?.Values?.[0]
  }

  it('counts the hits and misses of clients', async () => {
    const redis = redisAt(await addressOf('pair-001'))
    await redis.call('SET', 'there', 'yes')
    for (const key of ['there', 'there', 'there', 'not', 'neither']) await redis.call('GET', key)
    assert.equal(await asked('pair-001', 'CacheHits'), 3)
    assert.equal(await asked('pair-001', 'CacheMisses'), 2)
    assert.equal(await asked('pair-001', 'CurrItems', 'Maximum'), 1)
    await redis.call('GET', 'there')
    assert.equal(await asked('pair-001', 'CacheHits'), 4)
  })

  it('counts commands by family, and how long they take', async () => {
    const redis = redisAt(await addressOf('pair-001'))
    const before = (await asked('pair-001', 'HashBasedCmds')) ?? 0
    await redis.call('HSET', 'hash', 'field', 'value')
    await redis.call('HGET', 'hash', 'field')
    await redis.call('XADD', 'stream', '*', 'field', 'value')
    await redis.call('XGROUP', 'CREATE', 'stream', 'readers', '$')
    assert.equal((await asked('pair-001', 'HashBasedCmds')) ?? 0, before + 2)
    assert.equal(await asked('pair-001', 'StreamBasedCmds'), 2)
    assert.ok(((await asked('pair-001', 'HashBasedCmdsLatency', 'Average')) ?? -1) >= 0)
    assert.ok(((await asked('pair-001', 'SetTypeCmds')) ?? 0) >= 2)
    assert.equal(await asked('pair-001', 'GeoSpatialBasedCmds'), 0)
    assert.equal(await asked('pair-001', 'GeoSpatialBasedCmdsLatency', 'Average'), undefined)
  })

  it('sees memory fill up and keys being evicted', async () => {
    assert.equal(await asked('pair-001', 'Evictions'), 0)
    const before = (await asked('pair-001', 'BytesUsedForCache', 'Maximum')) ?? 0
    const redis = redisAt(await addressOf('pair-001'))
    const value = 'x'.repeat(65_536)
    for (let number = 0; number < 200; number += 1) await redis.call('SET', `big${number}`, value, 'EX', '600')
    assert.ok(((await asked('pair-001', 'Evictions')) ?? 0) > 0)
    assert.ok(((await asked('pair-001', 'BytesUsedForCache', 'Maximum')) ?? 0) > before)
    const percent = (await asked('pair-001', 'DatabaseMemoryUsagePercentage', 'Maximum')) ?? 0
    assert.ok(percent > 50 && percent < 150, `${percent} %`)
    assert.ok(((await asked('pair-001', 'NetworkBytesIn')) ?? 0) > 200 * 65_536)
  })

  it('knows the replica, and its processors', async () => {
    assert.equal(await asked('pair-001', 'IsPrimary', 'Maximum'), 1)
    assert.equal(await asked('pair-002', 'IsPrimary', 'Maximum'), 0)
    assert.equal(await asked('pair-001', 'ReplicationLag', 'Maximum'), undefined)
    assert.ok(((await asked('pair-002', 'ReplicationLag', 'Maximum')) ?? -1) >= 0)
    for (const metric of ['EngineCPUUtilization', 'CPUUtilization']) {
      const percent = (await asked('pair-001', metric, 'Average')) ?? -1
      assert.ok(percent >= 0 && percent <= 100, `${metric} ${percent}`)
    }
    assert.ok(((await asked('pair-001', 'CurrConnections', 'Maximum')) ?? 0) > 0)
  })

  for (const id of ['mem', 'secured']) {
    it(`reads memcached's own figures of ${id}`, async () => {
      const caFile = id === 'secured' ? (emulator.engines as ProcessEngines).caFile : undefined
      const say = memcachedAt(await addressOf(id), caFile)
      await say('set there 0 0 3\r\nyes\r\n', 'STORED\r\n')
      await say('get there\r\n', 'END\r\n')
      await say('get not\r\n', 'END\r\n')
      assert.equal(await asked(id, 'GetHits'), 1)
      assert.equal(await asked(id, 'GetMisses'), 1)
      assert.equal(await asked(id, 'CmdGets'), 2)
      assert.equal(await asked(id, 'CmdSet'), 1)
      assert.equal(await asked(id, 'CurrItems', 'Maximum'), 1)
      assert.ok(((await asked(id, 'BytesUsedForCacheItems', 'Maximum')) ?? 0) > 3)
      assert.equal(await asked(id, 'Evictions'), 0)
      assert.equal(await asked(id, 'CacheHits'), undefined)
    })
  }

  it('lists what each engine has', async () => {
    const names = async (cluster: string) => {
      const { Metrics } = await watch.send(
        new ListMetricsCommand({ Dimensions: [{ Name: 'CacheClusterId', Value: cluster }, { Name: 'CacheNodeId' }] }),
      )
      return new Set(Metrics?.map(({ MetricName }) => MetricName))
    }
    const [primary, replica, memcached] = [await names('pair-001'), await names('pair-002'), await names('mem')]
    assert.ok(primary.has('Evictions') && primary.has('EngineCPUUtilization') && !primary.has('ReplicationLag'))
    assert.ok(replica.has('ReplicationLag'))
    assert.ok(memcached.has('GetHits') && memcached.has('Evictions') && !memcached.has('EngineCPUUtilization'))
  })
})
