import assert from 'node:assert/strict'
import {
  CreateCacheClusterCommand,
  CreateCacheParameterGroupCommand,
  type CreateReplicationGroupCommandInput,
  DecreaseReplicaCountCommand,
  DeleteCacheClusterCommand,
  IncreaseReplicaCountCommand,
  ModifyCacheParameterGroupCommand,
  ModifyReplicationGroupCommand,
  type ModifyReplicationGroupCommandInput,
  ModifyReplicationGroupShardConfigurationCommand,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { type Bench, openBench, refused } from './fixture.ts'

type Change = Partial<ModifyReplicationGroupCommandInput>

const COMBINATION = 'InvalidParameterCombination'
const BETWEEN = 'The replication group cannot be scaled or upgraded while ClusterMode is compatible.'
const NOW = { ReplicationGroupId: 'pair', ApplyImmediately: true }

/** All that may not travel with a change of cluster mode. */
const COMPANIONS: readonly Change[] = [
  { ReplicationGroupDescription: 'changed' },
  { AutomaticFailoverEnabled: true },
  { MultiAZEnabled: true },
  { PrimaryClusterId: 'pair-002' },
  { CacheNodeType: 'cache.r6g.large' },
  { Engine: 'valkey', EngineVersion: '8.0' },
  { EngineVersion: '7.1' },
  { SecurityGroupIds: ['sg-12345678'] },
  { PreferredMaintenanceWindow: 'sun:03:00-sun:04:00' },
  { SnapshotWindow: '20:00-21:00' },
  { SnapshotRetentionLimit: 1 },
  { SnapshottingClusterId: 'pair-001' },
  { AutoMinorVersionUpgrade: false },
  { NotificationTopicArn: 'arn:aws:sns:us-east-1:123456789012:topic' },
  { TransitEncryptionEnabled: true, TransitEncryptionMode: 'preferred' },
  { LogDeliveryConfigurations: [{ LogType: 'slow-log', Enabled: false }] },
  { IpDiscovery: 'ipv4' },
  { Durability: 'disabled' },
]

describe('cluster mode', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })
  const modify = (change: Change) => bench.client.send(new ModifyReplicationGroupCommand({ ...NOW, ...change }))
  const made = (input: Partial<CreateReplicationGroupCommandInput> = {}) => bench.createGroup(input)
  const step = async (change: Change) => {
    await modify(change)
    bench.settle()
  }
  const parameterGroupOf = async () => (await bench.cluster('pair-001')).CacheParameterGroup?.CacheParameterGroupName

  for (const companion of COMPANIONS) {
    it(`does not change together with ${Object.keys(companion).join(' and ')}`, async () => {
      await made()
      const message = 'ClusterMode can be modified only together with CacheParameterGroupName.'
      await refused(modify({ ClusterMode: 'compatible', ...companion }), COMBINATION, message)
      assert.equal((await bench.group()).ClusterMode, 'disabled')
    })
  }

  const UNREADY: readonly (readonly [string, Partial<CreateReplicationGroupCommandInput>, string])[] = [
    ['before Redis 7', { EngineVersion: '6.2' }, 'ClusterMode can be modified only for engine version 7.0 or later.'],
    [
      'without automatic failover',
      { AutomaticFailoverEnabled: false },
      'ClusterMode compatible requires automatic failover.',
    ],
    [
      'without a replica, which failover needs too',
      { AutomaticFailoverEnabled: false, NumCacheClusters: 1 },
      'ClusterMode compatible requires automatic failover.',
    ],
  ]
  for (const [what, input, message] of UNREADY) {
    it(`does not become compatible ${what}`, async () => {
      await made(input)
      await refused(modify({ ClusterMode: 'compatible' }), COMBINATION, message)
    })
  }

  for (const [Engine, EngineVersion] of [
    ['redis', '7.0'],
    ['valkey', '7.2'],
  ] as const) {
    it(`becomes compatible from ${Engine} ${EngineVersion} on`, async () => {
      await made({ Engine, EngineVersion })
      await step({ ClusterMode: 'compatible' })
      assert.equal((await bench.group()).ClusterMode, 'compatible')
    })
  }

  it('goes by compatible only, forwards and back, and never back from enabled', async () => {
    await made()
    const from = (mode: string, to: string) => `ClusterMode cannot be modified from ${mode} to ${to}.`
    await refused(modify({ ClusterMode: 'enabled' }), COMBINATION, from('disabled', 'enabled'))
    await step({ ClusterMode: 'compatible' })
    await step({ ClusterMode: 'disabled' })
    assert.equal((await bench.group()).ClusterMode, 'disabled')
    await step({ ClusterMode: 'compatible' })
    await step({ ClusterMode: 'enabled' })
    await refused(modify({ ClusterMode: 'compatible' }), COMBINATION, from('enabled', 'compatible'))
    await refused(modify({ ClusterMode: 'disabled' }), COMBINATION, from('enabled', 'disabled'))
    await refused(
      modify({ ClusterMode: 'perhaps' as 'enabled' }),
      'InvalidParameterValue',
      /^Invalid ClusterMode: perhaps\./,
    )
  })

  it('takes the default parameter group along, and gives it back', async () => {
    await made()
    await step({ ClusterMode: 'compatible' })
    assert.equal(await parameterGroupOf(), 'default.redis7.cluster.on')
    await step({ ClusterMode: 'disabled' })
    assert.equal(await parameterGroupOf(), 'default.redis7')
  })

  it('shows a configuration endpoint from compatible on, and only that once it is enabled', async () => {
    await made()
    const endpoints = async () => {
      const { ConfigurationEndpoint, NodeGroups } = await bench.group()
      return [ConfigurationEndpoint, NodeGroups?.[0]?.PrimaryEndpoint, NodeGroups?.[0]?.ReaderEndpoint].map(Boolean)
    }
    assert.deepEqual(await endpoints(), [false, true, true])
    await step({ ClusterMode: 'compatible' })
    assert.deepEqual(await endpoints(), [true, true, true])
    await step({ ClusterMode: 'disabled' })
    assert.deepEqual(await endpoints(), [false, true, true])
    await step({ ClusterMode: 'compatible' })
    await step({ ClusterMode: 'enabled' })
    assert.deepEqual(await endpoints(), [true, false, false])
  })

  it('needs a parameter group of its kind where the group has one of its own', async () => {
    const own = async (name: string, clusterEnabled: string) => {
      const group = { CacheParameterGroupName: name }
      await bench.client.send(
        new CreateCacheParameterGroupCommand({ ...group, CacheParameterGroupFamily: 'redis7', Description: name }),
      )
      const ParameterNameValues = [{ ParameterName: 'cluster-enabled', ParameterValue: clusterEnabled }]
      await bench.client.send(new ModifyCacheParameterGroupCommand({ ...group, ParameterNameValues }))
    }
    await own('plain', 'no')
    await own('sharded', 'yes')
    await made({ CacheParameterGroupName: 'plain' })
    const unfit = 'The parameter group plain does not fit ClusterMode compatible.'
    await refused(modify({ ClusterMode: 'compatible' }), COMBINATION, unfit)
    await refused(modify({ ClusterMode: 'compatible', CacheParameterGroupName: 'plain' }), COMBINATION, unfit)
    await step({ ClusterMode: 'compatible', CacheParameterGroupName: 'sharded' })
    assert.equal(await parameterGroupOf(), 'sharded')
  })

  const BUSY: readonly (readonly [string, (bench: Bench) => Promise<unknown>, code: string, message: string])[] = [
    ['scaled', () => modify({ CacheNodeType: 'cache.r6g.large' }), COMBINATION, BETWEEN],
    ['upgraded', () => modify({ Engine: 'valkey', EngineVersion: '8.0' }), COMBINATION, BETWEEN],
    [
      'given replicas',
      ({ client }) => client.send(new IncreaseReplicaCountCommand({ ...NOW, NewReplicaCount: 3 })),
      COMBINATION,
      BETWEEN,
    ],
    [
      'deprived of replicas',
      ({ client }) => client.send(new DecreaseReplicaCountCommand({ ...NOW, NewReplicaCount: 1 })),
      COMBINATION,
      BETWEEN,
    ],
    [
      'resharded',
      ({ client }) => client.send(new ModifyReplicationGroupShardConfigurationCommand({ ...NOW, NodeGroupCount: 2 })),
      COMBINATION,
      BETWEEN,
    ],
    [
      'joined by a cluster',
      ({ client }) => client.send(new CreateCacheClusterCommand({ CacheClusterId: 'x', ReplicationGroupId: 'pair' })),
      COMBINATION,
      'A cache cluster can be added only to a replication group with cluster mode disabled.',
    ],
    [
      'left by a cluster',
      ({ client }) => client.send(new DeleteCacheClusterCommand({ CacheClusterId: 'pair-003' })),
      'InvalidCacheClusterState',
      'Cache cluster pair-003 is a member of a replication group with cluster mode enabled and cannot be deleted by itself.',
    ],
    [
      'kept from failing over',
      () => modify({ AutomaticFailoverEnabled: false }),
      COMBINATION,
      'Automatic failover cannot be turned off while ClusterMode is compatible.',
    ],
  ]
  for (const [what, call, code, message] of BUSY) {
    it(`while it is compatible lets no group be ${what}`, async () => {
      await made({ NumCacheClusters: 3 })
      await step({ ClusterMode: 'compatible' })
      await refused(call(bench), code, message)
    })
  }
})
