import assert from 'node:assert/strict'
import {
  DescribeCacheClustersCommand,
  ModifyReplicationGroupCommand,
  type ModifyReplicationGroupCommandInput,
} from '@aws-sdk/client-elasticache'
import { describe, it } from 'mocha'
import { type Bench, openBench, refused } from './fixture.ts'

type Call = Omit<ModifyReplicationGroupCommandInput, 'ReplicationGroupId'>
const modify = (bench: Bench, call: Call) =>
  bench.client.send(new ModifyReplicationGroupCommand({ ReplicationGroupId: 'pair', ...call }))

interface Row {
  readonly name: string
  readonly call: Call
  /** What the group shows as pending. */
  readonly group: object
  /** What each member shows as pending. */
  readonly member: object
}

const ROWS: readonly Row[] = [
  {
    name: 'a node type waits on the members only',
    call: { CacheNodeType: 'cache.r6g.large' },
    group: {},
    member: { CacheNodeType: 'cache.r6g.large' },
  },
  {
    name: 'an engine version waits on the members only',
    call: { Engine: 'valkey', EngineVersion: '8.0' },
    group: {},
    member: { EngineVersion: '8.0.1' },
  },
  {
    name: 'automatic failover waits on the group only',
    call: { AutomaticFailoverEnabled: false },
    group: { AutomaticFailoverStatus: 'disabled' },
    member: {},
  },
  {
    name: 'transit encryption waits on both',
    call: { TransitEncryptionEnabled: true, TransitEncryptionMode: 'preferred' },
    group: { TransitEncryptionEnabled: true, TransitEncryptionMode: 'preferred' },
    member: { TransitEncryptionEnabled: true, TransitEncryptionMode: 'preferred' },
  },
  {
    name: 'cluster mode waits on the group only',
    call: { ClusterMode: 'compatible' },
    group: { ClusterMode: 'compatible' },
    member: {},
  },
]

describe('a modification without ApplyImmediately', () => {
  for (const row of ROWS) {
    it(row.name, async () => {
      const bench = await openBench()
      await bench.createGroup()
      await modify(bench, row.call)
      const group = await bench.group()
      assert.equal(group.Status, 'available')
      assert.deepEqual(group.PendingModifiedValues, row.group)
      const { CacheClusters: members = [] } = await bench.client.send(new DescribeCacheClustersCommand({}))
      assert.deepEqual(
        members.map((member) => member.PendingModifiedValues),
        [row.member, row.member],
      )
    })
  }

  it('is carried out in the maintenance window', async () => {
    const bench = await openBench()
    await bench.createGroup({ PreferredMaintenanceWindow: 'tue:05:00-tue:06:00', SnapshotWindow: '08:00-09:00' })
    await modify(bench, { CacheNodeType: 'cache.r6g.large' })
    bench.clock.advance(16 * 3_600_000)
    assert.equal((await bench.group()).CacheNodeType, 'cache.t4g.small')
    bench.clock.advance(3_600_000)
    bench.settle()
    assert.equal((await bench.group()).CacheNodeType, 'cache.r6g.large')
  })

  it('is flushed by a later call that is in a hurry', async () => {
    const bench = await openBench()
    await bench.createGroup()
    await modify(bench, { CacheNodeType: 'cache.r6g.large' })
    await modify(bench, { ReplicationGroupDescription: 'now', ApplyImmediately: true })
    assert.equal((await bench.group()).Status, 'modifying')
    bench.settle()
    const group = await bench.group()
    assert.equal(group.CacheNodeType, 'cache.r6g.large')
    assert.equal(group.Description, 'now')
    assert.deepEqual((await bench.cluster('pair-002')).PendingModifiedValues, {})
  })

  it('stays waiting when a plain field changes at once', async () => {
    const bench = await openBench()
    await bench.createGroup()
    await modify(bench, { CacheNodeType: 'cache.r6g.large' })
    await modify(bench, { SnapshotRetentionLimit: 3, SnapshottingClusterId: 'pair-001' })
    bench.settle()
    const group = await bench.group()
    assert.equal(group.SnapshotRetentionLimit, 3)
    assert.equal((await bench.cluster('pair-001')).PendingModifiedValues?.CacheNodeType, 'cache.r6g.large')
  })
})

const NOW = { ApplyImmediately: true }

interface Move {
  readonly name: string
  readonly before: readonly Call[]
  readonly call: Call
  readonly code: string
  readonly message: RegExp | string
}

const COMBINATION = 'InvalidParameterCombination'

const REFUSED: readonly Move[] = [
  { name: 'nothing', before: [], call: NOW, code: COMBINATION, message: 'No modifications were requested' },
  {
    name: 'what is so already',
    before: [],
    call: { ...NOW, AutomaticFailoverEnabled: true },
    code: COMBINATION,
    message: 'No modifications were requested',
  },
  {
    name: 'a downgrade',
    before: [],
    call: { ...NOW, EngineVersion: '6.2' },
    code: COMBINATION,
    message: /downgraded/,
  },
  {
    name: 'the way back from Valkey',
    before: [{ ...NOW, Engine: 'valkey', EngineVersion: '8.0' }],
    call: { ...NOW, Engine: 'redis', EngineVersion: '7.1' },
    code: COMBINATION,
    message: /from valkey to redis/,
  },
  {
    name: 'another engine without its version',
    before: [],
    call: { ...NOW, Engine: 'valkey' },
    code: COMBINATION,
    message: /EngineVersion must be given/,
  },
  {
    name: 'node type and engine version together',
    before: [{ CacheNodeType: 'cache.r6g.large' }],
    call: { Engine: 'valkey', EngineVersion: '8.0' },
    code: COMBINATION,
    message: /at the same time/,
  },
  {
    name: 'transit encryption required at once',
    before: [],
    call: { ...NOW, TransitEncryptionEnabled: true, TransitEncryptionMode: 'required' },
    code: COMBINATION,
    message: /to preferred/,
  },
  {
    name: 'a transit mode by itself',
    before: [],
    call: { ...NOW, TransitEncryptionMode: 'preferred' },
    code: COMBINATION,
    message: 'To modify transit encryption mode, set encryption-in-transit as enabled.',
  },
  {
    name: 'cluster mode enabled at once',
    before: [],
    call: { ...NOW, ClusterMode: 'enabled' },
    code: COMBINATION,
    message: /from disabled to enabled/,
  },
  {
    name: 'cluster mode with anything else',
    before: [],
    call: { ...NOW, ClusterMode: 'compatible', CacheNodeType: 'cache.r6g.large' },
    code: COMBINATION,
    message: /only together with CacheParameterGroupName/,
  },
  {
    name: 'scaling between the cluster modes',
    before: [{ ...NOW, ClusterMode: 'compatible' }],
    call: { ...NOW, CacheNodeType: 'cache.r6g.large' },
    code: COMBINATION,
    message: /while ClusterMode is compatible/,
  },
  {
    name: 'cluster mode back from enabled',
    before: [
      { ...NOW, ClusterMode: 'compatible' },
      { ...NOW, ClusterMode: 'enabled' },
    ],
    call: { ...NOW, ClusterMode: 'disabled' },
    code: COMBINATION,
    message: /from enabled to disabled/,
  },
  {
    name: 'promotion while failover is automatic',
    before: [],
    call: { ...NOW, PrimaryClusterId: 'pair-002' },
    code: COMBINATION,
    message: /must be disabled to promote/,
  },
  {
    name: 'a node type that the emulator does not know',
    before: [],
    call: { ...NOW, CacheNodeType: 'cache.x1.huge' },
    code: 'InvalidParameterValue',
    message: /emulator does not know the node type cache\.x1\.huge/,
  },
  {
    name: 'a parameter group of another family',
    before: [],
    call: { ...NOW, CacheParameterGroupName: 'default.redis5.0' },
    code: COMBINATION,
    message: 'Expected a parameter group of family redis7 but found one of family redis5.0',
  },
]

describe('ModifyReplicationGroup', () => {
  for (const row of REFUSED) {
    it(`refuses ${row.name}: ${row.code}`, async () => {
      const bench = await openBench()
      await bench.createGroup()
      for (const call of row.before) {
        await modify(bench, call)
        bench.settle()
      }
      await refused(modify(bench, row.call), row.code, row.message)
    })
  }

  it('goes from Redis to Valkey in place, with the default parameter group of the new family', async () => {
    const bench = await openBench()
    await bench.createGroup()
    await modify(bench, { ...NOW, Engine: 'valkey', EngineVersion: '8.0' })
    bench.settle()
    assert.equal((await bench.group()).Engine, 'valkey')
    const member = await bench.cluster('pair-001')
    assert.equal(member.EngineVersion, '8.0.1')
    assert.equal(member.CacheParameterGroup?.CacheParameterGroupName, 'default.valkey8')
  })

  it('takes cluster mode step by step, and the endpoints follow', async () => {
    const bench = await openBench()
    await bench.createGroup()
    await modify(bench, { ...NOW, ClusterMode: 'compatible' })
    bench.settle()
    const between = await bench.group()
    assert.ok(between.ConfigurationEndpoint && between.NodeGroups?.[0]?.PrimaryEndpoint)
    await modify(bench, { ...NOW, ClusterMode: 'enabled' })
    bench.settle()
    const enabled = await bench.group()
    assert.ok(enabled.ConfigurationEndpoint && enabled.ClusterEnabled)
    assert.equal(enabled.NodeGroups?.[0]?.PrimaryEndpoint, undefined)
    assert.equal(enabled.NodeGroups?.[0]?.Slots, '0-16383')
    const member = await bench.cluster('pair-001')
    assert.equal(member.CacheParameterGroup?.CacheParameterGroupName, 'default.redis7.cluster.on')
  })

  it('takes transit encryption step by step, there and back', async () => {
    const bench = await openBench()
    await bench.createGroup()
    const modes: unknown[] = []
    for (const call of [
      { TransitEncryptionEnabled: true, TransitEncryptionMode: 'preferred' as const },
      { TransitEncryptionEnabled: true, TransitEncryptionMode: 'required' as const },
      { TransitEncryptionEnabled: true, TransitEncryptionMode: 'preferred' as const },
      { TransitEncryptionEnabled: false },
    ]) {
      await modify(bench, { ...NOW, ...call })
      bench.settle()
      modes.push((await bench.group()).TransitEncryptionMode)
    }
    assert.deepEqual(modes, ['preferred', 'required', 'preferred', undefined])
  })

  it('promotes a replica by hand', async () => {
    const bench = await openBench()
    await bench.createGroup({ AutomaticFailoverEnabled: false })
    await modify(bench, { ...NOW, PrimaryClusterId: 'pair-002' })
    bench.settle()
    const members = (await bench.group()).NodeGroups?.[0]?.NodeGroupMembers
    assert.deepEqual(
      members?.map((member) => [member.CacheClusterId, member.CurrentRole]),
      [
        ['pair-001', 'replica'],
        ['pair-002', 'primary'],
      ],
    )
  })
})
