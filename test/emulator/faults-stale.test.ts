import assert from 'node:assert/strict'
import {
  CreateReplicationGroupCommand,
  DeleteReplicationGroupCommand,
  DescribeReplicationGroupsCommand,
  ModifyReplicationGroupCommand,
  TestFailoverCommand,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { endOf, type FaultBench, openFaultBench } from './faults-fixture.ts'
import { PAIR, refused } from './fixture.ts'

const FOR_GROUPS = 'DescribeReplicationGroups'

describe('a stale describe', () => {
  let bench: FaultBench
  beforeEach(async () => {
    bench = await openFaultBench()
  })
  const status = async () => (await bench.group()).Status
  const seen = () => endOf(bench.group())
  const modify = (CacheNodeType = 'cache.r6g.large') =>
    bench.client.send(
      new ModifyReplicationGroupCommand({ ReplicationGroupId: 'pair', CacheNodeType, ApplyImmediately: true }),
    )
  const remove = () => bench.client.send(new DeleteReplicationGroupCommand({ ReplicationGroupId: 'pair' }))

  it('shows the world of the order, once, and the ledger tells', async () => {
    await bench.createGroup()
    bench.order({ action: FOR_GROUPS, do: 'stale' })
    await modify()
    bench.settle()
    bench.calls()
    assert.equal((await bench.group()).CacheNodeType, 'cache.t4g.small')
    assert.equal((await bench.group()).CacheNodeType, 'cache.r6g.large')
    assert.deepEqual(bench.calls(), [
      [FOR_GROUPS, 'ok', 'stale'],
      [FOR_GROUPS, 'ok', undefined],
    ])
  })

  it('counts the calls that see a difference, not those before the change', async () => {
    await bench.createGroup()
    bench.order({ action: FOR_GROUPS, do: 'stale', count: 2 })
    assert.equal(await status(), 'available')
    assert.deepEqual(bench.faults(), [{ action: FOR_GROUPS, do: 'stale', count: 2 }])
    await modify()
    assert.deepEqual([await status(), await status(), await status()], ['available', 'available', 'modifying'])
  })

  it('does not know what came, and still knows what went', async () => {
    bench.order({ action: '*', do: 'stale', seconds: 60 })
    await bench.createGroup()
    assert.equal(await seen(), 'ReplicationGroupNotFoundFault')
    assert.deepEqual((await bench.client.send(new DescribeReplicationGroupsCommand({}))).ReplicationGroups, [])
    assert.deepEqual(await bench.events('pair'), [])
    bench.emulator.faults.clear()
    bench.order({ action: '*', do: 'stale', seconds: 60 })
    await remove()
    bench.settle()
    assert.equal(await status(), 'available')
    assert.equal((await bench.cluster('pair-001')).CacheClusterStatus, 'available')
    bench.clock.advance(50_000)
    assert.equal(await seen(), 'ReplicationGroupNotFoundFault')
  })

  it('changes what is seen, not what is: writes and checks go by the real world', async () => {
    bench.order({ action: '*', do: 'stale', seconds: 60 })
    await bench.createGroup()
    await refused(
      bench.client.send(new CreateReplicationGroupCommand(PAIR)),
      'ReplicationGroupAlreadyExists',
      'Replication group with specified name already exists.',
    )
    await modify()
    bench.emulator.faults.clear()
    assert.equal(await status(), 'modifying')
  })

  it('shows the order’s moment, whoever looked before', async () => {
    await bench.client.send(new CreateReplicationGroupCommand(PAIR))
    bench.clock.advance(10_000)
    bench.order({ action: '*', do: 'stale', seconds: 60 })
    await remove()
    bench.settle()
    assert.equal(await status(), 'available')
  })

  it('shows what was shown then: a deleted group that still read available', async () => {
    await bench.createGroup()
    await remove()
    bench.clock.advance(100)
    bench.order({ action: '*', do: 'stale', seconds: 60 })
    bench.settle()
    assert.equal(await status(), 'available')
  })

  it('can lag: changes show so much later, also those that nobody looked at', async () => {
    await bench.createGroup()
    bench.order({ action: FOR_GROUPS, do: 'stale', lagMs: 3_000, seconds: 60 })
    await modify()
    const shown: (string | undefined)[] = []
    for (const ms of [0, 2_999, 1, 799, 1]) {
      bench.clock.advance(ms)
      shown.push(await status())
    }
    assert.deepEqual(shown, ['available', 'available', 'modifying', 'modifying', 'available'])
    bench.clock.advance(10_000)
    await remove()
    bench.clock.advance(3_799)
    assert.equal(await status(), 'deleting')
    bench.clock.advance(1)
    assert.equal(await seen(), 'ReplicationGroupNotFoundFault')
  })

  it('that lags shows nothing older than its order', async () => {
    await bench.createGroup()
    await modify()
    bench.settle()
    const events = await bench.events('pair')
    bench.order({ action: '*', do: 'stale', lagMs: 60_000, seconds: 60 })
    assert.equal((await bench.group()).CacheNodeType, 'cache.r6g.large')
    assert.deepEqual(await bench.events('pair'), events)
  })

  it('shows a region that nobody used before as it was: empty', async () => {
    const fresh = await openFaultBench()
    fresh.order({ action: '*', do: 'stale', seconds: 60 })
    await fresh.createGroup()
    assert.equal(await endOf(fresh.group()), 'ReplicationGroupNotFoundFault')
  })

  it('for an id leaves the others and the lists as they are', async () => {
    await bench.createGroup()
    bench.order({ action: '*', id: 'pair', do: 'stale', seconds: 60 })
    await modify()
    const { ReplicationGroups } = await bench.client.send(new DescribeReplicationGroupsCommand({}))
    assert.equal(ReplicationGroups?.[0]?.Status, 'modifying')
    assert.equal(await status(), 'available')
    assert.equal((await bench.cluster('pair-001')).CacheClusterStatus, 'modifying')
  })

  it('does not touch what is no describe', async () => {
    await bench.createGroup()
    bench.order({ action: '*', do: 'stale' })
    await bench.client.send(new TestFailoverCommand({ ReplicationGroupId: 'pair', NodeGroupId: '0001' }))
    assert.deepEqual(bench.calls().at(-1), ['TestFailover', 'ok', undefined])
    assert.equal(await status(), 'available')
    assert.equal(await status(), 'modifying')
  })
})
