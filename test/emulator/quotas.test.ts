import assert from 'node:assert/strict'
import {
  AddTagsToResourceCommand,
  CreateCacheClusterCommand,
  type CreateCacheClusterCommandInput,
  CreateCacheParameterGroupCommand,
  CreateCacheSubnetGroupCommand,
  CreateReplicationGroupCommand,
  type CreateReplicationGroupCommandInput,
  DescribeCacheParameterGroupsCommand,
  ModifyCacheClusterCommand,
  ModifyCacheParameterGroupCommand,
  ModifyCacheSubnetGroupCommand,
  ModifyReplicationGroupCommand,
  type ModifyReplicationGroupCommandInput,
  ResetCacheParameterGroupCommand,
} from '@aws-sdk/client-elasticache'
import { before, describe, it } from 'mocha'
import { MODEL } from '../../emulator/wire/model.ts'
import { type Bench, MEMCACHED, openBench, PAIR, PAIR_ARN, refused, SHARDED } from './fixture.ts'
import { call } from './query.ts'

const VALUE = 'InvalidParameterValue'
const COMBINATION = 'InvalidParameterCombination'

const logs = (...types: readonly string[]): CreateReplicationGroupCommandInput['LogDeliveryConfigurations'] =>
  types.map((LogType) => ({
    LogType: LogType as 'slow-log',
    LogFormat: 'json',
    DestinationType: 'cloudwatch-logs',
    DestinationDetails: { CloudWatchLogsDetails: { LogGroup: '/logs' } },
  }))

type Row<Input> = readonly [name: string, input: Partial<Input>, code: string, message: string | RegExp]

const TIERED = { CacheNodeType: 'cache.r6gd.xlarge', DataTieringEnabled: true }

const GROUPS: readonly Row<CreateReplicationGroupCommandInput>[] = [
  ['no id', { ReplicationGroupId: '' }, VALUE, /not a valid identifier/],
  ['no cluster', { NumCacheClusters: 0, AutomaticFailoverEnabled: false }, VALUE, /within 1 and 6/],
  ['a port above 65535', { Port: 65_536 }, VALUE, /65536/],
  ['retention below 0', { SnapshotRetentionLimit: -1 }, VALUE, /between 0 and 35/],
  ['a snapshot window without minutes', { SnapshotWindow: '03-04' }, VALUE, /Invalid snapshot window format/],
  [
    'a maintenance window of 25 hours',
    { PreferredMaintenanceWindow: 'sun:03:00-mon:04:00' },
    VALUE,
    'Maintenance window must be at most 24 hours.',
  ],
  [
    'backups on T1',
    { CacheNodeType: 'cache.t1.micro', AutomaticFailoverEnabled: false, SnapshotRetentionLimit: 1 },
    COMBINATION,
    'Instance type does not support snapshotting. Snapshot retention limit parameter should not be specified.',
  ],
  [
    'three log deliveries',
    { LogDeliveryConfigurations: logs('slow-log', 'engine-log', 'slow-log') },
    COMBINATION,
    /slow-log is given twice/,
  ],
  ['a log of another type', { LogDeliveryConfigurations: logs('audit-log') }, VALUE, /Invalid LogType: audit-log/],
  [
    'a log of another format',
    { LogDeliveryConfigurations: logs('slow-log')?.map((log) => ({ ...log, LogFormat: 'xml' as 'json' })) },
    VALUE,
    /Invalid LogFormat: xml/,
  ],
  [
    'a log with nowhere to go',
    { LogDeliveryConfigurations: [{ LogType: 'slow-log', LogFormat: 'text', DestinationType: 'kinesis-firehose' }] },
    COMBINATION,
    /destination/,
  ],
  ['data tiering before 6.2', { ...TIERED, EngineVersion: '6.0' }, COMBINATION, /6\.2 or later/],
  [
    'data tiering with a policy that it lacks',
    { ...TIERED, CacheParameterGroupName: 'lfu' },
    COMBINATION,
    /maxmemory-policy of volatile-lru, allkeys-lru, noeviction/,
  ],
  ['another durability', { Durability: 'maybe' as 'sync' }, VALUE, /Invalid Durability/],
  [
    'durability without transit encryption',
    { Engine: 'valkey', EngineVersion: '9.0', Durability: 'sync' },
    COMBINATION,
    /encryption-in-transit/,
  ],
  ['IPv6 before Redis 6.2', { NetworkType: 'dual_stack', EngineVersion: '6.0' }, COMBINATION, /redis 6\.2 or later/],
  [
    'transit encryption before Redis 3.2.6',
    { EngineVersion: '3.2.10', TransitEncryptionEnabled: true },
    COMBINATION,
    /not supported/,
  ],
  ['a tag without a key', { Tags: [{ Key: '', Value: 'a' }] }, VALUE, /tag key/],
  ['a tag key of 129 characters', { Tags: [{ Key: 'a'.repeat(129), Value: '' }] }, VALUE, /tag key/],
  ['a tag value of 257 characters', { Tags: [{ Key: 'a', Value: 'a'.repeat(257) }] }, VALUE, /value of the tag/],
  [
    'a tag twice',
    {
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'a', Value: '2' },
      ],
    },
    VALUE,
    /given twice/,
  ],
  ...[' ', '/', '"', '@', '%', '*', 'ä'].map(
    (special): Row<CreateReplicationGroupCommandInput> => [
      `a token with '${special}'`,
      { TransitEncryptionEnabled: true, AuthToken: `abcdefgh${special}ijklmnop` },
      VALUE,
      /16 to 128/,
    ],
  ),
]

const SHARDS: readonly Row<CreateReplicationGroupCommandInput>[] = [
  ['a shard id of five digits', { NodeGroupConfiguration: shardIds('00001', '0002') }, VALUE, /one to four digits/],
  ['a shard id of letters', { NodeGroupConfiguration: shardIds('a', 'b') }, VALUE, /one to four digits/],
  ['one shard id twice', { NodeGroupConfiguration: shardIds('0001', '0001') }, VALUE, /different/],
  ['replicas below none', { ReplicasPerNodeGroup: -1 }, VALUE, /within 0 and 5/],
  ['no shards', { NumNodeGroups: 0 }, VALUE, /at least 1/],
  [
    'Multi-AZ without replicas',
    { ReplicasPerNodeGroup: 0, MultiAZEnabled: true },
    COMBINATION,
    /at least one replica in each/,
  ],
]

function shardIds(...ids: readonly string[]): CreateReplicationGroupCommandInput['NodeGroupConfiguration'] {
  return ids.map((NodeGroupId) => ({ NodeGroupId }))
}

const CLUSTERS: readonly Row<CreateCacheClusterCommandInput>[] = [
  ['a node count that is missing', { NumCacheNodes: undefined }, VALUE, /must be provided/],
  ['IPv6 before memcached 1.6.6', { EngineVersion: '1.5.16', NetworkType: 'ipv6' }, COMBINATION, /1\.6\.6 or later/],
  ['logs of memcached', { LogDeliveryConfigurations: logs('slow-log') }, COMBINATION, /memcached/],
  ['zones that do not match', { PreferredAvailabilityZones: ['us-east-1a'] }, COMBINATION, /must match NumCacheNodes/],
  ['a version of two numbers', { EngineVersion: '1.6' }, VALUE, /Cannot find version 1\.6/],
  [
    'zones for redis',
    { Engine: 'redis', NumCacheNodes: 1, AZMode: 'cross-az' },
    COMBINATION,
    /only for engine memcached/,
  ],
  [
    'transit encryption of a single redis node',
    { Engine: 'redis', NumCacheNodes: 1, TransitEncryptionEnabled: true },
    COMBINATION,
    /replication groups/,
  ],
]

const CHANGES: readonly Row<ModifyReplicationGroupCommandInput>[] = [
  ['a description of 256 characters', { ReplicationGroupDescription: 'a'.repeat(256) }, VALUE, /255/],
  ['retention of 36 days', { SnapshotRetentionLimit: 36 }, VALUE, /between 0 and 35/],
  ['a short snapshot window', { SnapshotWindow: '03:00-03:59' }, VALUE, 'Snapshot window must be at least 60 minutes.'],
  [
    'windows that overlap',
    { SnapshotWindow: '03:30-04:30', PreferredMaintenanceWindow: 'sun:03:00-sun:04:00' },
    COMBINATION,
    'The snapshot window and maintenance window must not overlap.',
  ],
  [
    'a window that overlaps with the other one as it is',
    { PreferredMaintenanceWindow: 'sun:20:30-sun:21:30' },
    COMBINATION,
    'The snapshot window and maintenance window must not overlap.',
  ],
  ['a lower version', { EngineVersion: '6.2' }, COMBINATION, /6\.2|downgrade/i],
  ['an unknown node type', { CacheNodeType: 'cache.m99.large' }, VALUE, /cache\.m99\.large/],
  ['a log twice', { LogDeliveryConfigurations: logs('engine-log', 'engine-log') }, COMBINATION, /given twice/],
  ['no security group', { SecurityGroupIds: [] }, VALUE, /must not be empty/],
  [
    'another token before 5.0.6',
    { ReplicationGroupId: 'old', AuthToken: 'b'.repeat(16) },
    COMBINATION,
    /AUTH token cannot be modified/,
  ],
  [
    'another transit encryption before 7.0.5',
    { ReplicationGroupId: 'old', TransitEncryptionEnabled: true, TransitEncryptionMode: 'preferred' },
    COMBINATION,
    /transit encryption is not supported/,
  ],
]

const parameterGroup = (CacheParameterGroupName: string, Description = 'a group') =>
  new CreateCacheParameterGroupCommand({ CacheParameterGroupName, CacheParameterGroupFamily: 'redis7', Description })
const subnetGroup = (CacheSubnetGroupName: string, subnets = 1) =>
  new CreateCacheSubnetGroupCommand({
    CacheSubnetGroupName,
    CacheSubnetGroupDescription: 'a group',
    SubnetIds: Array.from({ length: subnets }, (_, index) => `subnet-${String(index).padStart(8, '0')}`),
  })

describe('a quota or rule of AWS refuses', () => {
  let bench: Bench
  before(async () => {
    bench = await openBench({ quotas: { parameterGroups: 3, subnetGroups: 2, nodesPerRegion: 12 } })
    await bench.createGroup({ SnapshotWindow: '21:00-22:00', PreferredMaintenanceWindow: 'sun:03:00-sun:04:00' })
    await bench.createGroup({
      ReplicationGroupId: 'old',
      EngineVersion: '5.0.5',
      TransitEncryptionEnabled: true,
      AuthToken: 'a'.repeat(16),
    })
    await bench.createMemcached()
    await bench.client.send(parameterGroup('lfu'))
    await bench.client.send(
      new ModifyCacheParameterGroupCommand({
        CacheParameterGroupName: 'lfu',
        ParameterNameValues: [{ ParameterName: 'maxmemory-policy', ParameterValue: 'allkeys-lfu' }],
      }),
    )
    bench.settle()
  })

  for (const [name, input, code, message] of GROUPS) {
    it(`a replication group with ${name}: ${code}`, () =>
      refused(
        bench.client.send(new CreateReplicationGroupCommand({ ...PAIR, ReplicationGroupId: 'other', ...input })),
        code,
        message,
      ))
  }
  for (const [name, input, code, message] of SHARDS) {
    it(`a replication group of shards with ${name}: ${code}`, () =>
      refused(bench.client.send(new CreateReplicationGroupCommand({ ...SHARDED, ...input })), code, message))
  }
  for (const [name, input, code, message] of CLUSTERS) {
    it(`a cache cluster with ${name}: ${code}`, () =>
      refused(
        bench.client.send(new CreateCacheClusterCommand({ ...MEMCACHED, CacheClusterId: 'other', ...input })),
        code,
        message,
      ))
  }
  for (const [name, input, code, message] of CHANGES) {
    it(`a change of a replication group to ${name}: ${code}`, () =>
      refused(
        bench.client.send(
          new ModifyReplicationGroupCommand({ ReplicationGroupId: 'pair', ApplyImmediately: true, ...input }),
        ),
        code,
        message,
      ))
  }

  it('one node more than the region may have, in a memcached cluster and by scaling it', async () => {
    const create = new CreateCacheClusterCommand({ ...MEMCACHED, CacheClusterId: 'more', NumCacheNodes: 8 })
    await refused(bench.client.send(create), 'NodeQuotaForCustomerExceeded', /12/)
    const grow = new ModifyCacheClusterCommand({ CacheClusterId: 'mem', NumCacheNodes: 11, ApplyImmediately: true })
    await refused(bench.client.send(grow), 'NodeQuotaForCustomerExceeded', /12/)
  })

  it('a memcached cluster that grows beyond 40 nodes', () =>
    refused(
      bench.client.send(
        new ModifyCacheClusterCommand({ CacheClusterId: 'mem', NumCacheNodes: 41, ApplyImmediately: true }),
      ),
      'NodeQuotaForClusterExceeded',
      /40/,
    ))

  it('parameter groups: bad names, a bad description, and one more than the quota', async () => {
    for (const name of ['a_b', 'a.b', '1a', 'a-', 'a--b', '']) {
      await refused(bench.client.send(parameterGroup(name)), VALUE, /CacheParameterGroupName is not a valid identifier/)
    }
    await refused(bench.client.send(parameterGroup('a'.repeat(256))), VALUE, /longer than 255/)
    await refused(bench.client.send(parameterGroup('b', 'a'.repeat(256))), VALUE, /1 to 255/)
    await bench.client.send(parameterGroup('second'))
    const twice = 'Parameter group second already exists'
    await refused(bench.client.send(parameterGroup('Second')), 'CacheParameterGroupAlreadyExists', twice)
    await bench.client.send(parameterGroup('third'))
    await refused(bench.client.send(parameterGroup('fourth')), 'CacheParameterGroupQuotaExceeded', /3/)
  })

  it('a reset of 21 parameters, of none, and of all and some', async () => {
    const reset = (input: object) =>
      bench.client.send(new ResetCacheParameterGroupCommand({ CacheParameterGroupName: 'lfu', ...input }))
    const names = Array.from({ length: 21 }, (_, index) => ({ ParameterName: `p${index}`, ParameterValue: '' }))
    const tooMany = 'Cannot modify more than 20 parameters in a single request'
    await refused(reset({ ParameterNameValues: names }), COMBINATION, tooMany)
    await refused(reset({}), COMBINATION, /either ResetAllParameters/)
    await refused(reset({ ResetAllParameters: true, ParameterNameValues: names.slice(0, 1) }), COMBINATION, /not both/)
  })

  it('subnet groups: bad names, no or 21 subnets, and one more than the quota', async () => {
    for (const name of ['a_b', 'a.b', '1a', 'a-', 'a--b']) {
      await refused(bench.client.send(subnetGroup(name)), VALUE, /CacheSubnetGroupName is not a valid identifier/)
    }
    await refused(bench.client.send(subnetGroup('a'.repeat(256))), VALUE, /longer than 255/)
    await refused(bench.client.send(subnetGroup('none', 0)), VALUE, /subnets/)
    await refused(bench.client.send(subnetGroup('many', 21)), 'CacheSubnetQuotaExceededFault', /20/)
    await bench.client.send(subnetGroup('first', 20))
    const SubnetIds = Array.from({ length: 21 }, (_, index) => `subnet-${String(index).padStart(8, '0')}`)
    const grow = new ModifyCacheSubnetGroupCommand({ CacheSubnetGroupName: 'first', SubnetIds })
    await refused(bench.client.send(grow), 'CacheSubnetQuotaExceededFault', /20/)
    const twice = 'Cache subnet group first already exists.'
    await refused(bench.client.send(subnetGroup('First')), 'CacheSubnetGroupAlreadyExists', twice)
    await bench.client.send(subnetGroup('second'))
    await refused(bench.client.send(subnetGroup('third')), 'CacheSubnetGroupQuotaExceeded', /2/)
  })

  it('tags that would be more than 50 together with those that are there', async () => {
    const tags = Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: '' }))
    await bench.client.send(new AddTagsToResourceCommand({ ResourceName: PAIR_ARN, Tags: tags }))
    bench.settle()
    await bench.client.send(new AddTagsToResourceCommand({ ResourceName: PAIR_ARN, Tags: [{ Key: 'k1', Value: 'b' }] }))
    bench.settle()
    const more = new AddTagsToResourceCommand({ ResourceName: PAIR_ARN, Tags: [{ Key: 'more', Value: '' }] })
    await refused(bench.client.send(more), 'TagQuotaPerResourceExceeded', /50/)
  })
})

describe('AWS takes', () => {
  it('ids, names and windows in capitals, and stores them in lower case', async () => {
    const bench = await openBench()
    await bench.createGroup({ ReplicationGroupId: 'PAIR', PreferredMaintenanceWindow: 'SUN:03:00-Sun:04:00' })
    assert.equal((await bench.group('Pair')).ReplicationGroupId, 'pair')
    assert.equal((await bench.cluster('PAIR-001')).PreferredMaintenanceWindow, 'sun:03:00-sun:04:00')
    await bench.client.send(parameterGroup('MiNe'))
    const shown = await bench.client.send(new DescribeCacheParameterGroupsCommand({ CacheParameterGroupName: 'mINE' }))
    assert.equal(shown.CacheParameterGroups?.[0]?.CacheParameterGroupName, 'mine')
  })

  it('6.x as the newest Redis 6', async () => {
    const bench = await openBench()
    await bench.createGroup({ EngineVersion: '6.x' })
    assert.match((await bench.cluster('pair-001')).EngineVersion ?? '', /^6\.2\./)
  })

  it('everything at its limit', async () => {
    const bench = await openBench({ quotas: { nodesPerRegion: 1000, nodesPerClusterModeGroup: 540 } })
    await bench.createGroup({ ReplicationGroupId: 'a'.repeat(40), NumCacheClusters: 6, SnapshotRetentionLimit: 35 })
    await bench.createGroup({
      ...SHARDED,
      NumCacheClusters: undefined,
      NumNodeGroups: 90,
      ReplicasPerNodeGroup: 5,
      ReplicationGroupDescription: 'a'.repeat(255),
      TransitEncryptionEnabled: true,
      AuthToken: `!&#$^<>-${'a'.repeat(120)}`,
      LogDeliveryConfigurations: logs('slow-log', 'engine-log'),
      PreferredMaintenanceWindow: 'sun:03:00-mon:02:00',
      SnapshotWindow: '02:00-03:00',
      Port: 65_535,
    })
    await bench.createMemcached({ CacheClusterId: 'm'.repeat(50), NumCacheNodes: 40, Port: 1024 })
    assert.equal((await bench.cluster('m'.repeat(50))).NumCacheNodes, 40)
  })
})

describe('a page', () => {
  const paged = Object.entries(MODEL.operations).filter(
    ([, { input }]) => MODEL.structures[input]?.members['MaxRecords'] !== undefined,
  )
  /** What a list needs besides, so that its page is looked at. */
  const NEEDED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    DescribeCacheParameters: { CacheParameterGroupName: 'default.redis7' },
    DescribeEngineDefaultParameters: { CacheParameterGroupFamily: 'redis7' },
  }

  for (const [operation] of paged) {
    it(`of ${operation} has neither 19 records nor more than its limit`, async () => {
      const bench = await openBench()
      const limit = operation === 'DescribeSnapshots' ? 50 : 100
      for (const records of [0, 19, limit + 1]) {
        const answer = await call(bench.emulator, operation, { ...NEEDED[operation], MaxRecords: String(records) })
        assert.equal(answer.status, 400, `${records}: ${answer.body}`)
        assert.match(answer.body, new RegExp(`<Code>${VALUE}</Code>.*between 20 and ${limit}`))
      }
    })
  }
})
