import assert from 'node:assert/strict'
import {
  CreateCacheClusterCommand,
  CreateCacheParameterGroupCommand,
  type CreateReplicationGroupCommandInput,
  DecreaseReplicaCountCommand,
  IncreaseReplicaCountCommand,
  type LogDeliveryConfigurationRequest,
  ModifyCacheClusterCommand,
  type ModifyCacheClusterCommandInput,
  ModifyGlobalReplicationGroupCommand,
  ModifyReplicationGroupCommand,
  type ModifyReplicationGroupCommandInput,
  ModifyReplicationGroupShardConfigurationCommand,
  RebootCacheClusterCommand,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { type Bench, openBench, refused, SHARDED } from './fixture.ts'
import { SINGLE } from './snapshots-fixture.ts'

type GroupChange = Partial<ModifyReplicationGroupCommandInput>
type ClusterChange = Partial<ModifyCacheClusterCommandInput>

const LOGS: LogDeliveryConfigurationRequest[] = [
  {
    LogType: 'slow-log',
    LogFormat: 'json',
    DestinationType: 'kinesis-firehose',
    DestinationDetails: { KinesisFirehoseDetails: { DeliveryStream: 'stream' } },
  },
]
const NOW = { ReplicationGroupId: 'pair', ApplyImmediately: true }
const ownParameterGroup = ({ client }: Bench) =>
  client.send(
    new CreateCacheParameterGroupCommand({
      CacheParameterGroupName: 'own',
      CacheParameterGroupFamily: 'redis7',
      Description: 'own',
    }),
  )
const LARGER = { CacheNodeType: 'cache.r6g.large' }

describe('what waits for the maintenance window', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })
  const modify = (change: GroupChange) =>
    bench.client.send(new ModifyReplicationGroupCommand({ ReplicationGroupId: 'pair', ...change }))
  const modifyCluster = (change: ClusterChange) =>
    bench.client.send(new ModifyCacheClusterCommand({ CacheClusterId: 'single', ...change }))
  const makeSingle = async () => {
    await bench.client.send(new CreateCacheClusterCommand({ ...SINGLE, EngineVersion: '6.2' }))
    bench.settle()
  }
  const nodeTypes = async (...ids: string[]) =>
    Promise.all(ids.map(async (id) => (await bench.cluster(id)).CacheNodeType))
  const lose = (id: string) => {
    let lost = new Set([`123456789012/us-east-1/${id}/0001`])
    Object.assign(bench.emulator.engines, { lost: () => lost })
    bench.emulator.world()
    lost = new Set()
    // The node is replaced, then the change begins, then it is done.
    for (const _look of [1, 2, 3]) bench.settle()
  }

  const GROUPS: readonly (readonly [
    name: string,
    input: Partial<CreateReplicationGroupCommandInput>,
    change: GroupChange,
    group: object,
    member: object,
  ])[] = [
    [
      'a promotion shows on the group',
      { AutomaticFailoverEnabled: false },
      { PrimaryClusterId: 'pair-002' },
      { PrimaryClusterId: 'pair-002' },
      {},
    ],
    [
      'log delivery shows on the group and its members',
      {},
      { LogDeliveryConfigurations: LOGS },
      { LogDeliveryConfigurations: LOGS },
      { LogDeliveryConfigurations: LOGS },
    ],
    ['Multi-AZ shows nowhere', {}, { MultiAZEnabled: true }, {}, {}],
    ['another parameter group shows nowhere', { EngineVersion: '7.1' }, { CacheParameterGroupName: 'own' }, {}, {}],
  ]
  for (const [name, input, change, group, member] of GROUPS) {
    it(`of a group: ${name}`, async () => {
      await ownParameterGroup(bench)
      await bench.createGroup(input)
      await modify(change)
      bench.settle()
      assert.equal((await bench.group()).Status, 'available')
      assert.deepEqual((await bench.group()).PendingModifiedValues, group)
      for (const id of ['pair-001', 'pair-002']) {
        assert.deepEqual((await bench.cluster(id)).PendingModifiedValues, member)
      }
    })
  }

  const CLUSTERS: readonly (readonly [name: string, change: ClusterChange, pending: object])[] = [
    ['a node type', LARGER, LARGER],
    ['an engine version, with its patch', { EngineVersion: '7.1' }, { EngineVersion: '7.1.0' }],
    ['log delivery', { LogDeliveryConfigurations: LOGS }, { LogDeliveryConfigurations: LOGS }],
  ]
  for (const [name, change, pending] of CLUSTERS) {
    it(`of a cluster without a group shows: ${name}`, async () => {
      await makeSingle()
      await modifyCluster(change)
      bench.settle()
      const cluster = await bench.cluster('single')
      assert.equal(cluster.CacheClusterStatus, 'available')
      assert.deepEqual(cluster.PendingModifiedValues, pending)
    })
  }

  it('of a memcached cluster shows with the pace of scaling, 20 percent every 5 minutes unless told', async () => {
    await bench.createMemcached()
    const scaled = async (ScaleConfig: ClusterChange['ScaleConfig']) => {
      await modifyCluster({ CacheClusterId: 'mem', ...LARGER, ScaleConfig })
      return (await bench.cluster('mem')).PendingModifiedValues?.ScaleConfig
    }
    assert.deepEqual(await scaled({ ScalePercentage: 10 }), { ScalePercentage: 10, ScaleIntervalMinutes: 5 })
    assert.deepEqual(await scaled({ ScaleIntervalMinutes: 30 }), { ScalePercentage: 20, ScaleIntervalMinutes: 30 })
    assert.equal((await bench.cluster('mem')).PendingModifiedValues?.CacheNodeType, 'cache.r6g.large')
  })

  it('is one pile: later calls add to it, and the last word on a field counts', async () => {
    await bench.createGroup()
    await modify(LARGER)
    await modify({ AutomaticFailoverEnabled: false })
    await modify({ CacheNodeType: 'cache.r6g.xlarge' })
    assert.deepEqual((await bench.group()).PendingModifiedValues, { AutomaticFailoverStatus: 'disabled' })
    assert.deepEqual((await bench.cluster('pair-001')).PendingModifiedValues, { CacheNodeType: 'cache.r6g.xlarge' })
    await modify({ ApplyImmediately: true })
    bench.settle()
    assert.deepEqual(await nodeTypes('pair-001', 'pair-002'), ['cache.r6g.xlarge', 'cache.r6g.xlarge'])
    assert.equal((await bench.group()).AutomaticFailover, 'disabled')
  })

  const HASTY: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['ModifyReplicationGroup with nothing else', () => modify({ ApplyImmediately: true })],
    [
      'ModifyReplicationGroup with something else',
      () => modify({ ApplyImmediately: true, SecurityGroupIds: ['sg-12345678'] }),
    ],
    ['IncreaseReplicaCount', () => bench.client.send(new IncreaseReplicaCountCommand({ ...NOW, NewReplicaCount: 2 }))],
    ['DecreaseReplicaCount', () => bench.client.send(new DecreaseReplicaCountCommand({ ...NOW, NewReplicaCount: 0 }))],
    [
      'ModifyReplicationGroupShardConfiguration',
      () => bench.client.send(new ModifyReplicationGroupShardConfigurationCommand({ ...NOW, NodeGroupCount: 3 })),
    ],
  ]
  for (const [name, call] of HASTY) {
    it(`comes at once with ${name}`, async () => {
      await bench.createGroup({ ...SHARDED, ReplicationGroupId: 'pair', NumCacheClusters: undefined })
      await modify(LARGER)
      await call()
      bench.settle()
      assert.deepEqual(await nodeTypes('pair-0001-001'), ['cache.r6g.large'])
      assert.deepEqual((await bench.cluster('pair-0001-001')).PendingModifiedValues, {})
    })
  }

  it('comes at once for a cluster without a group, too, by the call that is in a hurry', async () => {
    await makeSingle()
    await modifyCluster(LARGER)
    await modifyCluster({ ApplyImmediately: true })
    assert.equal((await bench.cluster('single')).CacheClusterStatus, 'modifying')
    bench.settle()
    assert.deepEqual(await nodeTypes('single'), ['cache.r6g.large'])
    const again = modifyCluster({ ApplyImmediately: true })
    await refused(again, 'InvalidParameterCombination', 'No modifications were requested')
  })

  for (const id of ['pair-001', 'pair-002']) {
    it(`comes with the replacement of ${id} when that fails sooner`, async () => {
      await bench.createGroup()
      await modify(LARGER)
      lose(id)
      assert.equal((await bench.group()).Status, 'available')
      assert.deepEqual(await nodeTypes('pair-001', 'pair-002'), ['cache.r6g.large', 'cache.r6g.large'])
      assert.deepEqual((await bench.cluster('pair-001')).PendingModifiedValues, {})
    })
  }

  it('comes with the replacement of a cluster without a group, and not by a reboot that was asked for', async () => {
    await makeSingle()
    await modifyCluster(LARGER)
    const reboot = { CacheClusterId: 'single', CacheNodeIdsToReboot: ['0001'] }
    await bench.client.send(new RebootCacheClusterCommand(reboot))
    bench.settle()
    assert.deepEqual(await nodeTypes('single'), ['cache.t4g.small'])
    lose('single')
    assert.deepEqual(await nodeTypes('single'), ['cache.r6g.large'])
  })

  it('is nothing of replicas, shards and global datastores, which AWS changes at once or not at all', async () => {
    const later = { ReplicationGroupId: 'pair', ApplyImmediately: false }
    const message = 'ApplyImmediately must be true for this operation.'
    for (const command of [
      new IncreaseReplicaCountCommand({ ...later, NewReplicaCount: 2 }),
      new DecreaseReplicaCountCommand({ ...later, NewReplicaCount: 1 }),
      new ModifyReplicationGroupShardConfigurationCommand({ ...later, NodeGroupCount: 3 }),
    ]) {
      await refused(bench.client.send(command as IncreaseReplicaCountCommand), 'InvalidParameterValue', message)
    }
    const global = new ModifyGlobalReplicationGroupCommand({ GlobalReplicationGroupId: 'all', ApplyImmediately: false })
    const ofGlobal = 'ApplyImmediately must be true for a global replication group.'
    await refused(bench.client.send(global), 'InvalidParameterValue', ofGlobal)
  })
})
