import assert from 'node:assert/strict'
import {
  CreateCacheClusterCommand,
  type CreateReplicationGroupCommandInput,
  DescribeCacheParametersCommand,
  ListAllowedNodeTypeModificationsCommand,
  ModifyReplicationGroupCommand,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { type Bench, MEMCACHED, openBench, refused } from './fixture.ts'

const VALUE = 'InvalidParameterValue'
const SIZES = ['large', 'xlarge', '2xlarge', '4xlarge', '8xlarge', '12xlarge', '16xlarge']
const FAMILIES = ['m7g', 'r7g', 'c7gn', 'm8g', 'r8g', 'c8gn']

/** From AWS's user guide: maxmemory in bytes, or max_cache_memory in MB. */
const MEMORY: readonly (readonly [parameterGroup: string, parameter: string, nodeType: string, value: string])[] = [
  ['default.redis7', 'maxmemory', 'cache.m7g.large', '6854542746'],
  ['default.redis7', 'maxmemory', 'cache.r7g.16xlarge', '450000750456'],
  ['default.redis7', 'maxmemory', 'cache.c7gn.large', '3317862236'],
  ['default.redis7', 'maxmemory', 'cache.m4.xlarge', '15328501760'],
  ['default.valkey8', 'maxmemory', 'cache.m8g.large', '7294178820'],
  ['default.valkey8', 'maxmemory', 'cache.r8g.16xlarge', '541725818880'],
  ['default.valkey8', 'maxmemory', 'cache.c8gn.large', '3330020474'],
  ['default.memcached1.6', 'max_cache_memory', 'cache.m7g.large', '6537'],
  ['default.memcached1.6', 'max_cache_memory', 'cache.r8g.large', '14517'],
  ['default.memcached1.6', 'max_cache_memory', 'cache.c7gn.xlarge', '6537'],
  ['default.memcached1.6', 'num_threads', 'cache.c8gn.16xlarge', '64'],
]

describe('a node type', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench({ quotas: { nodesPerRegion: 1000 } })
  })

  const group = (input: Partial<CreateReplicationGroupCommandInput>) => bench.createGroup(input)
  const memcached = (CacheNodeType: string, EngineVersion?: string) =>
    bench.createMemcached({ ...MEMCACHED, CacheNodeType, EngineVersion })
  const moves = async () => {
    const shown = await bench.client.send(new ListAllowedNodeTypeModificationsCommand({ ReplicationGroupId: 'pair' }))
    return { up: new Set(shown.ScaleUpModifications), down: new Set(shown.ScaleDownModifications) }
  }
  const valuesOf = async (CacheParameterGroupName: string, name: string) => {
    const shown = await bench.client.send(new DescribeCacheParametersCommand({ CacheParameterGroupName }))
    const found = shown.CacheNodeTypeSpecificParameters?.find((each) => each.ParameterName === name)
    return new Map(found?.CacheNodeTypeSpecificValues?.map((each) => [each.CacheNodeType, each.Value]))
  }

  for (const family of FAMILIES) {
    it(`of the family ${family} can be had in all its sizes, with Valkey and memcached`, async () => {
      for (const size of SIZES) {
        const CacheNodeType = `cache.${family}.${size}`
        await group({ ReplicationGroupId: `on-${size}`, Engine: 'valkey', CacheNodeType })
        assert.equal((await bench.group(`on-${size}`)).CacheNodeType, CacheNodeType)
        const input = { ...MEMCACHED, CacheClusterId: `mem-${size}`, CacheNodeType }
        await bench.client.send(new CreateCacheClusterCommand(input))
      }
    })
  }

  for (const [parameterGroup, parameter, nodeType, value] of MEMORY) {
    it(`${nodeType} has ${parameter} ${value} in ${parameterGroup}`, async () =>
      assert.equal((await valuesOf(parameterGroup, parameter)).get(nodeType), value))
  }

  it('of the fourth generation of Graviton has no Redis', async () => {
    for (const family of ['m8g', 'r8g', 'c8gn']) {
      const CacheNodeType = `cache.${family}.large`
      const message = `The cache node type ${CacheNodeType} is not supported for engine redis.`
      await refused(group({ CacheNodeType }), VALUE, message)
      assert.equal((await valuesOf('default.redis7', 'maxmemory')).has(CacheNodeType), false)
    }
  })

  it('of a newer family needs an engine that is new enough', async () => {
    for (const CacheNodeType of ['cache.m7g.large', 'cache.r7g.large', 'cache.c7gn.large']) {
      const message = `The cache node type ${CacheNodeType} requires redis 6.2 or later.`
      await refused(group({ CacheNodeType, EngineVersion: '6.0' }), VALUE, message)
      await group({ ReplicationGroupId: 'new-enough', CacheNodeType, EngineVersion: '6.2' })
      bench = await openBench()
    }
    await refused(memcached('cache.r7g.large', '1.5.10'), VALUE, /requires memcached 1\.5\.16/)
    await refused(memcached('cache.r8g.large', '1.5.16'), VALUE, /requires memcached 1\.6\.6/)
    await memcached('cache.r7g.large', '1.5.16')
  })

  it('is offered for a move when the cluster has an engine for it', async () => {
    await group({ EngineVersion: '6.0' })
    const early = await moves()
    assert.ok(early.up.has('cache.r6g.large'))
    assert.ok(![...early.up, ...early.down].some((type) => /[78]g/.test(type)))
    const message = 'The cache node type cache.r7g.large requires redis 6.2 or later.'
    const move = (CacheNodeType: string) =>
      bench.client.send(
        new ModifyReplicationGroupCommand({ ReplicationGroupId: 'pair', CacheNodeType, ApplyImmediately: true }),
      )
    await refused(move('cache.r7g.large'), VALUE, message)

    bench = await openBench()
    await group({ CacheNodeType: 'cache.r6g.large' })
    const redis = await moves()
    assert.ok(redis.up.has('cache.r7g.large') && redis.up.has('cache.c7gn.16xlarge'))
    assert.ok(redis.down.has('cache.m7g.large') && redis.down.has('cache.c7gn.large'))
    assert.ok(![...redis.up, ...redis.down].some((type) => /8g/.test(type)))
    await move('cache.m7g.large')
    bench.settle()
    assert.equal((await bench.group()).CacheNodeType, 'cache.m7g.large')

    bench = await openBench()
    await group({ Engine: 'valkey', CacheNodeType: 'cache.r7g.large' })
    const valkey = await moves()
    assert.ok(valkey.up.has('cache.r8g.large') && valkey.up.has('cache.c8gn.2xlarge'))
    assert.ok(valkey.down.has('cache.m8g.large') && valkey.down.has('cache.c8gn.xlarge'))
    await move('cache.r8g.large')
    bench.settle()
    assert.equal((await bench.group()).CacheNodeType, 'cache.r8g.large')
  })

  it('that is missing here is refused as a limit of the emulator, not of AWS', async () => {
    const message =
      'This emulator does not know the node type cache.m99.large (its own limit, see emulator/DIFFERENCES.md).'
    await refused(group({ CacheNodeType: 'cache.m99.large' }), VALUE, message)
    await refused(memcached('cache.m99.large'), VALUE, message)
  })

  it('that is malformed is refused in the words of AWS', async () => {
    for (const CacheNodeType of ['m7g.large', 'cache.m7g', 'cache..large', 'db.r7g.large', 'CACHE.M7G.LARGE']) {
      const message = `The cache node type ${CacheNodeType} is not supported for engine redis.`
      await refused(group({ CacheNodeType }), VALUE, message)
    }
  })
})
