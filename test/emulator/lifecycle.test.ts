import assert from 'node:assert/strict'
import {
  CreateReplicationGroupCommand,
  DecreaseReplicaCountCommand,
  DeleteCacheClusterCommand,
  DeleteReplicationGroupCommand,
  DescribeCacheClustersCommand,
  IncreaseReplicaCountCommand,
  ModifyReplicationGroupCommand,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { type Bench, MEMCACHED, openBench, PAIR, refused, SHARDED, tagPair } from './fixture.ts'

describe('a replication group lives', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })

  it('creating, then available with endpoints, its members a moment later', async () => {
    await bench.client.send(new CreateReplicationGroupCommand({ ...PAIR, ReplicationGroupId: 'PAIR' }))
    const creating = await bench.group()
    assert.equal(creating.Status, 'creating')
    assert.equal(creating.NodeGroups?.[0]?.PrimaryEndpoint, undefined)
    bench.clock.advance(1000)
    const available = await bench.group()
    assert.equal(available.Status, 'available')
    assert.equal(available.NodeGroups?.[0]?.PrimaryEndpoint?.Port, 6379)
    assert.equal((await bench.cluster('pair-001')).CacheClusterStatus, 'creating')
    bench.clock.advance(250)
    assert.equal((await bench.cluster('pair-001')).CacheClusterStatus, 'available')
    assert.deepEqual(available.MemberClusters, ['pair-001', 'pair-002'])
    assert.deepEqual(await bench.events('pair'), ['Replication group pair created'])
  })

  it('with an even split of slots and no node endpoints in cluster mode', async () => {
    await bench.createGroup({ ...SHARDED, NumCacheClusters: undefined, NumNodeGroups: 3 })
    const group = await bench.group('sharded')
    assert.deepEqual(
      group.NodeGroups?.map((shard) => [shard.NodeGroupId, shard.Slots]),
      [
        ['0001', '0-5460'],
        ['0002', '5461-10922'],
        ['0003', '10923-16383'],
      ],
    )
    assert.equal(group.ConfigurationEndpoint?.Port, 6379)
    assert.equal(group.NodeGroups?.[0]?.PrimaryEndpoint, undefined)
    assert.equal(group.NodeGroups?.[0]?.NodeGroupMembers?.[0]?.CurrentRole, undefined)
    assert.equal(group.MemberClusters?.[0], 'sharded-0001-001')
  })

  it('reading available for a moment after delete, then deleting, then gone, its members last', async () => {
    await bench.createGroup()
    const reply = await bench.client.send(new DeleteReplicationGroupCommand({ ReplicationGroupId: 'pair' }))
    assert.equal(reply.ReplicationGroup?.Status, 'deleting')
    assert.equal((await bench.group()).Status, 'available')
    await refused(
      bench.client.send(new ModifyReplicationGroupCommand({ ReplicationGroupId: 'pair', ApplyImmediately: true })),
      'InvalidReplicationGroupState',
      'Replication group must be in available state to modify.',
    )
    bench.clock.advance(200)
    assert.equal((await bench.group()).Status, 'deleting')
    bench.clock.advance(600)
    await refused(bench.group(), 'ReplicationGroupNotFoundFault', 'ReplicationGroup pair not found.')
    assert.equal((await bench.cluster('pair-001')).CacheClusterStatus, 'deleting')
    bench.clock.advance(250)
    await refused(bench.cluster('pair-001'), 'CacheClusterNotFound', 'CacheCluster not found: pair-001')
  })

  it('available while a new replica is still creating', async () => {
    await bench.createGroup()
    await bench.client.send(
      new IncreaseReplicaCountCommand({ ReplicationGroupId: 'pair', ApplyImmediately: true, NewReplicaCount: 2 }),
    )
    assert.equal((await bench.group()).Status, 'modifying')
    bench.clock.advance(800)
    assert.equal((await bench.group()).Status, 'available')
    assert.equal((await bench.cluster('pair-003')).CacheClusterStatus, 'creating')
    await refused(
      bench.client.send(
        new ModifyReplicationGroupCommand({ ReplicationGroupId: 'pair', ReplicationGroupDescription: 'x' }),
      ),
      'InvalidCacheClusterState',
      /pair-003/,
    )
    bench.settle()
    assert.equal((await bench.cluster('pair-003')).CacheClusterStatus, 'available')
  })

  it('naming a removed replica among its members until it is gone', async () => {
    await bench.createGroup({ NumCacheClusters: 3 })
    await bench.client.send(
      new DecreaseReplicaCountCommand({ ReplicationGroupId: 'pair', ApplyImmediately: true, NewReplicaCount: 1 }),
    )
    bench.clock.advance(800)
    const lagging = await bench.group()
    assert.equal(lagging.Status, 'available')
    assert.deepEqual(lagging.MemberClusters, ['pair-001', 'pair-002', 'pair-003'])
    assert.equal(lagging.NodeGroups?.[0]?.NodeGroupMembers?.length, 2)
    bench.clock.advance(250)
    assert.deepEqual((await bench.group()).MemberClusters, ['pair-001', 'pair-002'])
  })

  it('modifying after its tags changed', async () => {
    await bench.createGroup()
    await bench.client.send(tagPair())
    assert.equal((await bench.group()).Status, 'modifying')
    bench.settle()
    assert.equal((await bench.group()).Status, 'available')
  })

  it('creating for as long as its server processes do not answer', async () => {
    const answering = new Set<string>()
    bench.emulator.engines.ready = () => answering
    await bench.createGroup()
    assert.equal((await bench.group()).Status, 'creating')
    for (const name of ['pair-001/0001', 'pair-002/0001', 'pair/primary', 'pair/reader']) {
      answering.add(`123456789012/us-east-1/${name}`)
    }
    assert.equal((await bench.group()).Status, 'available')
  })

  it('create-failed when its server processes cannot be had', async () => {
    const failing = await openBench()
    failing.emulator.engines.failed = () =>
      new Map([['123456789012/us-east-1/pair-002/0001', 'no capacity in us-east-1b']])
    const { createGroup, group, events, client } = failing
    await createGroup()
    assert.equal((await group()).Status, 'create-failed')
    assert.deepEqual(await events('pair'), ['Replication group pair could not be created: no capacity in us-east-1b'])
    await refused(
      client.send(new CreateReplicationGroupCommand(PAIR)),
      'ReplicationGroupAlreadyExists',
      'Replication group with specified name already exists.',
    )
    await client.send(new DeleteReplicationGroupCommand({ ReplicationGroupId: 'pair' }))
    failing.settle()
    await refused(group(), 'ReplicationGroupNotFoundFault', /./)
  })

  it('rolling back a change that cannot be had, with nothing but an event to tell', async () => {
    await bench.createGroup()
    bench.emulator.engines.failed = () => new Map([['123456789012/us-east-1/pair-001/0001', 'no memory']])
    await bench.client.send(
      new ModifyReplicationGroupCommand({
        ReplicationGroupId: 'pair',
        CacheNodeType: 'cache.r6g.large',
        ApplyImmediately: true,
      }),
    )
    bench.settle()
    const group = await bench.group()
    assert.equal(group.Status, 'available')
    assert.equal(group.CacheNodeType, 'cache.t4g.small')
    assert.equal(
      (await bench.events('pair')).at(-1),
      'Failed applying modification to cache node type to cache.r6g.large.',
    )
  })

  it('in the account of its access key', async () => {
    const keyed = await openBench({ accounts: { AKIDEXAMPLE: '999900001111' } })
    await keyed.createGroup()
    assert.equal((await keyed.group()).ARN, 'arn:aws:elasticache:us-east-1:999900001111:replicationgroup:pair')
  })
})

describe('a memcached cluster lives', () => {
  it('creating without nodes, then available with nodes and a configuration endpoint, then gone', async () => {
    const bench = await openBench()
    await bench.createMemcached({ AZMode: 'cross-az' })
    const cluster = await bench.cluster('mem')
    assert.equal(cluster.CacheClusterStatus, 'available')
    assert.equal(cluster.ConfigurationEndpoint?.Port, 11211)
    assert.equal(cluster.PreferredAvailabilityZone, 'Multiple')
    assert.deepEqual(
      cluster.CacheNodes?.map((node) => node.CacheNodeId),
      ['0001', '0002', '0003'],
    )
    const bare = await bench.client.send(new DescribeCacheClustersCommand({ CacheClusterId: MEMCACHED.CacheClusterId }))
    assert.equal(bare.CacheClusters?.[0]?.CacheNodes, undefined)
    await bench.client.send(new DeleteCacheClusterCommand({ CacheClusterId: 'mem' }))
    assert.equal((await bench.cluster('mem')).CacheClusterStatus, 'available')
    bench.clock.advance(200)
    assert.equal((await bench.cluster('mem')).CacheClusterStatus, 'deleting')
    bench.settle()
    await refused(bench.cluster('mem'), 'CacheClusterNotFound', 'CacheCluster not found: mem')
  })
})
