import assert from 'node:assert/strict'
import {
  type CreateReplicationGroupCommandInput,
  DecreaseReplicaCountCommand,
  type DecreaseReplicaCountCommandInput,
  ModifyReplicationGroupCommand,
} from '@aws-sdk/client-elasticache'
import { describe, it } from 'mocha'
import { type Bench, openBench, refused, SHARDED } from './fixture.ts'

type Way = Partial<DecreaseReplicaCountCommandInput>

const COMBINATION = 'InvalidParameterCombination'
const VALUE = 'InvalidParameterValue'
const ONE_WAY = 'Specify exactly one of NewReplicaCount, ReplicaConfiguration and ReplicasToRemove.'
const LAST = 'Must have at least 1 replica when cluster mode is disabled with auto failover enabled.'

const decrease = (bench: Bench, way: Way) =>
  bench.client.send(new DecreaseReplicaCountCommand({ ReplicationGroupId: 'pair', ApplyImmediately: true, ...way }))
const count = (NewReplicaCount: number): Way => ({ NewReplicaCount })
const ofShard = (NewReplicaCount: number, NodeGroupId = '0001'): Way => ({
  ReplicaConfiguration: [{ NodeGroupId, NewReplicaCount }],
})
const named = (...ReplicasToRemove: string[]): Way => ({ ReplicasToRemove })

interface Row {
  readonly name: string
  readonly way: Way
  readonly code: string
  readonly message: string
}

const ROWS: readonly Row[] = [
  { name: 'in no way', way: {}, code: COMBINATION, message: ONE_WAY },
  { name: 'by count and by shard', way: { ...count(1), ...ofShard(1) }, code: COMBINATION, message: ONE_WAY },
  { name: 'by count and by name', way: { ...count(1), ...named('pair-003') }, code: COMBINATION, message: ONE_WAY },
  { name: 'by shard and by name', way: { ...ofShard(1), ...named('pair-003') }, code: COMBINATION, message: ONE_WAY },
  {
    name: 'in all three ways',
    way: { ...count(1), ...ofShard(1), ...named('pair-003') },
    code: COMBINATION,
    message: ONE_WAY,
  },
  {
    name: 'in the maintenance window',
    way: { ...count(1), ApplyImmediately: false },
    code: VALUE,
    message: 'ApplyImmediately must be true for this operation.',
  },
  {
    name: 'with the primary among those named',
    way: named('pair-003', 'pair-001'),
    code: VALUE,
    message: 'Cache cluster pair-001 is serving as primary and cannot be removed.',
  },
  {
    name: 'with a stranger among those named',
    way: named('other-001'),
    code: VALUE,
    message: 'Cache cluster other-001 is not part of the replication group.',
  },
  {
    name: 'of an unknown shard',
    way: ofShard(1, '0002'),
    code: VALUE,
    message: 'Node group 0002 is not part of the replication group.',
  },
  {
    name: 'upwards',
    way: count(3),
    code: VALUE,
    message: 'The new replica count must be less than the current one.',
  },
  {
    name: 'to as many as there are',
    way: count(2),
    code: 'NoOperationFault',
    message: 'The operation was not performed because no changes were required.',
  },
  {
    name: 'below none',
    way: count(-1),
    code: VALUE,
    message: 'The number of replicas per node group must be within 0 and 5.',
  },
  { name: 'to none by count', way: count(0), code: VALUE, message: LAST },
  { name: 'to none by shard', way: ofShard(0), code: VALUE, message: LAST },
  { name: 'to none by name', way: named('pair-002', 'pair-003'), code: VALUE, message: LAST },
]

const members = async (bench: Bench, id = 'pair') => (await bench.group(id)).MemberClusters

describe('DecreaseReplicaCount', () => {
  for (const row of ROWS) {
    it(`refuses to go ${row.name}: ${row.code}`, async () => {
      const bench = await openBench()
      await bench.createGroup({ NumCacheClusters: 3, MultiAZEnabled: true })
      await refused(decrease(bench, row.way), row.code, row.message)
      assert.equal((await members(bench))?.length, 3)
    })
  }

  const WAYS: readonly (readonly [string, Way, readonly string[]])[] = [
    ['by count', count(1), ['pair-001', 'pair-002']],
    ['by shard', ofShard(1), ['pair-001', 'pair-002']],
    ['by name', named('PAIR-002'), ['pair-001', 'pair-003']],
  ]
  for (const [name, way, left] of WAYS) {
    it(`goes down to one replica ${name}`, async () => {
      const bench = await openBench()
      await bench.createGroup({ NumCacheClusters: 3 })
      await decrease(bench, way)
      bench.settle()
      assert.deepEqual(await members(bench), left)
    })
  }

  it('leaves no replica once nobody fails over: failover is switched off first, and with it Multi-AZ', async () => {
    const bench = await openBench()
    const modify = async (change: object) => {
      const call = { ReplicationGroupId: 'pair', ApplyImmediately: true, ...change }
      await bench.client.send(new ModifyReplicationGroupCommand(call))
      bench.settle()
    }
    await bench.createGroup({ MultiAZEnabled: true })
    await refused(decrease(bench, count(0)), VALUE, LAST)
    const alone = modify({ AutomaticFailoverEnabled: false })
    await refused(alone, COMBINATION, 'Multi-AZ requires automatic failover to be enabled.')
    await modify({ AutomaticFailoverEnabled: false, MultiAZEnabled: false })
    await decrease(bench, count(0))
    bench.settle()
    assert.deepEqual(await members(bench), ['pair-001'])
    const on = 'Replication group must have at least one read replica to enable autofailover.'
    await refused(modify({ AutomaticFailoverEnabled: true }), COMBINATION, on)
  })

  it('counts a failover that is to be switched off only in the window as one that is on', async () => {
    const bench = await openBench()
    await bench.createGroup()
    const later = { ReplicationGroupId: 'pair', AutomaticFailoverEnabled: false }
    await bench.client.send(new ModifyReplicationGroupCommand(later))
    await refused(decrease(bench, count(0)), VALUE, LAST)
  })

  it('may leave none in cluster mode, in one shard or in all', async () => {
    const sharded: CreateReplicationGroupCommandInput = {
      ...SHARDED,
      ReplicationGroupId: 'pair',
      ReplicasPerNodeGroup: 1,
    }
    const bench = await openBench()
    await bench.createGroup({ ...sharded, NumCacheClusters: undefined })
    await decrease(bench, ofShard(0, '0002'))
    bench.settle()
    assert.deepEqual(await members(bench), ['pair-0001-001', 'pair-0001-002', 'pair-0002-001'])
    const twice = { ReplicaConfiguration: [ofShard(0), ofShard(0)].flatMap((way) => way.ReplicaConfiguration ?? []) }
    await refused(decrease(bench, twice), COMBINATION, 'ReplicaConfiguration names a node group twice.')
    await decrease(bench, named('pair-0001-002'))
    bench.settle()
    assert.deepEqual(await members(bench), ['pair-0001-001', 'pair-0002-001'])
  })
})
