import assert from 'node:assert/strict'
import {
  CreateCacheClusterCommand,
  CreateReplicationGroupCommand,
  type CreateReplicationGroupCommandInput,
  DescribeCacheClustersCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
  ModifyReplicationGroupCommand,
  ModifyReplicationGroupShardConfigurationCommand,
} from '@aws-sdk/client-elasticache'
import { after, afterEach, before, describe, it } from 'mocha'
import type { ProcessEngines } from '../../emulator/engines/processes.ts'
import type { Fault } from '../../emulator/fault/fault.ts'
import { type ListeningEmulator, startEmulator } from '../../emulator/start.ts'
import { manualClock } from '../../emulator/world/clock.ts'
import { alive, hangUp, redisAt, until } from './engines-fixture.ts'
import { BIGGER } from './faults-fixture.ts'
import { CREDENTIALS, MEMCACHED, PAIR, REGION } from './fixture.ts'

const SHARDS = {
  ReplicationGroupId: 'shards',
  ReplicationGroupDescription: 'shards',
  CacheNodeType: 'cache.t4g.small',
  ClusterMode: 'enabled',
  NodeGroupConfiguration: [
    { NodeGroupId: '0001', Slots: '0-16283', ReplicaCount: 0 },
    { NodeGroupId: '0002', Slots: '16284-16383', ReplicaCount: 0 },
  ],
  AutomaticFailoverEnabled: true,
} satisfies CreateReplicationGroupCommandInput

describe('faults and real nodes', () => {
  let emulator: ListeningEmulator
  let client: ElastiCacheClient
  const said: string[] = []
  const clock = manualClock()

  before(async () => {
    emulator = await startEmulator({ profile: 'instant', clock, log: (line) => said.push(line) })
    client = new ElastiCacheClient({ region: REGION, credentials: CREDENTIALS, endpoint: emulator.url, maxAttempts: 1 })
    await client.send(new CreateReplicationGroupCommand(PAIR))
    await client.send(new CreateCacheClusterCommand({ ...MEMCACHED, NumCacheNodes: 2 }))
    await until('all is available', allAvailable)
  })
  after(async () => {
    hangUp()
    client?.destroy()
    await emulator?.stop()
  })
  afterEach(async () => {
    emulator.faults.clear()
    await until('all is available', allAvailable)
  })

  const group = async (ReplicationGroupId = 'pair') =>
    (await client.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId }))).ReplicationGroups?.[0]
  const clusters = async () => (await client.send(new DescribeCacheClustersCommand({}))).CacheClusters ?? []
  const allAvailable = async () =>
    (await group())?.Status === 'available' &&
    (await clusters()).every(({ CacheClusterStatus: is = '' }) => ['available', 'incompatible-network'].includes(is))
  const primaryOf = async () =>
    (await group())?.NodeGroups?.[0]?.NodeGroupMembers?.find(({ CurrentRole: role }) => role === 'primary')
      ?.CacheClusterId ?? ''
  const keyOf = (id: string, node = '0001') => `123456789012/us-east-1/${id}/${node}`
  const engines = () => emulator.engines as ProcessEngines
  /** How often a node was killed. */
  const deaths = (id: string, node?: string) =>
    said.filter((line) => line === `${keyOf(id, node)}: ended by SIGKILL`).length
  const pidOf = (id: string, node?: string) => engines().pids().get(keyOf(id, node)) ?? 0
  const answers = (id: string, node?: string) => engines().ready().has(keyOf(id, node))
  const door = async (method: string, order?: Fault) => {
    const response = await fetch(`${emulator.url}/_faults`, { method, body: order ? JSON.stringify(order) : null })
    return response.json()
  }

  it('a group loses the primary of its first shard, and another takes over', async () => {
    const primary = await primaryOf()
    const pid = pidOf(primary)
    assert.deepEqual(await door('POST', { do: 'killNode', id: 'PAIR' }), { faults: [] })
    await until('the process has ended', () => !alive(pid))
    await until('another is the primary', async () => (await primaryOf()) !== primary)
  })

  it('a group loses the member that is named, and it comes back', async () => {
    const primary = await primaryOf()
    const replica = primary === 'pair-001' ? 'pair-002' : 'pair-001'
    const pid = pidOf(replica)
    await door('POST', { do: 'killNode', id: 'pair', node: replica })
    await until('it runs again', () => pidOf(replica) !== pid && answers(replica))
    assert.ok(!alive(pid))
    assert.equal(await primaryOf(), primary)
  })

  it('a cluster loses its node 0001, or the node that is named, and no other', async () => {
    const before = [pidOf('mem', '0001'), pidOf('mem', '0002')]
    await door('POST', { do: 'killNode', id: 'mem', node: '0002' })
    await until('it runs again', () => pidOf('mem', '0002') !== before[1] && answers('mem', '0002'))
    assert.equal(pidOf('mem', '0001'), before[0])
    const second = pidOf('mem', '0002')
    await door('POST', { do: 'killNode', id: 'mem' })
    await until('it runs again', () => pidOf('mem', '0001') !== before[0] && answers('mem', '0001'))
    assert.equal(pidOf('mem', '0002'), second)
  })

  it('a node is killed as often as the count says, each time it answers again', async () => {
    const before = deaths('mem')
    const order = { do: 'killNode', id: 'mem', node: '0001', count: 3 } as const
    assert.deepEqual(await door('POST', order), { faults: [{ ...order, count: 2 }] })
    await until('it was killed three times', () => deaths('mem') >= before + 3)
    assert.deepEqual(await door('GET'), { faults: [] })
    await until('it runs again', () => answers('mem') && alive(pidOf('mem')))
    assert.equal(deaths('mem'), before + 3)
  })

  it('a node is killed no more when the faults are cleared', async () => {
    const before = deaths('mem')
    await door('POST', { do: 'killNode', id: 'mem', count: 1_000 })
    await until('it was killed twice', () => deaths('mem') >= before + 2)
    assert.deepEqual(await door('DELETE'), { faults: [] })
    const other = async () => {
      const pid = pidOf('mem', '0002')
      await door('POST', { do: 'killNode', id: 'mem', node: '0002' })
      await until('another runs again', () => pidOf('mem', '0002') !== pid && answers('mem', '0002'))
      await until('nothing is lost', () => engines().lost().size === 0 && answers('mem'))
      return deaths('mem')
    }
    assert.equal(await other(), await other())
  })

  const unknown = "id must be a cluster with node '0001' and so on, or a group with a member's id"
  const nobody: readonly [Fault, string][] = [
    [{ do: 'killNode', id: 'nobody' }, `id nobody is not there: ${unknown}`],
    [{ do: 'killNode', id: 'mem', node: '0009' }, `id mem with node 0009 is not there: ${unknown}`],
    [{ do: 'killNode', id: 'pair', node: 'mem' }, `id pair with node mem is not there: ${unknown}`],
  ]
  for (const [order, error] of nobody) {
    it(`nothing is killed by ${JSON.stringify(order)}`, async () => {
      const before = [...engines().pids()]
      assert.deepEqual(await door('POST', order), { error })
      assert.deepEqual([...engines().pids()], before)
    })
  }

  it('a create that fails by order leaves no process, so nothing that could be killed', async () => {
    await door('POST', { action: 'CreateCacheCluster', do: 'createFailed' })
    await client.send(new CreateCacheClusterCommand({ ...MEMCACHED, CacheClusterId: 'bad', NumCacheNodes: 1 }))
    await until('it has failed', async () =>
      (await clusters()).some(
        ({ CacheClusterId: id, CacheClusterStatus: is }) => id === 'bad' && is === 'incompatible-network',
      ),
    )
    await until('its process has ended', () => pidOf('bad') === 0)
    assert.deepEqual(await door('POST', { do: 'killNode', id: 'bad' }), {
      error: 'id bad has no process yet: wait until it is available',
    })
  })

  it('a scaling without capacity gives the servers their old memory back', async () => {
    const memory = async () => {
      const { Address: host = '', Port: port = 0 } = (await group())?.NodeGroups?.[0]?.PrimaryEndpoint ?? {}
      return /maxmemory:(\d+)/.exec(String(await redisAt({ host, port }).call('INFO', 'memory')))?.[1]
    }
    const small = await memory()
    await door('POST', { action: '*', do: 'noCapacity', asynchronous: true })
    const resize = { ReplicationGroupId: 'pair', CacheNodeType: BIGGER, ApplyImmediately: true }
    await client.send(new ModifyReplicationGroupCommand(resize))
    await until('all is available', allAvailable)
    assert.equal((await group())?.CacheNodeType, 'cache.t4g.small')
    await until('the memory is the old one', async () => (await memory()) === small)
  })

  it('a reshard is stuck by order although all slots have moved, and finds capacity since they have', async () => {
    await client.send(new CreateReplicationGroupCommand(SHARDS))
    await until('it is available', async () => (await group('shards'))?.Status === 'available')
    await until('all is available', allAvailable)
    const action = 'ModifyReplicationGroupShardConfiguration'
    await door('POST', { action, do: 'stuckModifying', seconds: 60 })
    await client.send(
      new ModifyReplicationGroupShardConfigurationCommand({
        ReplicationGroupId: 'shards',
        NodeGroupCount: 1,
        NodeGroupsToRemove: ['0002'],
        ApplyImmediately: true,
      }),
    )
    clock.advance(1)
    const progress = async () =>
      (await group('shards'))?.PendingModifiedValues?.Resharding?.SlotMigration?.ProgressPercentage
    await until('all slots have moved', async () => (await progress()) === 100)
    await until('all nodes answer', () => answers('shards-0001-001') && answers('shards-0002-001'))
    assert.equal((await group('shards'))?.Status, 'modifying')
    await door('POST', { action, do: 'noCapacity', asynchronous: true })
    clock.advance(60_000)
    await until('it is available', async () => (await group('shards'))?.Status === 'available')
    assert.deepEqual(
      (await group('shards'))?.NodeGroups?.map(({ Slots }) => Slots),
      ['0-16383'],
    )
    assert.deepEqual(await door('GET'), { faults: [{ action, do: 'noCapacity', asynchronous: true, count: 1 }] })
  })
})
