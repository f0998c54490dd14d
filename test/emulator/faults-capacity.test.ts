import assert from 'node:assert/strict'
import { ModifyCacheClusterCommand, ModifyReplicationGroupCommand } from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { BIGGER, type Changes, changesOf, endOf, type FaultBench, openFaultBench } from './faults-fixture.ts'
import { SHARDED } from './fixture.ts'

describe('a scaling that was accepted and finds no capacity', () => {
  let bench: FaultBench
  let on: Changes
  beforeEach(async () => {
    bench = await openFaultBench()
    on = changesOf(bench)
  })
  const fault = { action: '*', do: 'noCapacity', asynchronous: true } as const

  it('leaves the old node type and an available group, and only an event tells', async () => {
    await bench.createGroup()
    bench.order(fault)
    assert.equal((await on.resize()).ReplicationGroup?.Status, 'modifying')
    bench.settle()
    const group = await bench.group()
    assert.deepEqual([group.Status, group.CacheNodeType], ['available', 'cache.t4g.small'])
    const member = await bench.cluster('pair-001')
    assert.deepEqual([member.CacheClusterStatus, member.CacheNodeType], ['available', 'cache.t4g.small'])
    assert.deepEqual(member.PendingModifiedValues, {})
    assert.equal((await bench.events('pair')).at(-1), `Failed applying modification to cache node type to ${BIGGER}.`)
    assert.deepEqual(bench.faults(), [])
    await on.resize()
    bench.settle()
    assert.equal((await bench.group()).CacheNodeType, BIGGER)
  })

  it('takes back the replicas that were to come', async () => {
    await bench.createGroup()
    bench.order({ ...fault, action: 'IncreaseReplicaCount' })
    await on.grow(3)
    assert.equal(await on.memberStatus('pair-004'), 'creating')
    bench.settle()
    assert.deepEqual(
      [await on.statusOf(), (await bench.group()).MemberClusters],
      ['available', ['pair-001', 'pair-002']],
    )
    assert.equal(await endOf(bench.cluster('pair-003')), 'CacheClusterNotFound')
    assert.equal((await bench.events('pair')).at(-1), 'Failed applying modification to the replication group.')
  })

  it('takes back the shards that were to come, and moves no slot', async () => {
    await bench.createGroup({ ...SHARDED, NumCacheClusters: undefined })
    const before = (await bench.group('sharded')).NodeGroups?.map(({ Slots }) => Slots)
    bench.order({ ...fault, action: 'ModifyReplicationGroupShardConfiguration' })
    await on.reshard(3)
    bench.settle()
    assert.equal(await on.statusOf('sharded'), 'available')
    assert.deepEqual(
      (await bench.group('sharded')).NodeGroups?.map(({ Slots }) => Slots),
      before,
    )
  })

  it('takes back the memcached nodes that were to come', async () => {
    await bench.createMemcached()
    bench.order({ ...fault, action: 'ModifyCacheCluster', id: 'mem' })
    await bench.client.send(
      new ModifyCacheClusterCommand({ CacheClusterId: 'mem', NumCacheNodes: 5, ApplyImmediately: true }),
    )
    bench.settle()
    const cluster = await bench.cluster('mem')
    assert.deepEqual([cluster.CacheClusterStatus, cluster.NumCacheNodes], ['available', 3])
    assert.deepEqual(cluster.PendingModifiedValues, {})
    assert.equal(
      (await bench.events('mem')).at(-1),
      'Failed applying modification to the cache cluster: insufficient capacity',
    )
  })

  it('is not a change that scales nothing: that is carried out, and uses nothing up', async () => {
    await bench.createGroup()
    bench.order(fault)
    const rename = { ReplicationGroupId: 'pair', ReplicationGroupDescription: 'new', ApplyImmediately: true }
    await bench.client.send(new ModifyReplicationGroupCommand(rename))
    bench.settle()
    assert.equal((await bench.group()).Description, 'new')
    assert.deepEqual(bench.faults(), [{ ...fault, count: 1 }])
  })
})
