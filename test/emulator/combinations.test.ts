import assert from 'node:assert/strict'
import {
  CreateCacheClusterCommand,
  CreateCacheParameterGroupCommand,
  CreateReplicationGroupCommand,
  type CreateReplicationGroupCommandInput,
  ModifyCacheClusterCommand,
  type ModifyCacheClusterCommandInput,
  ModifyCacheParameterGroupCommand,
  ModifyReplicationGroupCommand,
  type ModifyReplicationGroupCommandInput,
  RebootCacheClusterCommand,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { type Bench, openBench, refused, SHARDED } from './fixture.ts'
import { serverlessCalls } from './serverless-fixture.ts'
import { SINGLE } from './snapshots-fixture.ts'

const COMBINATION = 'InvalidParameterCombination'
const NOTHING = 'No modifications were requested'
const BOTH = 'The node type and the engine version cannot be modified at the same time.'

type GroupChange = Partial<ModifyReplicationGroupCommandInput>
type ClusterChange = Partial<ModifyCacheClusterCommandInput>

const modifyGroup = (bench: Bench, change: GroupChange) =>
  bench.client.send(new ModifyReplicationGroupCommand({ ReplicationGroupId: 'pair', ...change }))
const modifyCluster = (bench: Bench, change: ClusterChange) =>
  bench.client.send(new ModifyCacheClusterCommand({ CacheClusterId: 'single', ...change }))

describe('scaling and upgrading', () => {
  const scale = { CacheNodeType: 'cache.r6g.large' }
  const upgrade = { EngineVersion: '7.1' }

  for (const ApplyImmediately of [false, true]) {
    const when = ApplyImmediately ? 'at once' : 'in the window'
    it(`block each other in one call ${when}, of groups and of clusters`, async () => {
      const bench = await openBench()
      await bench.createGroup({ EngineVersion: '6.2' })
      await bench.client.send(new CreateCacheClusterCommand({ ...SINGLE, EngineVersion: '6.2' }))
      await bench.createMemcached({ EngineVersion: '1.6.6' })
      await refused(modifyGroup(bench, { ...scale, ...upgrade, ApplyImmediately }), COMBINATION, BOTH)
      await refused(modifyCluster(bench, { ...scale, ...upgrade, ApplyImmediately }), COMBINATION, BOTH)
      const memcached = { CacheClusterId: 'mem', EngineVersion: '1.6.22', ApplyImmediately }
      await refused(modifyCluster(bench, { ...scale, ...memcached }), COMBINATION, BOTH)
    })

    for (const [first, then, name] of [
      [scale, upgrade, 'an upgrade while a node type waits'],
      [upgrade, scale, 'a node type while an upgrade waits'],
    ] as const) {
      it(`refuse ${name}, wanted ${when}`, async () => {
        const bench = await openBench()
        await bench.createGroup({ EngineVersion: '6.2' })
        await bench.client.send(new CreateCacheClusterCommand({ ...SINGLE, EngineVersion: '6.2' }))
        bench.settle()
        await modifyGroup(bench, first)
        await modifyCluster(bench, first)
        await refused(modifyGroup(bench, { ...then, ApplyImmediately }), COMBINATION, BOTH)
        await refused(modifyCluster(bench, { ...then, ApplyImmediately }), COMBINATION, BOTH)
      })
    }
  }

  it('to Valkey is one call with the version, for groups only, and takes a parameter group along', async () => {
    const bench = await openBench()
    await bench.createGroup()
    await bench.client.send(new CreateCacheClusterCommand(SINGLE))
    bench.settle()
    const valkey = { Engine: 'valkey', EngineVersion: '8.0', ApplyImmediately: true }
    const alone = 'The engine can be changed only for replication groups; put the cluster into one first.'
    await refused(modifyCluster(bench, valkey), COMBINATION, alone)
    const wrong = { ...valkey, CacheParameterGroupName: 'default.redis7' }
    const family = 'Expected a parameter group of family valkey8 but found one of family redis7'
    await refused(modifyGroup(bench, wrong), COMBINATION, family)
    await modifyGroup(bench, { ...valkey, CacheParameterGroupName: 'default.valkey8' })
    bench.settle()
    assert.equal((await bench.group()).Engine, 'valkey')
  })
})

describe('what is so already', () => {
  const AS_IT_IS: readonly GroupChange[] = [
    { ReplicationGroupDescription: 'a pair' },
    { CacheNodeType: 'cache.t4g.small' },
    { EngineVersion: '7.1' },
    { Engine: 'redis' },
    { CacheParameterGroupName: 'default.redis7' },
    { MultiAZEnabled: false },
    { AutoMinorVersionUpgrade: true },
    { SnapshotRetentionLimit: 0 },
    { TransitEncryptionEnabled: false },
    { ClusterMode: 'disabled' },
    { PrimaryClusterId: 'pair-001' },
    { IpDiscovery: 'ipv4' },
  ]
  for (const change of AS_IT_IS) {
    it(`in ${Object.keys(change)[0]} is no modification`, async () => {
      const bench = await openBench()
      await bench.createGroup()
      await refused(modifyGroup(bench, { ...change, ApplyImmediately: true }), COMBINATION, NOTHING)
    })
  }
})

describe('parameters that decide what a cluster is', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })
  const group = async (name: string, family: string, values: Readonly<Record<string, string>>) => {
    const CacheParameterGroupName = name
    await bench.client.send(
      new CreateCacheParameterGroupCommand({
        CacheParameterGroupName,
        CacheParameterGroupFamily: family,
        Description: name,
      }),
    )
    const ParameterNameValues = Object.entries(values).map(([ParameterName, ParameterValue]) => ({
      ParameterName,
      ParameterValue,
    }))
    await bench.client.send(new ModifyCacheParameterGroupCommand({ CacheParameterGroupName, ParameterNameValues }))
  }
  const differs = (name: string, from: string, to: string) =>
    `The parameter ${name} must have the same value in the parameter groups ${from} and ${to}.`

  it('stay in cluster mode: neither its parameter group changes them, nor another group, nor a reboot', async () => {
    await group('mine', 'redis6.x', { 'cluster-enabled': 'yes' })
    await group('many', 'redis6.x', { 'cluster-enabled': 'yes', databases: '32' })
    await group('lazy', 'redis6.x', { 'cluster-enabled': 'yes', activerehashing: 'no' })
    const sharded: CreateReplicationGroupCommandInput = { ...SHARDED, ReplicationGroupId: 'pair', EngineVersion: '6.2' }
    await bench.createGroup({ ...sharded, NumCacheClusters: undefined, CacheParameterGroupName: 'mine' })
    for (const [ParameterName, ParameterValue] of [
      ['databases', '32'],
      ['activerehashing', 'no'],
    ] as const) {
      const ParameterNameValues = [{ ParameterName, ParameterValue }]
      const change = new ModifyCacheParameterGroupCommand({ CacheParameterGroupName: 'mine', ParameterNameValues })
      const message = `The parameter ${ParameterName} cannot be modified while the parameter group mine is in use.`
      await refused(bench.client.send(change), 'InvalidParameterValue', message)
    }
    const named = (CacheParameterGroupName: string) => modifyGroup(bench, { CacheParameterGroupName })
    await refused(named('many'), COMBINATION, differs('databases', 'mine', 'many'))
    await refused(named('lazy'), COMBINATION, differs('activerehashing', 'mine', 'lazy'))
    const reboot = { CacheClusterId: 'pair-0001-001', CacheNodeIdsToReboot: ['0001'] }
    const unsupported = 'Rebooting is not supported on cluster mode enabled clusters.'
    await refused(bench.client.send(new RebootCacheClusterCommand(reboot)), 'InvalidCacheClusterState', unsupported)
  })

  it('must agree when a cluster without shards gets another group, and all others may differ', async () => {
    await group('many', 'redis7', { databases: '32' })
    await group('same', 'redis7', { databases: '16', timeout: '60' })
    await bench.createGroup()
    await bench.client.send(new CreateCacheClusterCommand(SINGLE))
    bench.settle()
    const many = { CacheParameterGroupName: 'many', ApplyImmediately: true }
    const message = differs('databases', 'default.redis7', 'many')
    await refused(modifyGroup(bench, many), COMBINATION, message)
    await refused(modifyCluster(bench, many), COMBINATION, message)
    const same = { CacheParameterGroupName: 'same', ApplyImmediately: true }
    await modifyGroup(bench, same)
    await modifyCluster(bench, same)
    bench.settle()
    assert.equal((await bench.cluster('single')).CacheParameterGroup?.CacheParameterGroupName, 'same')
    assert.equal((await bench.cluster('pair-002')).CacheParameterGroup?.CacheParameterGroupName, 'same')
  })
})

describe('a serverless cache', () => {
  it('keeps its security groups: they can be exchanged and never unset', async () => {
    const bench = await openBench()
    const calls = serverlessCalls(bench.client)
    await calls.create({ SecurityGroupIds: ['sg-12345678'] })
    bench.settle()
    await refused(calls.modify({ SecurityGroupIds: [] }), COMBINATION, NOTHING)
    assert.deepEqual((await calls.cache())?.SecurityGroupIds, ['sg-12345678'])
  })
})

describe('a member that is to join a global datastore', () => {
  const OWN: readonly Partial<CreateReplicationGroupCommandInput>[] = [
    { NumNodeGroups: 2 },
    { CacheParameterGroupName: 'default.redis7' },
    { CacheNodeType: 'cache.r6g.large' },
    { Engine: 'redis' },
    { EngineVersion: '7.1' },
    { AutomaticFailoverEnabled: true },
    { TransitEncryptionEnabled: true },
    { AtRestEncryptionEnabled: true },
  ]
  for (const own of OWN) {
    const [member] = Object.keys(own)
    it(`may not say ${member} itself`, async () => {
      const bench = await openBench()
      const input = { ReplicationGroupId: 'second', ReplicationGroupDescription: 'b', GlobalReplicationGroupId: 'all' }
      const message = `${member} cannot be specified for a member of a global replication group.`
      await refused(bench.client.send(new CreateReplicationGroupCommand({ ...input, ...own })), COMBINATION, message)
    })
  }
})
