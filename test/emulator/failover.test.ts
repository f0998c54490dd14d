import assert from 'node:assert/strict'
import {
  CreateCacheClusterCommand,
  CreateReplicationGroupCommand,
  DeleteReplicationGroupCommand,
  IncreaseReplicaCountCommand,
  ModifyReplicationGroupCommand,
  TestFailoverCommand,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { type Bench, openBench, refused, SHARDED } from './fixture.ts'

const fail = (ReplicationGroupId: string, NodeGroupId = '0001') =>
  new TestFailoverCommand({ ReplicationGroupId, NodeGroupId })

describe('a failover', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })
  const rolesOf = async (id = 'pair') =>
    Object.fromEntries(
      ((await bench.group(id)).NodeGroups?.[0]?.NodeGroupMembers ?? []).map((member) => [
        member.CacheClusterId,
        member.CurrentRole,
      ]),
    )
  const lose = (key: string) => {
    let lost = new Set([`123456789012/us-east-1/${key}/0001`])
    Object.assign(bench.emulator.engines, { lost: () => lost })
    bench.emulator.world()
    return () => {
      lost = new Set()
    }
  }

  it('that is tested promotes a replica and replaces the old primary, with AWS’s events in order', async () => {
    await bench.createGroup()
    const answer = await bench.client.send(fail('pair'))
    assert.equal(answer.ReplicationGroup?.Status, 'modifying')
    assert.deepEqual(await rolesOf(), { 'pair-001': 'primary', 'pair-002': 'replica' })
    bench.clock.advance(300)
    assert.deepEqual(await rolesOf(), { 'pair-001': 'replica', 'pair-002': 'primary' })
    assert.equal((await bench.group()).Status, 'modifying')
    assert.equal((await bench.cluster('pair-001')).CacheNodes?.[0]?.CacheNodeStatus, 'rebooting')
    bench.clock.advance(300)
    assert.equal((await bench.group()).Status, 'available')
    assert.equal((await bench.cluster('pair-001')).CacheClusterStatus, 'available')
    assert.equal((await bench.cluster('pair-001')).CacheNodes?.[0]?.CacheNodeStatus, 'available')
    const completed = 'Failover from primary node pair-001 to replica node pair-002 completed'
    assert.deepEqual((await bench.events('pair')).slice(-2), [
      'Test Failover API called for node group 0001',
      completed,
    ])
    assert.deepEqual((await bench.events('pair-001')).slice(-3), [
      completed,
      'Recovering cache nodes 0001',
      'Finished recovery for cache nodes 0001',
    ])
  })

  it('cannot be tested without automatic failover, in an unknown group or shard, or while the group is modified', async () => {
    await bench.createGroup({ AutomaticFailoverEnabled: false })
    await refused(
      bench.client.send(fail('pair')),
      'TestFailoverNotAvailableFault',
      'Test failover is not available: automatic failover is not enabled for the replication group.',
    )
    await refused(
      bench.client.send(fail('nobody')),
      'ReplicationGroupNotFoundFault',
      'ReplicationGroup nobody not found.',
    )
    await refused(bench.client.send(fail('pair', '0002')), 'NodeGroupNotFoundFault', 'NodeGroup 0002 not found.')
    const on = { ReplicationGroupId: 'pair', AutomaticFailoverEnabled: true, ApplyImmediately: true }
    await bench.client.send(new ModifyReplicationGroupCommand(on))
    await refused(
      bench.client.send(fail('pair')),
      'InvalidReplicationGroupState',
      'Replication group must be in available state to modify.',
    )
  })

  it('runs in one shard of a group at a time, and needs a replica there', async () => {
    await bench.createGroup({ ...SHARDED, NumCacheClusters: undefined })
    await bench.client.send(fail('sharded', '0001'))
    await refused(
      bench.client.send(fail('sharded', '0002')),
      'InvalidReplicationGroupState',
      'Replication group must be in available state to modify.',
    )
    bench.settle()
    await bench.client.send(fail('sharded', '0002'))
    await bench.createGroup({
      ...SHARDED,
      NumCacheClusters: undefined,
      ReplicationGroupId: 'bare',
      ReplicasPerNodeGroup: 0,
    })
    await refused(
      bench.client.send(fail('bare')),
      'TestFailoverNotAvailableFault',
      /node group 0001 has no read replica/,
    )
  })

  it('is tested fifteen times in any 24 hours', async () => {
    await bench.createGroup()
    for (let count = 0; count < 15; count += 1) {
      await bench.client.send(fail('pair'))
      bench.settle()
    }
    await refused(bench.client.send(fail('pair')), 'APICallRateForCustomerExceeded', /15 node groups in 24 hours/)
    bench.clock.advance(24 * 3_600_000)
    await bench.client.send(fail('pair'))
  })

  it('follows the loss of a primary by itself', async () => {
    await bench.createGroup()
    const heal = lose('pair-001')
    assert.equal((await bench.group()).Status, 'modifying')
    bench.clock.advance(300)
    assert.deepEqual(await rolesOf(), { 'pair-001': 'replica', 'pair-002': 'primary' })
    heal()
    bench.clock.advance(300)
    assert.equal((await bench.group()).Status, 'available')
    assert.ok(
      (await bench.events('pair')).includes('Failover from primary node pair-001 to replica node pair-002 completed'),
    )
  })

  it('does not happen without automatic failover: the lost primary is recovered in its place', async () => {
    await bench.createGroup({ AutomaticFailoverEnabled: false })
    const heal = lose('pair-001')
    assert.equal((await bench.cluster('pair-001')).CacheClusterStatus, 'modifying')
    heal()
    bench.clock.advance(600)
    assert.equal((await bench.cluster('pair-001')).CacheClusterStatus, 'available')
    assert.deepEqual(await rolesOf(), { 'pair-001': 'primary', 'pair-002': 'replica' })
    assert.deepEqual((await bench.events('pair-001')).slice(-2), [
      'Recovering cache nodes 0001',
      'Finished recovery for cache nodes 0001',
    ])
  })

  it('is not needed for a lost replica, which is recovered once', async () => {
    await bench.createGroup()
    const heal = lose('pair-002')
    bench.emulator.world()
    heal()
    bench.settle()
    assert.deepEqual(await rolesOf(), { 'pair-001': 'primary', 'pair-002': 'replica' })
    const events = await bench.events('pair-002')
    assert.equal(events.filter((message) => message === 'Recovering cache nodes 0001').length, 1)
    assert.equal(events.at(-1), 'Finished recovery for cache nodes 0001')
  })
})

describe('membership', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })
  const single = { CacheClusterId: 'single', Engine: 'redis', CacheNodeType: 'cache.t4g.small', NumCacheNodes: 1 }
  const around = { ReplicationGroupId: 'around', ReplicationGroupDescription: 'around', PrimaryClusterId: 'single' }

  it('an existing cluster becomes the primary of a new group, which can then get replicas', async () => {
    await bench.client.send(new CreateCacheClusterCommand(single))
    await refused(
      bench.client.send(new CreateReplicationGroupCommand(around)),
      'InvalidCacheClusterState',
      'Cache cluster single is not in available state; it is creating.',
    )
    bench.settle()
    await refused(
      bench.client.send(new CreateReplicationGroupCommand({ ...around, AutomaticFailoverEnabled: true })),
      'InvalidParameterCombination',
      'When using automatic failover, there must be at least 2 cache clusters in the replication group.',
    )
    await bench.client.send(new CreateReplicationGroupCommand(around))
    bench.settle()
    assert.deepEqual((await bench.group('around')).MemberClusters, ['single'])
    assert.equal((await bench.cluster('single')).ReplicationGroupId, 'around')
    const grow = { ReplicationGroupId: 'around', NewReplicaCount: 1, ApplyImmediately: true }
    await bench.client.send(new IncreaseReplicaCountCommand(grow))
    bench.settle()
    assert.equal((await bench.group('around')).MemberClusters?.length, 2)
  })

  it('a deleted group can leave its primary behind as a cluster of its own', async () => {
    await bench.createGroup()
    const gone = { ReplicationGroupId: 'pair', RetainPrimaryCluster: true }
    await bench.client.send(new DeleteReplicationGroupCommand(gone))
    bench.settle()
    const kept = await bench.cluster('pair-001')
    assert.equal(kept.CacheClusterStatus, 'available')
    assert.equal(kept.ReplicationGroupId, undefined)
    await assert.rejects(bench.cluster('pair-002'), /not found/)
    await assert.rejects(bench.group(), /not found/)
    await bench.createGroup({ ...SHARDED, NumCacheClusters: undefined })
    await refused(
      bench.client.send(new DeleteReplicationGroupCommand({ ...gone, ReplicationGroupId: 'sharded' })),
      'InvalidParameterCombination',
      'The primary cluster can be retained only when cluster mode is disabled.',
    )
  })
})

describe('durability', () => {
  const durable = {
    Engine: 'valkey',
    EngineVersion: '9.0',
    TransitEncryptionEnabled: true,
    Durability: 'sync',
  } as const

  it('can be changed in every direction on a living group', async () => {
    const bench = await openBench()
    await bench.createGroup(durable)
    assert.equal((await bench.group()).EffectiveDurability, 'sync')
    for (const Durability of ['async', 'disabled', 'sync'] as const) {
      const change = { ReplicationGroupId: 'pair', Durability, ApplyImmediately: true }
      await bench.client.send(new ModifyReplicationGroupCommand(change))
      assert.equal((await bench.group()).Status, 'modifying')
      bench.settle()
      assert.equal((await bench.group()).Durability, Durability)
    }
  })

  it('needs Valkey 9.0 with encryption in transit', async () => {
    const bench = await openBench()
    await bench.createGroup()
    await refused(
      bench.client.send(new ModifyReplicationGroupCommand({ ReplicationGroupId: 'pair', Durability: 'sync' })),
      'InvalidParameterCombination',
      'Durability requires Valkey 9.0 or later with encryption-in-transit enabled.',
    )
  })
})
