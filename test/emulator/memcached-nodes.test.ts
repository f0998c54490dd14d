import assert from 'node:assert/strict'
import { ModifyCacheClusterCommand, type ModifyCacheClusterCommandInput } from '@aws-sdk/client-elasticache'
import { describe, it } from 'mocha'
import { type Bench, openBench, refused } from './fixture.ts'

type Call = Omit<ModifyCacheClusterCommandInput, 'CacheClusterId'>

const modify = (bench: Bench, call: Call) =>
  bench.client.send(new ModifyCacheClusterCommand({ CacheClusterId: 'mem', ...call }))

const add = (NumCacheNodes: number, ApplyImmediately = false): Call => ({ NumCacheNodes, ApplyImmediately })
const drop = (NumCacheNodes: number, ids: readonly string[], ApplyImmediately = false): Call => ({
  NumCacheNodes,
  CacheNodeIdsToRemove: [...ids],
  ApplyImmediately,
})

interface Row {
  readonly name: string
  readonly calls: readonly Call[]
  /** Ids of the nodes after all is settled. */
  readonly nodes: readonly string[]
  /** What still waits for the window. */
  readonly pending: { readonly NumCacheNodes?: number; readonly CacheNodeIdsToRemove?: readonly string[] }
}

const three = ['0001', '0002', '0003']

const ROWS: readonly Row[] = [
  { name: 'more nodes now', calls: [add(5, true)], nodes: [...three, '0004', '0005'], pending: {} },
  { name: 'more nodes later', calls: [add(5)], nodes: three, pending: { NumCacheNodes: 5 } },
  { name: 'fewer nodes now', calls: [drop(2, ['0002'], true)], nodes: ['0001', '0003'], pending: {} },
  {
    name: 'fewer nodes later',
    calls: [drop(2, ['0002'])],
    nodes: three,
    pending: { NumCacheNodes: 2, CacheNodeIdsToRemove: ['0002'] },
  },
  { name: 'as many as there are cancels an add that waits', calls: [add(5), add(3)], nodes: three, pending: {} },
  {
    name: 'as many as there are cancels a removal that waits',
    calls: [drop(2, ['0002']), add(3)],
    nodes: three,
    pending: {},
  },
  {
    name: 'a new removal replaces one that waits',
    calls: [drop(2, ['0002']), drop(1, ['0001', '0003'])],
    nodes: three,
    pending: { NumCacheNodes: 1, CacheNodeIdsToRemove: ['0001', '0003'] },
  },
  {
    name: 'a new add replaces a removal that waits',
    calls: [drop(2, ['0002']), add(4)],
    nodes: three,
    pending: { NumCacheNodes: 4 },
  },
  {
    name: 'a new removal replaces an add that waits, whose nodes are listed too',
    calls: [add(5), drop(2, ['0003', '0004', '0005'])],
    nodes: three,
    pending: { NumCacheNodes: 2, CacheNodeIdsToRemove: ['0003'] },
  },
  { name: 'a new add joins one that waits', calls: [add(4), add(6)], nodes: three, pending: { NumCacheNodes: 6 } },
  {
    name: 'a new add now takes the one that waits along',
    calls: [add(4), add(6, true)],
    nodes: [...three, '0004', '0005', '0006'],
    pending: {},
  },
]

interface BadRow {
  readonly name: string
  readonly calls: readonly Call[]
  readonly call: Call
  readonly code: string
  readonly message: RegExp
}

const COMBINATION = 'InvalidParameterCombination'

const BAD_ROWS: readonly BadRow[] = [
  { name: 'fewer nodes without their ids', calls: [], call: add(2), code: COMBINATION, message: /must be provided/ },
  {
    name: 'fewer nodes with too few ids',
    calls: [],
    call: drop(1, ['0002']),
    code: COMBINATION,
    message: /must be 2: /,
  },
  {
    name: 'fewer nodes without the ids of those that wait',
    calls: [add(5)],
    call: drop(2, ['0003']),
    code: COMBINATION,
    message: /must be 3: /,
  },
  {
    name: 'a node that is not there',
    calls: [],
    call: drop(2, ['0009']),
    code: 'InvalidParameterValue',
    message: /0009/,
  },
  {
    name: 'fewer additions than wait',
    calls: [add(6)],
    call: add(5),
    code: COMBINATION,
    message: /Cancel that request first/,
  },
  {
    name: 'ids where nodes are added',
    calls: [],
    call: drop(5, ['0001']),
    code: COMBINATION,
    message: /only for fewer nodes/,
  },
  {
    name: 'zones that do not match the nodes added in this call',
    calls: [add(4)],
    call: { ...add(6), AZMode: 'cross-az', NewAvailabilityZones: ['us-east-1a'] },
    code: COMBINATION,
    message: /NewAvailabilityZones must match/,
  },
  {
    name: 'the number there is',
    calls: [],
    call: add(3),
    code: COMBINATION,
    message: /^No modifications were requested$/,
  },
  {
    name: 'more nodes than the quota',
    calls: [],
    call: add(41, true),
    code: 'NodeQuotaForClusterExceeded',
    message: /40/,
  },
]

describe('the number of memcached nodes', () => {
  for (const row of ROWS) {
    it(`${row.name}`, async () => {
      const bench = await openBench()
      await bench.createMemcached()
      for (const call of row.calls) {
        await modify(bench, call)
        bench.settle()
      }
      const cluster = await bench.cluster('mem')
      assert.deepEqual(
        cluster.CacheNodes?.map((node) => node.CacheNodeId),
        row.nodes,
      )
      assert.equal(cluster.NumCacheNodes, row.nodes.length)
      assert.deepEqual(cluster.PendingModifiedValues, row.pending)
      assert.equal(cluster.CacheClusterStatus, 'available')
    })
  }

  for (const row of BAD_ROWS) {
    it(`refuses ${row.name}: ${row.code}`, async () => {
      const bench = await openBench()
      await bench.createMemcached()
      for (const call of row.calls) await modify(bench, call)
      bench.settle()
      await refused(modify(bench, row.call), row.code, row.message)
    })
  }

  it('shows a new node without endpoint until it is provisioned', async () => {
    const bench = await openBench()
    await bench.createMemcached()
    await modify(bench, add(4, true))
    const coming = (await bench.cluster('mem')).CacheNodes?.[3]
    assert.equal(coming?.CacheNodeStatus, 'creating')
    assert.equal(coming?.Endpoint, undefined)
    bench.settle()
    assert.equal((await bench.cluster('mem')).CacheNodes?.[3]?.Endpoint?.Port, 11211)
  })

  it('changes in the maintenance window when nobody was in a hurry', async () => {
    const bench = await openBench()
    await bench.createMemcached({ PreferredMaintenanceWindow: 'Tue:05:00-Tue:06:00' })
    await modify(bench, add(4))
    // The clock starts on a Monday at 12:00 UTC.
    bench.clock.advance(16 * 3_600_000)
    assert.equal((await bench.cluster('mem')).NumCacheNodes, 3)
    bench.clock.advance(3_600_000)
    bench.settle()
    const cluster = await bench.cluster('mem')
    assert.equal(cluster.NumCacheNodes, 4)
    assert.equal(cluster.PreferredMaintenanceWindow, 'tue:05:00-tue:06:00')
    assert.deepEqual(cluster.PendingModifiedValues, {})
  })
})
