import assert from 'node:assert/strict'
import {
  CreateCacheParameterGroupCommand,
  DescribeCacheEngineVersionsCommand,
  DescribeCacheParameterGroupsCommand,
  DescribeCacheParametersCommand,
  DescribeEngineDefaultParametersCommand,
  ListAllowedNodeTypeModificationsCommand,
  ModifyCacheParameterGroupCommand,
  type Parameter,
  paginateDescribeCacheParameters,
  ResetCacheParameterGroupCommand,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { parametersOfFamily } from '../../emulator/world/parameters.ts'
import { type Bench, MEMCACHED, openBench, refused } from './fixture.ts'

const FAMILY_ROWS: readonly (readonly [family: string, name: string, value: string | undefined])[] = [
  ['redis2.8', 'reserved-memory', '0'],
  ['redis2.8', 'tcp-keepalive', '0'],
  ['redis3.2', 'tcp-keepalive', '300'],
  ['redis3.2', 'reserved-memory', undefined],
  ['redis3.2', 'reserved-memory-percent', '25'],
  ['redis3.2', 'activedefrag', undefined],
  ['redis4.0', 'min-slaves-to-write', '0'],
  ['redis5.0', 'min-slaves-to-write', undefined],
  ['redis5.0', 'min-replicas-to-write', '0'],
  ['redis5.0', 'acl-pubsub-default', undefined],
  ['redis6.x', 'acl-pubsub-default', 'allchannels'],
  ['redis6.x', 'activerehashing', 'yes'],
  ['redis6.x', 'hash-max-ziplist-entries', '512'],
  ['redis7', 'activerehashing', undefined],
  ['redis7', 'hash-max-ziplist-entries', undefined],
  ['redis7', 'hash-max-listpack-entries', '512'],
  ['redis7', 'maxmemory-policy', 'volatile-lru'],
  ['valkey7', 'repl-backlog-size', '1048576'],
  ['valkey8', 'repl-backlog-size', '10485760'],
  ['valkey8', 'commandlog-large-reply-max-len', '128'],
  ['memcached1.4', 'no_modern', undefined],
  ['memcached1.5', 'no_modern', '1'],
  ['memcached1.6', 'max_item_size', '1048576'],
]

const VALUES: readonly (readonly [name: string, value: string, accepted: boolean])[] = [
  ['maxmemory-policy', 'allkeys-lfu', true],
  ['maxmemory-policy', 'allkeys-all', false],
  ['timeout', '0', true],
  ['timeout', '19', false],
  ['timeout', '20', true],
  ['timeout', 'soon', false],
  ['slowlog-log-slower-than', '-1', true],
  ['slowlog-max-len', '-1', false],
  ['databases', '1200001', false],
  ['activedefrag', 'yes', true],
  ['activedefrag', 'maybe', false],
  ['notify-keyspace-events', 'Ex', true],
  ['maxclients', '100', false],
  ['maxmemory', '100', false],
  ['client-output-buffer-limit-replica-hard-limit', '1', false],
]

describe('a parameter group', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
    await bench.client.send(
      new CreateCacheParameterGroupCommand({
        CacheParameterGroupName: 'Mine',
        CacheParameterGroupFamily: 'redis7',
        Description: 'my own',
      }),
    )
  })

  const modify = (values: Readonly<Record<string, string>>, name = 'mine') =>
    bench.client.send(
      new ModifyCacheParameterGroupCommand({
        CacheParameterGroupName: name,
        ParameterNameValues: Object.entries(values).map(([ParameterName, ParameterValue]) => ({
          ParameterName,
          ParameterValue,
        })),
      }),
    )
  const parameters = async (Source?: string): Promise<ReadonlyMap<string, Parameter>> => {
    const map = new Map<string, Parameter>()
    const pages = paginateDescribeCacheParameters(
      { client: bench.client, pageSize: 20 },
      { CacheParameterGroupName: 'mine', Source },
    )
    for await (const page of pages) {
      for (const parameter of page.Parameters ?? []) map.set(parameter.ParameterName ?? '', parameter)
    }
    return map
  }

  for (const [family, name, value] of FAMILY_ROWS) {
    it(`of ${family} has ${name} ${value === undefined ? 'not' : `at ${value}`}`, () =>
      assert.equal(parametersOfFamily(family).get(name)?.default, value))
  }

  for (const [name, value, accepted] of VALUES) {
    it(`${accepted ? 'takes' : 'refuses'} ${name} ${value}`, async () => {
      if (accepted) await modify({ [name]: value })
      else await refused(modify({ [name]: value }), 'InvalidParameterValue', new RegExp(name))
      assert.equal((await parameters('user')).get(name)?.ParameterValue, accepted ? value : undefined)
    })
  }

  it('starts as a copy of its family, and shows what a user set as such', async () => {
    const [before, , named] = [await parameters(), await modify({ timeout: '60' }), await parameters()]
    assert.equal(before.size, [...parametersOfFamily('redis7').values()].filter((each) => !each.perNodeType).length)
    assert.deepEqual([...(await parameters('user')).keys()], ['timeout'])
    assert.equal((await parameters('system')).size, before.size - 1)
    const { Source, ParameterValue, AllowedValues, IsModifiable, ChangeType } = named.get('timeout') ?? {}
    assert.deepEqual(
      { Source, ParameterValue, AllowedValues, IsModifiable, ChangeType },
      { Source: 'user', ParameterValue: '60', AllowedValues: '0,20-', IsModifiable: true, ChangeType: 'immediate' },
    )
  })

  it('lists what depends on the node type apart', async () => {
    const shown = await bench.client.send(
      new DescribeCacheParametersCommand({ CacheParameterGroupName: 'default.redis7' }),
    )
    const maxmemory = shown.CacheNodeTypeSpecificParameters?.find((each) => each.ParameterName === 'maxmemory')
    const small = maxmemory?.CacheNodeTypeSpecificValues?.find((each) => each.CacheNodeType === 'cache.t4g.small')
    assert.equal(small?.Value, '1471026299')
  })

  it('resets one parameter, and all', async () => {
    await modify({ timeout: '60', activedefrag: 'yes', 'maxmemory-policy': 'noeviction' })
    bench.settle()
    await bench.client.send(
      new ResetCacheParameterGroupCommand({
        CacheParameterGroupName: 'mine',
        ParameterNameValues: [{ ParameterName: 'timeout' }],
      }),
    )
    assert.deepEqual([...(await parameters('user')).keys()], ['activedefrag', 'maxmemory-policy'])
    bench.settle()
    const all = { CacheParameterGroupName: 'mine', ResetAllParameters: true }
    await bench.client.send(new ResetCacheParameterGroupCommand(all))
    assert.equal((await parameters('user')).size, 0)
  })

  it('takes at most 20 values in a call, and none of them when one is wrong', async () => {
    const names = [...parametersOfFamily('redis7').values()].filter((each) => each.modifiable && each.default !== '')
    const values = Object.fromEntries(names.slice(0, 21).map((each) => [each.name, each.default]))
    await refused(
      modify(values),
      'InvalidParameterCombination',
      'Cannot modify more than 20 parameters in a single request',
    )
    await refused(modify({ timeout: '60', nonsense: '1' }), 'InvalidParameterValue', "Parameter nonsense doesn't exist")
    assert.equal((await parameters('user')).size, 0)
  })

  it('is not changed when it is a default one, nor when it is not there', async () => {
    await refused(modify({ timeout: '60' }, 'default.redis7'), 'InvalidParameterValue', /default parameter group/)
    await refused(
      modify({ timeout: '60' }, 'nope'),
      'CacheParameterGroupNotFound',
      'CacheParameterGroup not found: nope',
    )
    await refused(
      bench.client.send(new DescribeCacheParameterGroupsCommand({ CacheParameterGroupName: 'nope' })),
      'CacheParameterGroupNotFound',
      'CacheParameterGroup nope not found.',
    )
  })

  it('reaches its clusters a moment later', async () => {
    await bench.createGroup({ CacheParameterGroupName: 'mine' })
    await modify({ timeout: '60' })
    const statusOf = async () => (await bench.cluster('pair-001')).CacheParameterGroup?.ParameterApplyStatus
    assert.equal(await statusOf(), 'applying')
    bench.settle()
    assert.equal(await statusOf(), 'in-sync')
  })

  it('waits for a reboot with what memcached reads only at its start', async () => {
    await bench.client.send(
      new CreateCacheParameterGroupCommand({
        CacheParameterGroupName: 'mem-own',
        CacheParameterGroupFamily: 'memcached1.6',
        Description: 'own',
      }),
    )
    await bench.createMemcached({ ...MEMCACHED, CacheParameterGroupName: 'mem-own' })
    await modify({ max_item_size: '2097152' }, 'mem-own')
    bench.settle()
    const status = (await bench.cluster('mem')).CacheParameterGroup
    assert.equal(status?.ParameterApplyStatus, 'pending-reboot')
    assert.deepEqual(status?.CacheNodeIdsToReboot, ['0001', '0002', '0003'])
  })

  it('keeps what decides on cluster mode once it is used', async () => {
    await modify({ 'cluster-enabled': 'yes' })
    await bench.createGroup({
      CacheParameterGroupName: 'mine',
      NumCacheClusters: undefined,
      NumNodeGroups: 2,
      ReplicasPerNodeGroup: 1,
    })
    assert.equal((await bench.group()).ClusterEnabled, true)
    await refused(modify({ 'cluster-enabled': 'no' }), 'InvalidParameterValue', /in use/)
  })

  it('comes in every account as the default of each family, with cluster mode off and on', async () => {
    const shown = await bench.client.send(new DescribeCacheParameterGroupsCommand({}))
    const descriptions = new Map(
      shown.CacheParameterGroups?.map((group) => [group.CacheParameterGroupName, group.Description]),
    )
    assert.equal(descriptions.get('default.redis7'), 'Default parameter group for redis7')
    assert.equal(
      descriptions.get('default.valkey8.cluster.on'),
      'Customized default parameter group for valkey8 with cluster mode on',
    )
    assert.equal(descriptions.has('default.memcached1.6.cluster.on'), false)
    assert.equal(descriptions.get('mine'), 'my own')
  })
})

describe('the catalogue', () => {
  it('names engine versions with their families, and the default of an engine', async () => {
    const { client } = await openBench()
    const { CacheEngineVersions: all = [] } = await client.send(new DescribeCacheEngineVersionsCommand({}))
    assert.ok(all.some((each) => each.EngineVersion === '6.2' && each.CacheParameterGroupFamily === 'redis6.x'))
    const one = await client.send(new DescribeCacheEngineVersionsCommand({ Engine: 'memcached', DefaultOnly: true }))
    assert.deepEqual(
      one.CacheEngineVersions?.map((each) => each.EngineVersion),
      ['1.6.22'],
    )
  })

  it('pages through the defaults of a family', async () => {
    const { client } = await openBench()
    const first = await client.send(
      new DescribeEngineDefaultParametersCommand({ CacheParameterGroupFamily: 'redis7', MaxRecords: 20 }),
    )
    assert.equal(first.EngineDefaults?.Parameters?.length, 20)
    assert.ok(first.EngineDefaults?.Marker)
  })

  it('lists where a node type may move, and never into or out of data tiering', async () => {
    const bench = await openBench()
    await bench.createGroup()
    const moves = await bench.client.send(new ListAllowedNodeTypeModificationsCommand({ ReplicationGroupId: 'pair' }))
    assert.ok(moves.ScaleUpModifications?.includes('cache.r6g.large'))
    assert.ok(moves.ScaleDownModifications?.includes('cache.t4g.micro'))
    assert.ok(
      ![...(moves.ScaleUpModifications ?? []), ...(moves.ScaleDownModifications ?? [])].some((type) =>
        /r6gd|m1\./.test(type),
      ),
    )
    await refused(
      bench.client.send(new ListAllowedNodeTypeModificationsCommand({})),
      'InvalidParameterCombination',
      /exactly one/,
    )
  })
})
