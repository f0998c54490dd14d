import assert from 'node:assert/strict'
import {
  CreateCacheClusterCommand,
  CreateReplicationGroupCommand,
  CreateSnapshotCommand,
  DeleteCacheClusterCommand,
  DeleteReplicationGroupCommand,
  IncreaseReplicaCountCommand,
  ModifyReplicationGroupCommand,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { endOf, type FaultBench, openFaultBench } from './faults-fixture.ts'
import { MEMCACHED, PAIR, refused } from './fixture.ts'
import { serverlessCalls } from './serverless-fixture.ts'
import { one, SINGLE } from './snapshots-fixture.ts'

describe('a create that fails by order', () => {
  let bench: FaultBench
  beforeEach(async () => {
    bench = await openFaultBench()
  })
  const createGroup = (ReplicationGroupId = 'pair') =>
    bench.client.send(new CreateReplicationGroupCommand({ ...PAIR, ReplicationGroupId }))
  const statusOf = async (id: string) => (await bench.group(id)).Status

  it('makes a group create-failed: its id is taken, an event says why, and it can be deleted and made anew', async () => {
    bench.order({ action: 'CreateReplicationGroup', do: 'createFailed' })
    await createGroup()
    assert.equal(await statusOf('pair'), 'creating')
    bench.settle()
    assert.equal(await statusOf('pair'), 'create-failed')
    assert.equal((await bench.cluster('pair-001')).CacheClusterStatus, 'creating')
    assert.deepEqual(await bench.events('pair'), ['Replication group pair could not be created: an ordered fault'])
    await refused(createGroup(), 'ReplicationGroupAlreadyExists', /already exists/)
    const modify = { ReplicationGroupId: 'pair', ReplicationGroupDescription: 'x', ApplyImmediately: true }
    await refused(bench.client.send(new ModifyReplicationGroupCommand(modify)), 'InvalidReplicationGroupState', /./)
    await bench.client.send(new DeleteReplicationGroupCommand({ ReplicationGroupId: 'pair' }))
    bench.settle()
    assert.equal(await endOf(bench.group()), 'ReplicationGroupNotFoundFault')
    assert.equal(await endOf(bench.cluster('pair-001')), 'CacheClusterNotFound')
    await createGroup()
    bench.settle()
    assert.equal(await statusOf('pair'), 'available')
  })

  it('makes a cluster incompatible-network, for want of another word', async () => {
    bench.order({ action: 'CreateCacheCluster', do: 'createFailed' })
    await bench.createMemcached()
    assert.equal((await bench.cluster('mem')).CacheClusterStatus, 'incompatible-network')
    assert.deepEqual(await bench.events('mem'), ['Cache cluster could not be created: an ordered fault'])
    await refused(
      bench.client.send(new CreateCacheClusterCommand(MEMCACHED)),
      'CacheClusterAlreadyExists',
      /already exists/,
    )
    await bench.client.send(new DeleteCacheClusterCommand({ CacheClusterId: 'mem' }))
    bench.settle()
    assert.equal(await endOf(bench.cluster('mem')), 'CacheClusterNotFound')
  })

  it('makes a serverless cache create-failed', async () => {
    const { create, cache, remove } = serverlessCalls(bench.client)
    bench.order({ action: 'CreateServerlessCache', do: 'createFailed' })
    await create()
    bench.settle()
    assert.equal((await cache())?.Status, 'create-failed')
    assert.deepEqual(await bench.events('burst'), ['Failed to create cache burst: an ordered fault'])
    assert.equal(await endOf(create()), 'ServerlessCacheAlreadyExistsFault')
    await remove()
    bench.settle()
    assert.equal(await endOf(cache()), 'ServerlessCacheNotFoundFault')
  })

  it('makes what is restored restore-failed, and gives the snapshot free', async () => {
    await bench.client.send(new CreateCacheClusterCommand(SINGLE))
    bench.settle()
    await bench.client.send(new CreateSnapshotCommand({ SnapshotName: 'shot', CacheClusterId: 'single' }))
    bench.settle()
    bench.order({ action: '*', do: 'createFailed' })
    await bench.client.send(new CreateCacheClusterCommand({ ...SINGLE, CacheClusterId: 'copy', SnapshotName: 'shot' }))
    assert.equal((await one(bench, 'shot')).SnapshotStatus, 'restoring')
    bench.settle()
    assert.equal((await bench.cluster('copy')).CacheClusterStatus, 'restore-failed')
    assert.equal((await one(bench, 'shot')).SnapshotStatus, 'available')
    assert.equal((await bench.cluster('single')).CacheClusterStatus, 'available')
  })

  it('happens to the first that is due, or to as many as the count says', async () => {
    bench.order({ action: '*', do: 'createFailed', count: 2 })
    for (const id of ['a', 'b', 'c']) await createGroup(id)
    bench.settle()
    assert.deepEqual(
      [await statusOf('a'), await statusOf('b'), await statusOf('c')],
      ['create-failed', 'create-failed', 'available'],
    )
    assert.deepEqual(bench.faults(), [])
  })

  it('happens to the id that is named', async () => {
    bench.order({ action: '*', id: 'B', do: 'createFailed' })
    for (const id of ['a', 'b']) await createGroup(id)
    bench.settle()
    assert.deepEqual([await statusOf('a'), await statusOf('b')], ['available', 'create-failed'])
  })

  it('happens to the action that is named', async () => {
    bench.order({ action: 'CreateCacheCluster', do: 'createFailed' })
    await createGroup()
    await bench.createMemcached()
    assert.equal(await statusOf('pair'), 'available')
    assert.equal((await bench.cluster('mem')).CacheClusterStatus, 'incompatible-network')
  })

  it('happens to all that are due while its seconds last, whoever looks when', async () => {
    bench.order({ action: '*', do: 'createFailed', seconds: 1.2 })
    await createGroup('early')
    bench.clock.advance(500)
    await createGroup('late')
    bench.settle()
    assert.deepEqual([await statusOf('early'), await statusOf('late')], ['create-failed', 'available'])
  })

  it('does not happen to what was made before the order, nor after the fault was cleared', async () => {
    await createGroup('before')
    bench.clock.advance(10_000)
    bench.order({ action: '*', do: 'createFailed', count: 5 })
    await createGroup('cleared')
    bench.emulator.faults.clear()
    bench.settle()
    assert.deepEqual([await statusOf('before'), await statusOf('cleared')], ['available', 'available'])
  })

  it('does not happen to replicas that join a group', async () => {
    await bench.createGroup()
    bench.order({ action: '*', do: 'createFailed' })
    await bench.client.send(
      new IncreaseReplicaCountCommand({ ReplicationGroupId: 'pair', NewReplicaCount: 2, ApplyImmediately: true }),
    )
    bench.settle()
    assert.equal((await bench.cluster('pair-003')).CacheClusterStatus, 'available')
    await createGroup('other')
    bench.settle()
    assert.equal(await statusOf('other'), 'create-failed')
  })
})
