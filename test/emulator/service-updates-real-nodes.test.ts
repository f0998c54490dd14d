import assert from 'node:assert/strict'
import {
  BatchApplyUpdateActionCommand,
  CreateCacheClusterCommand,
  CreateReplicationGroupCommand,
  DescribeCacheClustersCommand,
  DescribeReplicationGroupsCommand,
  DescribeUpdateActionsCommand,
  ElastiCacheClient,
} from '@aws-sdk/client-elasticache'
import { after, before, describe, it } from 'mocha'
import type { ProcessEngines } from '../../emulator/engines/processes.ts'
import { type ListeningEmulator, startEmulator } from '../../emulator/start.ts'
import { hangUp, redisAt, until } from './engines-fixture.ts'
import { CREDENTIALS, MEMCACHED, PAIR, REGION, SHARDED } from './fixture.ts'

describe('a service update with real server processes', () => {
  let emulator: ListeningEmulator
  let client: ElastiCacheClient

  before(async () => {
    emulator = await startEmulator({ profile: 'instant' })
    client = new ElastiCacheClient({ region: REGION, credentials: CREDENTIALS, endpoint: emulator.url })
    await client.send(new CreateReplicationGroupCommand(PAIR))
    const oneShard = { ...SHARDED, NumNodeGroups: 1 }
    await client.send(new CreateReplicationGroupCommand(oneShard))
    await client.send(new CreateCacheClusterCommand({ ...MEMCACHED, NumCacheNodes: 2 }))
    await until('all is available', async () => {
      const clusters = (await client.send(new DescribeCacheClustersCommand({}))).CacheClusters ?? []
      return (
        (await group())?.Status === 'available' &&
        (await group('sharded'))?.Status === 'available' &&
        clusters.every((cluster) => cluster.CacheClusterStatus === 'available')
      )
    })
    const orders = ['redis', 'memcached'].map((engine) => ({ name: `${engine}-1`, region: REGION, engine }))
    const published = await fetch(`${emulator.url}/_service-updates`, { method: 'POST', body: JSON.stringify(orders) })
    assert.equal(published.status, 200)
  })
  after(async () => {
    hangUp()
    client?.destroy()
    await emulator?.stop()
  })

  const group = async (ReplicationGroupId = 'pair') =>
    (await client.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId }))).ReplicationGroups?.[0]
  const primary = async () => {
    const endpoint = (await group())?.NodeGroups?.[0]?.PrimaryEndpoint
    return redisAt({ host: endpoint?.Address ?? '', port: endpoint?.Port ?? 0 })
  }
  const pids = (id: string) =>
    [...(emulator.engines as ProcessEngines).pids()].filter(([key]) => key.includes(`/${id}`)).map(([, pid]) => pid)
  const complete = async (ServiceUpdateName: string, id: string) => {
    const shown = await client.send(new DescribeUpdateActionsCommand({ ServiceUpdateName }))
    const action = shown.UpdateActions?.find((each) => (each.ReplicationGroupId ?? each.CacheClusterId) === id)
    return action?.UpdateActionStatus === 'complete'
  }

  it('replaces every process of a group, and loses no data', async () => {
    await (await primary()).call('SET', 'greeting', 'hello')
    const before = pids('pair')
    const apply = { ServiceUpdateName: 'redis-1', ReplicationGroupIds: ['pair'] }
    await client.send(new BatchApplyUpdateActionCommand(apply))
    await until('the update is complete', () => complete('redis-1', 'pair'))
    assert.equal((await group())?.Status, 'available')
    assert.equal(await (await primary()).call('GET', 'greeting'), 'hello')
    const now = pids('pair')
    assert.equal(now.length, 2)
    assert.deepEqual(
      now.filter((pid) => before.includes(pid)),
      [],
    )
  })

  it('moves the slots of a shard to a replica before its primary goes, and loses no data', async () => {
    const shard = async () => {
      const endpoint = (await group('sharded'))?.ConfigurationEndpoint
      return redisAt({ host: endpoint?.Address ?? '', port: endpoint?.Port ?? 0 })
    }
    await (await shard()).call('SET', 'greeting', 'hello')
    const before = pids('sharded')
    const apply = { ServiceUpdateName: 'redis-1', ReplicationGroupIds: ['sharded'] }
    await client.send(new BatchApplyUpdateActionCommand(apply))
    await until('the update is complete', () => complete('redis-1', 'sharded'))
    assert.equal(await (await shard()).call('GET', 'greeting'), 'hello')
    assert.deepEqual(
      pids('sharded').filter((pid) => before.includes(pid)),
      [],
    )
  })

  it('replaces every memcached process, one after the other', async () => {
    const before = pids('mem')
    const apply = { ServiceUpdateName: 'memcached-1', CacheClusterIds: ['mem'] }
    await client.send(new BatchApplyUpdateActionCommand(apply))
    let atOnce = 0
    await until('the update is complete', async () => {
      atOnce = Math.max(atOnce, before.length - pids('mem').length)
      return complete('memcached-1', 'mem')
    })
    assert.ok(atOnce <= 1, `${atOnce} nodes were away at once`)
    assert.deepEqual(
      pids('mem').filter((pid) => before.includes(pid)),
      [],
    )
  })
})
