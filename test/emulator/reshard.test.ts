import assert from 'node:assert/strict'
import {
  CreateReplicationGroupCommand,
  type CreateReplicationGroupCommandInput,
  DescribeCacheClustersCommand,
  ModifyReplicationGroupCommand,
  ModifyReplicationGroupShardConfigurationCommand as Reshard,
  type ModifyReplicationGroupShardConfigurationCommandInput as ReshardInput,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { slotsOf } from '../../emulator/engines/cluster-view.ts'
import { balancedSlots, type SlotHolder } from '../../emulator/world/slots.ts'
import { type Bench, openBench, PAIR, refused, SHARDED } from './fixture.ts'

const SLOTS = 16_384

const reshard = (input: Partial<ReshardInput> = {}) =>
  new Reshard({ ReplicationGroupId: 'sharded', NodeGroupCount: 3, ApplyImmediately: true, ...input })

const makeSharded = async (bench: Bench, input: Partial<CreateReplicationGroupCommandInput> = {}) => {
  await bench.client.send(new CreateReplicationGroupCommand({ ...SHARDED, ...input }))
  bench.settle()
}

const shardsOf = async (bench: Bench) =>
  ((await bench.group('sharded')).NodeGroups ?? []).map(({ NodeGroupId, Slots }) => [NodeGroupId, Slots])

const memberStates = async (bench: Bench) =>
  Object.fromEntries(
    ((await bench.client.send(new DescribeCacheClustersCommand({}))).CacheClusters ?? []).map((cluster) => [
      cluster.CacheClusterId,
      cluster.CacheClusterStatus,
    ]),
  )

describe('the slots after a reshard', () => {
  /** A sequence that is the same in every run (Lehmer). */
  const dice = (seed: number) => {
    let state = seed
    return (below: number) => {
      state = (state * 48_271) % 2_147_483_647
      return state % below
    }
  }
  const anyHolders = (roll: (below: number) => number): readonly SlotHolder[] => {
    const count = 1 + roll(9)
    const cuts = Array.from({ length: count - 1 }, () => roll(SLOTS)).toSorted((left, right) => left - right)
    const edges = [0, ...cuts, SLOTS]
    return Array.from({ length: count }, (_, index) => {
      const [from = 0, to = 0] = [edges[index], edges[index + 1]]
      return { id: String(index + 1).padStart(4, '0'), slots: from < to ? `${from}-${to - 1}` : '' }
    })
  }

  it('belong to one shard each, are balanced, and have moved as little as possible', () => {
    const roll = dice(20_150_202)
    for (let round = 0; round < 60; round++) {
      const holders = anyHolders(roll)
      const leaving = holders.slice(0, roll(holders.length))
      const coming = Array.from({ length: roll(4) }, (_, index) => ({ id: `1${index}00`, slots: '' }))
      const staying = [...holders.slice(leaving.length), ...coming]
      const after = balancedSlots(staying, leaving)
      const story = JSON.stringify({ staying, leaving, after })

      const owned = Object.values(after).flatMap(slotsOf)
      assert.equal(owned.length, SLOTS, story)
      assert.equal(new Set(owned).size, SLOTS, story)
      const sizes = staying.map(({ id }) => slotsOf(after[id] ?? '').length)
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, story)
      for (const { id } of leaving) assert.equal(after[id], '', story)

      const least = Math.floor(SLOTS / staying.length)
      const before = staying.map(({ slots }) => slotsOf(slots).length)
      const mayStay =
        before.reduce((sum, size) => sum + Math.min(size, least), 0) +
        Math.min(SLOTS % staying.length, before.filter((size) => size > least).length)
      const stayed = staying.flatMap(({ id, slots }) => {
        const own = new Set(slotsOf(slots))
        return slotsOf(after[id] ?? '').filter((slot) => own.has(slot))
      })
      assert.equal(stayed.length, mayStay, story)
    }
  })
})

describe('a reshard', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
    await makeSharded(bench)
  })

  it('adds a shard with the next number and as many replicas as the others, and shares the slots anew', async () => {
    await bench.client.send(reshard())
    const underway = await bench.group('sharded')
    assert.equal(underway.Status, 'modifying')
    assert.deepEqual(underway.PendingModifiedValues?.Resharding, { SlotMigration: { ProgressPercentage: 0 } })
    assert.deepEqual(await shardsOf(bench), [
      ['0001', '0-8191'],
      ['0002', '8192-16383'],
      ['0003', undefined],
    ])
    assert.equal((await memberStates(bench))['sharded-0003-002'], 'creating')
    bench.settle()
    const group = await bench.group('sharded')
    assert.equal(group.Status, 'available')
    assert.equal(group.PendingModifiedValues?.Resharding, undefined)
    assert.deepEqual(await shardsOf(bench), [
      ['0001', '0-5461'],
      ['0002', '8192-13652'],
      ['0003', '5462-8191,13653-16383'],
    ])
    assert.deepEqual(
      group.NodeGroups?.[2]?.NodeGroupMembers?.map((member) => member.CacheClusterId),
      ['sharded-0003-001', 'sharded-0003-002'],
    )
    assert.ok(Object.values(await memberStates(bench)).every((state) => state === 'available'))
    assert.equal((await bench.events('sharded')).at(-1), 'Finished modifying replication group sharded')
  })

  it('shows how many of the slots have moved', async () => {
    await bench.client.send(reshard())
    bench.emulator.engines.ready = () => new Set()
    const asked: string[] = []
    bench.emulator.engines.slotsMovedPercent = (key) => {
      asked.push(key)
      return 40
    }
    bench.settle()
    const { Status, PendingModifiedValues } = await bench.group('sharded')
    assert.equal(Status, 'modifying')
    assert.equal(PendingModifiedValues?.Resharding?.SlotMigration?.ProgressPercentage, 40)
    assert.equal(asked.at(-1), '123456789012/us-east-1/sharded')
  })

  it('has members that lag behind the group', async () => {
    await bench.client.send(reshard())
    bench.clock.advance(801)
    assert.equal((await bench.group('sharded')).Status, 'available')
    assert.equal((await memberStates(bench))['sharded-0003-001'], 'creating')
    await refused(bench.client.send(reshard({ NodeGroupCount: 4 })), 'InvalidCacheClusterState', /sharded-/)
  })

  it('puts the members of new shards into the zones asked for', async () => {
    const zones = ['us-east-1d', 'us-east-1e']
    await bench.client.send(reshard({ ReshardingConfiguration: [{ PreferredAvailabilityZones: zones }] }))
    bench.settle()
    const members = (await bench.group('sharded')).NodeGroups?.[2]?.NodeGroupMembers
    assert.deepEqual(
      members?.map((member) => member.PreferredAvailabilityZone),
      zones,
    )
  })

  const choices: readonly [string, Partial<ReshardInput>][] = [
    ['that are to be removed', { NodeGroupsToRemove: ['0001'] }],
    ['that are not to be retained', { NodeGroupsToRetain: ['0002', '0003'] }],
  ]
  for (const [title, choice] of choices) {
    it(`takes away the shards ${title}, whose members go after the group is available`, async () => {
      await bench.client.send(reshard())
      bench.settle()
      await bench.client.send(reshard({ NodeGroupCount: 2, ...choice }))
      assert.equal((await bench.group('sharded')).NodeGroups?.length, 3)
      bench.clock.advance(801)
      const group = await bench.group('sharded')
      assert.equal(group.Status, 'available')
      assert.equal((await memberStates(bench))['sharded-0001-001'], 'deleting')
      assert.ok(group.MemberClusters?.includes('sharded-0001-001'))
      bench.settle()
      assert.equal((await memberStates(bench))['sharded-0001-001'], undefined)
      const shards = await shardsOf(bench)
      assert.deepEqual(
        shards.map(([id]) => id),
        ['0002', '0003'],
      )
      assert.deepEqual(
        shards.map(([, slots]) => slotsOf(slots ?? '').length),
        [8192, 8192],
      )
    })
  }

  it('with the same number of shards brings slots into balance', async () => {
    const uneven = [{ Slots: '0-99' }, { Slots: '100-16383' }]
    await makeSharded(bench, { ReplicationGroupId: 'uneven', NodeGroupConfiguration: uneven })
    await bench.client.send(reshard({ ReplicationGroupId: 'uneven', NodeGroupCount: 2 }))
    bench.settle()
    const shards = (await bench.group('uneven')).NodeGroups ?? []
    assert.deepEqual(
      shards.map(({ Slots }) => slotsOf(Slots ?? '').length),
      [8192, 8192],
    )
  })

  it('that cannot begin is undone, and only an event tells', async () => {
    bench.emulator.engines.failed = () => new Map([['123456789012/us-east-1/sharded-0003-001/0001', 'no memory']])
    bench.emulator.engines.slotsMovedPercent = () => 0
    await bench.client.send(reshard())
    bench.settle()
    assert.equal((await bench.group('sharded')).Status, 'available')
    assert.deepEqual(await shardsOf(bench), [
      ['0001', '0-8191'],
      ['0002', '8192-16383'],
    ])
    assert.equal((await bench.events('sharded')).at(-1), 'Failed applying modification to the replication group.')
  })

  it('that has begun to move slots is not undone: their keys would be lost', async () => {
    bench.emulator.engines.failed = () => new Map([['123456789012/us-east-1/sharded-0003-001/0001', 'no memory']])
    bench.emulator.engines.slotsMovedPercent = () => 1
    await bench.client.send(reshard())
    bench.settle()
    assert.equal((await bench.group('sharded')).Status, 'modifying')
    bench.emulator.engines.failed = () => new Map()
    bench.settle()
    assert.equal((await bench.group('sharded')).NodeGroups?.length, 3)
    assert.equal((await bench.group('sharded')).Status, 'available')
  })
})

describe('a reshard is refused', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench({ quotas: { shardsPerGroup: 4, nodesPerRegion: 9 } })
    await makeSharded(bench)
  })

  const COMBINATION = 'InvalidParameterCombination'
  const VALUE = 'InvalidParameterValue'
  const cases: readonly [string, Partial<ReshardInput>, string, RegExp][] = [
    ['when it may wait', { ApplyImmediately: false }, VALUE, /^ApplyImmediately must be true/],
    ['for no shards at all', { NodeGroupCount: 0 }, VALUE, /^NodeGroupCount must be at least 1/],
    ['for an unknown group', { ReplicationGroupId: 'nobody' }, 'ReplicationGroupNotFoundFault', /nobody not found/],
    [
      'with shards to remove and shards to retain',
      { NodeGroupCount: 1, NodeGroupsToRemove: ['0001'], NodeGroupsToRetain: ['0002'] },
      COMBINATION,
      /cannot be specified together/,
    ],
    ['to fewer shards when none is named', { NodeGroupCount: 1 }, COMBINATION, /^Either NodeGroupsToRemove or/],
    ['with shards to remove when none goes', { NodeGroupsToRemove: ['0001'] }, COMBINATION, /only when NodeGroupCount/],
    [
      'with shards to retain when the number stays',
      { NodeGroupCount: 2, NodeGroupsToRetain: ['0001', '0002'] },
      COMBINATION,
      /only when NodeGroupCount/,
    ],
    [
      'for a shard that is not there',
      { NodeGroupCount: 1, NodeGroupsToRemove: ['0009'] },
      VALUE,
      /^Node group 0009 is not part/,
    ],
    [
      'for a shard that is named twice',
      { NodeGroupCount: 1, NodeGroupsToRemove: ['0001', '0001'] },
      COMBINATION,
      /named twice/,
    ],
    [
      'when names and number do not fit',
      { NodeGroupCount: 1, NodeGroupsToRetain: ['0001', '0002'] },
      COMBINATION,
      /does not match NodeGroupCount/,
    ],
    [
      'with zones when no shard comes',
      { NodeGroupCount: 2, ReshardingConfiguration: [{ PreferredAvailabilityZones: ['us-east-1a', 'us-east-1b'] }] },
      COMBINATION,
      /^ReshardingConfiguration can be specified only/,
    ],
    [
      'with zones for fewer members than a shard has',
      { ReshardingConfiguration: [{ PreferredAvailabilityZones: ['us-east-1a'] }] },
      COMBINATION,
      /number of replicas plus 1/,
    ],
    [
      'with zones for another number of shards',
      { NodeGroupCount: 4, ReshardingConfiguration: [{ PreferredAvailabilityZones: ['us-east-1a', 'us-east-1b'] }] },
      COMBINATION,
      /must match the number of new node groups/,
    ],
    [
      'with a zone of another region',
      { ReshardingConfiguration: [{ PreferredAvailabilityZones: ['eu-west-1a', 'us-east-1b'] }] },
      VALUE,
      /eu-west-1a/,
    ],
    [
      'with another id than the next',
      {
        ReshardingConfiguration: [{ NodeGroupId: '0007', PreferredAvailabilityZones: ['us-east-1a', 'us-east-1b'] }],
      },
      VALUE,
      /next node group is 0003/,
    ],
    ['beyond the shards of a group', { NodeGroupCount: 5 }, 'NodeGroupsPerReplicationGroupQuotaExceeded', /limit of 4/],
  ]
  for (const [title, input, code, message] of cases) {
    it(title, async () => {
      await refused(bench.client.send(reshard(input)), code, message)
      bench.settle()
      assert.equal((await bench.group('sharded')).NodeGroups?.length, 2)
      assert.equal(Object.keys(await memberStates(bench)).length, 4)
    })
  }

  it('beyond the nodes of a region', async () => {
    await bench.client.send(reshard({ NodeGroupCount: 4 }))
    bench.settle()
    await bench.client.send(
      new CreateReplicationGroupCommand({ ...PAIR, NumCacheClusters: 1, AutomaticFailoverEnabled: false }),
    )
    bench.settle()
    await bench.client.send(reshard({ NodeGroupCount: 3, NodeGroupsToRemove: ['0004'] }))
    bench.settle()
    await bench.createGroup({ ...PAIR, ReplicationGroupId: 'other' })
    await refused(bench.client.send(reshard({ NodeGroupCount: 4 })), 'NodeQuotaForCustomerExceeded', /limit of 9/)
  })

  it('while the group is busy', async () => {
    await bench.client.send(reshard())
    const message = 'Replication group must be in available state to modify.'
    await refused(bench.client.send(reshard({ NodeGroupCount: 4 })), 'InvalidReplicationGroupState', message)
  })

  it('without cluster mode, and on the way to it', async () => {
    await bench.createGroup()
    const ofPair = () => bench.client.send(reshard({ ReplicationGroupId: 'pair', NodeGroupCount: 2 }))
    await refused(ofPair(), COMBINATION, /only when cluster mode is enabled/)
    await bench.client.send(
      new ModifyReplicationGroupCommand({
        ReplicationGroupId: 'pair',
        ClusterMode: 'compatible',
        ApplyImmediately: true,
      }),
    )
    bench.settle()
    await refused(ofPair(), COMBINATION, /while ClusterMode is compatible/)
  })
})
