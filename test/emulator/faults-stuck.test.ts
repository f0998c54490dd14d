import assert from 'node:assert/strict'
import {
  CopySnapshotCommand,
  CreateCacheClusterCommand,
  CreateReplicationGroupCommand,
  CreateSnapshotCommand,
  CreateUserCommand,
  DecreaseReplicaCountCommand,
  DescribeUsersCommand,
  ModifyCacheClusterCommand,
  ModifyUserCommand,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { BIGGER, type Changes, changesOf, endOf, type FaultBench, openFaultBench } from './faults-fixture.ts'
import { PAIR, SHARDED, tagPair } from './fixture.ts'
import { serverlessCalls } from './serverless-fixture.ts'
import { one, SINGLE } from './snapshots-fixture.ts'

const ANN = { UserId: 'ann', UserName: 'ann', Engine: 'redis', AccessString: 'on ~* +@all', NoPasswordRequired: true }

describe('a resource that is stuck', () => {
  let bench: FaultBench
  let on: Changes
  beforeEach(async () => {
    bench = await openFaultBench()
    on = changesOf(bench)
  })
  it('modifying stays so until the fault is cleared, and its members with it', async () => {
    await bench.createGroup()
    bench.order({ action: '*', do: 'stuckModifying' })
    await on.resize()
    bench.clock.advance(1_000_000)
    assert.equal(await on.statusOf(), 'modifying')
    assert.equal(await on.memberStatus('pair-001'), 'modifying')
    assert.equal(await endOf(on.resize()), 'InvalidReplicationGroupState')
    assert.deepEqual(bench.faults(), [{ action: '*', do: 'stuckModifying' }])
    bench.emulator.faults.clear()
    assert.equal(await on.statusOf(), 'available')
    bench.settle()
    assert.equal(await on.memberStatus('pair-001'), 'available')
    assert.equal((await bench.group()).CacheNodeType, BIGGER)
    assert.equal((await bench.events('pair')).at(-1), 'Finished modifying replication group pair')
  })

  it('goes on after so many seconds', async () => {
    await bench.createGroup()
    bench.order({ action: '*', do: 'stuckModifying', seconds: 60 })
    await on.resize()
    bench.clock.advance(59_999)
    assert.equal(await on.statusOf(), 'modifying')
    bench.clock.advance(1)
    assert.equal(await on.statusOf(), 'available')
  })

  it('goes on after so many seconds, although nobody looked meanwhile', async () => {
    await bench.createGroup()
    bench.order({ action: '*', do: 'stuckModifying', seconds: 60 })
    await on.resize()
    bench.clock.advance(60_000)
    assert.equal(await on.statusOf(), 'available')
  })

  it('is the first one, or as many as the count says: a group counts once with its members', async () => {
    for (const ReplicationGroupId of ['a', 'b', 'c']) await bench.createGroup({ ReplicationGroupId })
    bench.order({ action: '*', do: 'stuckModifying', phase: 'deleting', count: 2 })
    for (const id of ['a', 'b', 'c']) await on.remove(id)
    bench.clock.advance(1_000_000)
    assert.deepEqual(
      [await on.statusOf('a'), await on.statusOf('b'), await endOf(bench.group('c'))],
      ['deleting', 'deleting', 'ReplicationGroupNotFoundFault'],
    )
    assert.deepEqual(
      [await on.memberStatus('a-002'), await on.memberStatus('b-001'), await endOf(bench.cluster('c-001'))],
      ['deleting', 'deleting', 'CacheClusterNotFound'],
    )
    assert.deepEqual(bench.faults(), [{ action: '*', do: 'stuckModifying', phase: 'deleting', count: 0 }])
    bench.emulator.faults.clear()
    assert.equal(await endOf(bench.group('a')), 'ReplicationGroupNotFoundFault')
  })

  it('is the one whose id is named, with its members', async () => {
    for (const ReplicationGroupId of ['a', 'b']) await bench.createGroup({ ReplicationGroupId })
    bench.order({ action: '*', id: 'B', do: 'stuckModifying', phase: 'deleting' })
    for (const id of ['a', 'b']) await on.remove(id)
    bench.settle()
    assert.deepEqual(
      [await endOf(bench.group('a')), await on.statusOf('b')],
      ['ReplicationGroupNotFoundFault', 'deleting'],
    )
    assert.deepEqual(
      [await endOf(bench.cluster('a-001')), await on.memberStatus('b-001')],
      ['CacheClusterNotFound', 'deleting'],
    )
  })

  it('can be one member alone, that lags for ever', async () => {
    await bench.createGroup()
    bench.order({ action: 'ModifyReplicationGroup', id: 'pair-002', do: 'stuckModifying' })
    await on.resize()
    bench.settle()
    assert.deepEqual(
      [await on.statusOf(), await on.memberStatus('pair-001'), await on.memberStatus('pair-002')],
      ['available', 'available', 'modifying'],
    )
  })

  const phases = {
    creating: () => bench.client.send(new CreateReplicationGroupCommand(PAIR)),
    modifying: () => on.resize(),
    deleting: () => on.remove(),
  } as const
  for (const [phase, begin] of Object.entries(phases) as [keyof typeof phases, () => Promise<unknown>][]) {
    const end = phase === 'deleting' ? 'ReplicationGroupNotFoundFault' : 'available'
    const shown = () => on.statusOf().catch(({ Code }: { readonly Code?: string }) => Code)
    it(`${phase} is so by the phase of its name`, async () => {
      if (phase !== 'creating') await bench.createGroup()
      bench.order({ action: '*', do: 'stuckModifying', phase })
      await begin()
      bench.settle()
      assert.equal(await shown(), phase)
      bench.emulator.faults.clear()
      assert.equal(await shown(), end)
    })
    it(`${phase} is not so by another phase`, async () => {
      if (phase !== 'creating') await bench.createGroup()
      for (const other of Object.keys(phases) as (keyof typeof phases)[]) {
        if (other !== phase) bench.order({ action: '*', do: 'stuckModifying', phase: other })
      }
      await begin()
      bench.settle()
      assert.equal(await shown(), end)
    })
  }

  const kinds: readonly [string, () => Promise<unknown>, () => Promise<unknown>, () => Promise<string | undefined>][] =
    [
      ['IncreaseReplicaCount', () => bench.createGroup(), () => on.grow(2), () => on.statusOf()],
      [
        'DecreaseReplicaCount',
        () => bench.createGroup({ NumCacheClusters: 3 }),
        () =>
          bench.client.send(
            new DecreaseReplicaCountCommand({ ReplicationGroupId: 'pair', NewReplicaCount: 1, ApplyImmediately: true }),
          ),
        () => on.statusOf(),
      ],
      [
        'ModifyReplicationGroupShardConfiguration',
        () => bench.createGroup({ ...SHARDED, NumCacheClusters: undefined }),
        () => on.reshard(3),
        () => on.statusOf('sharded'),
      ],
      ['ModifyReplicationGroup', () => bench.createGroup(), () => bench.client.send(tagPair()), () => on.statusOf()],
      [
        'ModifyCacheCluster',
        () => bench.createMemcached(),
        () =>
          bench.client.send(
            new ModifyCacheClusterCommand({ CacheClusterId: 'mem', NumCacheNodes: 4, ApplyImmediately: true }),
          ),
        () => on.memberStatus('mem'),
      ],
      [
        'ModifyServerlessCache',
        () => serverlessCalls(bench.client).create().then(bench.settle),
        () => serverlessCalls(bench.client).modify({ Description: 'new' }),
        async () => (await serverlessCalls(bench.client).cache())?.Status,
      ],
      [
        'ModifyUser',
        () => bench.client.send(new CreateUserCommand(ANN)).then(bench.settle),
        () => bench.client.send(new ModifyUserCommand({ UserId: 'ann', AccessString: 'off' })),
        async () => (await bench.client.send(new DescribeUsersCommand({ UserId: 'ann' }))).Users?.[0]?.Status,
      ],
    ]
  for (const [action, make, change, status] of kinds) {
    it(`modifying by ${action} can be named by that action`, async () => {
      await make()
      bench.order({ action, do: 'stuckModifying' })
      await change()
      bench.settle()
      assert.equal(await status(), 'modifying')
      bench.emulator.faults.clear()
      assert.match((await status()) ?? '', /^(available|active)$/)
    })
  }

  it('creating can be a snapshot, a serverless one too, or the copy of one', async () => {
    await bench.client.send(new CreateCacheClusterCommand(SINGLE))
    const calls = serverlessCalls(bench.client)
    await calls.create()
    bench.settle()
    await bench.client.send(new CreateSnapshotCommand({ SnapshotName: 'zero', CacheClusterId: 'single' }))
    bench.settle()
    bench.order({ action: '*', do: 'stuckModifying', phase: 'creating' })
    await bench.client.send(new CreateSnapshotCommand({ SnapshotName: 'one', CacheClusterId: 'single' }))
    await bench.client.send(new CopySnapshotCommand({ SourceSnapshotName: 'zero', TargetSnapshotName: 'three' }))
    await calls.snap('two')
    bench.settle()
    const all = async () => [
      (await one(bench, 'one')).SnapshotStatus,
      (await calls.snapshot('two'))?.Status,
      (await one(bench, 'three')).SnapshotStatus,
    ]
    assert.deepEqual(await all(), ['creating', 'creating', 'copying'])
    bench.emulator.faults.clear()
    assert.deepEqual(await all(), ['available', 'available', 'available'])
  })
})
