import assert from 'node:assert/strict'
import {
  CreateCacheClusterCommand,
  ModifyCacheClusterCommand,
  type ModifyCacheClusterCommandInput,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { type Bench, openBench, refused } from './fixture.ts'
import { SINGLE } from './snapshots-fixture.ts'

type Call = Partial<ModifyCacheClusterCommandInput>

const COMBINATION = 'InvalidParameterCombination'
const VALUE = 'InvalidParameterValue'

const add = (NumCacheNodes: number): Call => ({ NumCacheNodes })
const drop = (NumCacheNodes: number, ...CacheNodeIdsToRemove: string[]): Call => ({
  NumCacheNodes,
  CacheNodeIdsToRemove,
})
const now = (call: Call): Call => ({ ...call, ApplyImmediately: true })

interface Row {
  readonly name: string
  /** What waits, and the call that comes then. */
  readonly calls: readonly Call[]
  readonly nodes: readonly string[]
  readonly pending: object
}

/** Each kind of request that waits, and each kind that comes then and does not wait itself. */
const ROWS: readonly Row[] = [
  {
    name: 'a removal at once replaces a removal that waits',
    calls: [drop(2, '0002'), now(drop(1, '0001', '0003'))],
    nodes: ['0002'],
    pending: {},
  },
  {
    name: 'an addition at once replaces a removal that waits',
    calls: [drop(2, '0002'), now(add(4))],
    nodes: ['0001', '0002', '0003', '0004'],
    pending: {},
  },
  {
    name: 'a removal at once replaces an addition that waits',
    calls: [add(5), now(drop(2, '0003', '0004', '0005'))],
    nodes: ['0001', '0002'],
    pending: {},
  },
  {
    name: 'as many as there are, at once, forgets an addition that waits',
    calls: [add(5), now(add(3))],
    nodes: ['0001', '0002', '0003'],
    pending: {},
  },
  {
    name: 'as many as there are, at once, forgets a removal that waits',
    calls: [drop(2, '0002'), now(add(3))],
    nodes: ['0001', '0002', '0003'],
    pending: {},
  },
  {
    name: 'fewer additions can be asked for once the others are forgotten',
    calls: [add(6), add(3), add(5)],
    nodes: ['0001', '0002', '0003'],
    pending: { NumCacheNodes: 5 },
  },
  {
    name: 'an addition at once takes along what else waits',
    calls: [{ CacheNodeType: 'cache.r6g.large' }, now(add(4))],
    nodes: ['0001', '0002', '0003', '0004'],
    pending: {},
  },
]

describe('what waits for a memcached cluster', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
    await bench.createMemcached()
  })
  const modify = (call: Call) => bench.client.send(new ModifyCacheClusterCommand({ CacheClusterId: 'mem', ...call }))
  const modifyAll = async (...calls: readonly Call[]) => {
    for (const call of calls) {
      await modify(call)
      bench.settle()
    }
  }
  const zones = async () =>
    (await bench.cluster('mem')).CacheNodes?.map((node) => node.CustomerAvailabilityZone?.slice(-1)).join('')

  for (const { name, calls, nodes, pending } of ROWS) {
    it(`${name}`, async () => {
      await modifyAll(...calls)
      const cluster = await bench.cluster('mem')
      assert.deepEqual(
        cluster.CacheNodes?.map((node) => node.CacheNodeId),
        nodes,
      )
      assert.deepEqual(cluster.PendingModifiedValues, pending)
    })
  }

  for (const call of [add(5), now(add(5))]) {
    it(`is not asked for twice, ${call.ApplyImmediately ? 'nor hurried by asking again' : 'and asking again is refused'}`, async () => {
      await modifyAll(add(5))
      const message = '2 cache nodes wait to be added. Cancel that request first to add fewer.'
      await refused(modify(call), COMBINATION, message)
    })
  }

  it('comes at once by a call that names no number', async () => {
    await modifyAll(add(5), { ApplyImmediately: true })
    assert.equal((await bench.cluster('mem')).NumCacheNodes, 5)
  })

  it('has a zone for each node that this call adds, not for those that wait', async () => {
    const spread = { AZMode: 'cross-az' } as const
    await modifyAll({ ...add(4), ...spread, NewAvailabilityZones: ['us-east-1b'] })
    const count = 'The number of NewAvailabilityZones must match the number of cache nodes being added.'
    const three = { ...add(6), NewAvailabilityZones: ['us-east-1c', 'us-east-1d', 'us-east-1e'] }
    await refused(modify(three), COMBINATION, count)
    await modifyAll(now({ ...add(6), NewAvailabilityZones: ['us-east-1c', 'us-east-1d'] }))
    assert.equal(await zones(), 'aaabcd')
    assert.equal((await bench.cluster('mem')).PreferredAvailabilityZone, 'Multiple')
  })

  it('stays in the one zone of its cluster, which shows it, unless the mode becomes cross-az', async () => {
    assert.equal((await bench.cluster('mem')).PreferredAvailabilityZone, 'us-east-1a')
    const elsewhere = { ...add(4), NewAvailabilityZones: ['us-east-1b'] }
    const message = 'Nodes in another availability zone require AZMode cross-az.'
    await refused(modify(elsewhere), COMBINATION, message)
    await modifyAll(now(add(4)))
    assert.equal(await zones(), 'aaaa')
    await modifyAll(now({ ...add(6), AZMode: 'cross-az' }))
    assert.match((await zones()) ?? '', /^aaaa/)
    const back = 'AZMode cannot be changed to single-az while the nodes are spread over several zones.'
    await refused(modify({ AZMode: 'single-az' }), COMBINATION, back)
  })

  it('needs a number of nodes beside ids or zones', async () => {
    const message = 'CacheNodeIdsToRemove and NewAvailabilityZones need NumCacheNodes.'
    await refused(modify({ CacheNodeIdsToRemove: ['0001'] }), COMBINATION, message)
    await refused(modify({ NewAvailabilityZones: ['us-east-1a'] }), COMBINATION, message)
    await refused(modify(drop(3, '0001')), COMBINATION, 'No cache nodes are to be removed.')
  })

  const PACES: readonly (readonly [Call['ScaleConfig'], string])[] = [
    [{ ScalePercentage: 9 }, 'ScalePercentage must be between 10 and 100.'],
    [{ ScalePercentage: 101 }, 'ScalePercentage must be between 10 and 100.'],
    [{ ScaleIntervalMinutes: 1 }, 'ScaleIntervalMinutes must be between 2 and 30.'],
    [{ ScaleIntervalMinutes: 31 }, 'ScaleIntervalMinutes must be between 2 and 30.'],
  ]
  for (const [ScaleConfig, message] of PACES) {
    it(`does not scale at a pace of ${JSON.stringify(ScaleConfig)}`, () =>
      refused(modify({ CacheNodeType: 'cache.r6g.large', ScaleConfig }), VALUE, message))
  }

  it('has a pace only together with a node type, and scales from memcached 1.5 on', async () => {
    const pace = { ScaleConfig: { ScalePercentage: 50 } }
    await refused(modify(pace), COMBINATION, 'ScaleConfig needs CacheNodeType.')
    await bench.createMemcached({ CacheClusterId: 'old', EngineVersion: '1.4.34' })
    const old = { CacheClusterId: 'old', CacheNodeType: 'cache.r6g.large' }
    await refused(modify({ ...old, ...pace }), COMBINATION, 'ScaleConfig requires memcached 1.5 or later.')
    await refused(modify(old), COMBINATION, 'CacheNodeType can be modified only for memcached 1.5 or later.')
  })
})

describe('a redis cluster without a group', () => {
  it('has one node, and nothing of what memcached has for several', async () => {
    const bench = await openBench()
    await bench.client.send(new CreateCacheClusterCommand(SINGLE))
    bench.settle()
    const modify = (call: Call) =>
      bench.client.send(new ModifyCacheClusterCommand({ CacheClusterId: 'single', ...call }))
    const one = 'The parameter NumCacheNodes must be 1 if cache engine is redis.'
    for (const NumCacheNodes of [0, 2]) await refused(modify({ NumCacheNodes }), VALUE, one)
    const only = 'ScaleConfig, AZMode and NewAvailabilityZones are supported only for engine memcached.'
    await refused(modify({ AZMode: 'cross-az' }), COMBINATION, only)
    await refused(modify({ NewAvailabilityZones: ['us-east-1b'] }), COMBINATION, only)
    await refused(modify({ ScaleConfig: { ScalePercentage: 50 } }), COMBINATION, only)
    const nothing = 'No modifications were requested'
    await refused(modify({ NumCacheNodes: 1, ApplyImmediately: true }), COMBINATION, nothing)
  })
})
