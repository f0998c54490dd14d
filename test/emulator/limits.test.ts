import {
  AddTagsToResourceCommand,
  CreateCacheClusterCommand,
  type CreateCacheClusterCommandInput,
  CreateCacheParameterGroupCommand,
  CreateCacheSubnetGroupCommand,
  CreateReplicationGroupCommand,
  type CreateReplicationGroupCommandInput,
  DecreaseReplicaCountCommand,
  DeleteCacheParameterGroupCommand,
  DescribeReplicationGroupsCommand,
  IncreaseReplicaCountCommand,
  ModifyReplicationGroupCommand,
} from '@aws-sdk/client-elasticache'
import { before, describe, it } from 'mocha'
import { type Bench, MEMCACHED, openBench, PAIR, refused, SHARDED } from './fixture.ts'

const VALUE = 'InvalidParameterValue'
const COMBINATION = 'InvalidParameterCombination'
const NOT_AN_IDENTIFIER =
  'is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.'

type GroupRow = readonly [
  name: string,
  input: Partial<CreateReplicationGroupCommandInput>,
  code: string,
  message: string | RegExp,
]

const GROUP_ROWS: readonly GroupRow[] = [
  [
    'an id with an underscore',
    { ReplicationGroupId: 'a_b' },
    VALUE,
    `The parameter ReplicationGroupId ${NOT_AN_IDENTIFIER}`,
  ],
  ['an id that begins with a digit', { ReplicationGroupId: '1a' }, VALUE, /not a valid identifier/],
  ['an id that ends with a hyphen', { ReplicationGroupId: 'a-' }, VALUE, /not a valid identifier/],
  ['an id with two hyphens', { ReplicationGroupId: 'a--b' }, VALUE, /not a valid identifier/],
  ['an id of 41 characters', { ReplicationGroupId: 'a'.repeat(41) }, VALUE, /longer than 40/],
  ['a description of 256 characters', { ReplicationGroupDescription: 'a'.repeat(256) }, VALUE, /255/],
  ['engine memcached', { Engine: 'memcached' }, VALUE, /redis, valkey/],
  [
    'a patch version from Redis 6 on',
    { EngineVersion: '6.2.6' },
    VALUE,
    "Specific version selection is not allowed for '6.2.6', please use '6.2'",
  ],
  ['an unknown version', { EngineVersion: '9.9' }, VALUE, 'Cannot find version 9.9 for redis'],
  ['no node type', { CacheNodeType: undefined }, VALUE, /CacheNodeType/],
  ['seven clusters', { NumCacheClusters: 7 }, VALUE, /within 1 and 6/],
  [
    'failover with one cluster',
    { NumCacheClusters: 1 },
    COMBINATION,
    'When using automatic failover, there must be at least 2 cache clusters in the replication group.',
  ],
  ['Multi-AZ without failover', { AutomaticFailoverEnabled: false, MultiAZEnabled: true }, COMBINATION, /Multi-AZ/],
  [
    'failover on T1',
    { CacheNodeType: 'cache.t1.micro' },
    COMBINATION,
    'Automatic failover is not supported for T1 and T2 cache node types.',
  ],
  ['zones that do not match', { PreferredCacheClusterAZs: ['us-east-1a'] }, COMBINATION, /must match NumCacheClusters/],
  ['a zone of another region', { PreferredCacheClusterAZs: ['us-east-1a', 'eu-west-1a'] }, VALUE, /eu-west-1a/],
  [
    'shards without cluster mode',
    { NumCacheClusters: undefined, NumNodeGroups: 2 },
    COMBINATION,
    /cluster mode enabled/,
  ],
  [
    'an unknown parameter group',
    { CacheParameterGroupName: 'nope' },
    'CacheParameterGroupNotFound',
    'CacheParameterGroup nope not found.',
  ],
  [
    'a parameter group of another family',
    { EngineVersion: '5.0.6', CacheParameterGroupName: 'default.redis3.2' },
    COMBINATION,
    'Expected a parameter group of family redis5.0 but found one of family redis3.2',
  ],
  [
    'an unknown subnet group',
    { CacheSubnetGroupName: 'nope' },
    'CacheSubnetGroupNotFoundFault',
    'Cache Subnet Group nope does not exist.',
  ],
  ['a malformed security group', { SecurityGroupIds: ['mine'] }, VALUE, /mine/],
  ['EC2-Classic security groups', { CacheSecurityGroupNames: ['default'] }, VALUE, /not permitted in this API version/],
  ['a port below 1024', { Port: 80 }, VALUE, /80/],
  ['retention of 36 days', { SnapshotRetentionLimit: 36 }, VALUE, /between 0 and 35/],
  ['a short snapshot window', { SnapshotWindow: '03:00-03:30' }, VALUE, 'Snapshot window must be at least 60 minutes.'],
  ['a short maintenance window', { PreferredMaintenanceWindow: 'sun:03:00-sun:03:30' }, VALUE, /at least 60 minutes/],
  ['a maintenance window without a day', { PreferredMaintenanceWindow: '03:00-04:00' }, VALUE, /format/],
  [
    'windows that overlap, even without backups',
    { SnapshotWindow: '03:30-04:30', PreferredMaintenanceWindow: 'sun:03:00-sun:04:00' },
    COMBINATION,
    'The snapshot window and maintenance window must not overlap.',
  ],
  [
    'windows that overlap over midnight of Sunday',
    { SnapshotWindow: '00:00-01:00', PreferredMaintenanceWindow: 'sun:23:30-mon:00:30' },
    COMBINATION,
    /must not overlap/,
  ],
  ['a token without transit encryption', { AuthToken: 'a'.repeat(16) }, COMBINATION, /encryption-in-transit/],
  ['a short token', { TransitEncryptionEnabled: true, AuthToken: 'short' }, VALUE, /16 to 128/],
  ['a token of 129 characters', { TransitEncryptionEnabled: true, AuthToken: 'a'.repeat(129) }, VALUE, /16 to 128/],
  ['a token with an at sign', { TransitEncryptionEnabled: true, AuthToken: 'abcdefgh@ijklmnop' }, VALUE, /16 to 128/],
  [
    'a transit mode without transit encryption',
    { TransitEncryptionMode: 'preferred' },
    COMBINATION,
    /set encryption-in-transit as enabled/,
  ],
  ['a key without encryption at rest', { KmsKeyId: 'key' }, COMBINATION, /KmsKeyId/],
  ['data tiering on another family', { DataTieringEnabled: true }, COMBINATION, /not supported for cache node type/],
  ['r6gd without data tiering', { CacheNodeType: 'cache.r6gd.xlarge' }, COMBINATION, /must be enabled/],
  ['durability before Valkey 9', { Durability: 'sync' }, COMBINATION, /Valkey 9\.0/],
  ['a user group that is not there', { UserGroupIds: ['ug'] }, 'UserGroupNotFound', /ug/],
  [
    'an unknown global group',
    { GlobalReplicationGroupId: 'g', CacheNodeType: undefined, AutomaticFailoverEnabled: undefined },
    'GlobalReplicationGroupNotFoundFault',
    /g/,
  ],
  ['IpDiscovery outside the network type', { IpDiscovery: 'ipv6' }, COMBINATION, /ipv6/],
  [
    '51 tags',
    { Tags: Array.from({ length: 51 }, (_, n) => ({ Key: `k${n}`, Value: '' })) },
    'TagQuotaPerResourceExceeded',
    /50/,
  ],
  ['a tag of AWS', { Tags: [{ Key: 'aws:mine', Value: '' }] }, VALUE, /aws:/],
]

const SHARDED_ROWS: readonly GroupRow[] = [
  [
    'cluster mode without failover',
    { AutomaticFailoverEnabled: undefined },
    COMBINATION,
    'Redis with cluster mode enabled cannot be created with auto failover turned off.',
  ],
  ['six replicas', { ReplicasPerNodeGroup: 6 }, VALUE, 'The number of replicas per node group must be within 0 and 5.'],
  ['91 shards', { NumNodeGroups: 91 }, 'NodeGroupsPerReplicationGroupQuotaExceeded', /90/],
  ['NumCacheClusters', { NumCacheClusters: 2 }, COMBINATION, /NumNodeGroups and ReplicasPerNodeGroup/],
  [
    'a parameter group without cluster mode',
    { CacheParameterGroupName: 'default.redis7' },
    COMBINATION,
    /does not fit/,
  ],
  ['slots with a gap', { NodeGroupConfiguration: [{ Slots: '0-100' }, { Slots: '200-16383' }] }, VALUE, /0-16383/],
  [
    'slots for one shard only',
    { NodeGroupConfiguration: [{ NodeGroupId: '0001', Slots: '0-100' }, { NodeGroupId: '0002' }] },
    COMBINATION,
    /all node groups or for none/,
  ],
  [
    'one configuration for two shards',
    { NodeGroupConfiguration: [{ NodeGroupId: '0001' }] },
    COMBINATION,
    /must match NumNodeGroups/,
  ],
  [
    'more nodes than the region may have',
    { NumNodeGroups: 60, ReplicasPerNodeGroup: 5 },
    'NodeQuotaForCustomerExceeded',
    /300/,
  ],
]

type ClusterRow = readonly [
  name: string,
  input: Partial<CreateCacheClusterCommandInput>,
  code: string,
  message: string | RegExp,
]

const CLUSTER_ROWS: readonly ClusterRow[] = [
  ['an id of 51 characters', { CacheClusterId: 'a'.repeat(51) }, VALUE, /longer than 50/],
  ['a bad id', { CacheClusterId: 'a_b' }, VALUE, `The parameter CacheClusterIdentifier ${NOT_AN_IDENTIFIER}`],
  ['no nodes', { NumCacheNodes: 0 }, VALUE, /between 1 and 40/],
  ['41 nodes', { NumCacheNodes: 41 }, 'NodeQuotaForClusterExceeded', /40/],
  ['engine valkey', { Engine: 'valkey' }, VALUE, /memcached, redis/],
  [
    'two redis nodes',
    { Engine: 'redis', NumCacheNodes: 2 },
    VALUE,
    'The parameter NumCacheNodes must be 1 if cache engine is redis.',
  ],
  ['backups of memcached', { SnapshotRetentionLimit: 1 }, COMBINATION, /memcached/],
  ['a token for memcached', { AuthToken: 'a'.repeat(16) }, COMBINATION, /memcached/],
  [
    'transit encryption before 1.6.12',
    { EngineVersion: '1.6.6', TransitEncryptionEnabled: true },
    COMBINATION,
    /in-transit/,
  ],
  ['cross-az with one node', { NumCacheNodes: 1, AZMode: 'cross-az' }, COMBINATION, /at least two/],
  [
    'two zones in single-az',
    { NumCacheNodes: 2, PreferredAvailabilityZones: ['us-east-1a', 'us-east-1b'] },
    COMBINATION,
    /cross-az/,
  ],
  ['a node type that memcached lacks', { CacheNodeType: 'cache.r6gd.xlarge' }, VALUE, /not supported/],
  [
    'a parameter group with cluster mode',
    { Engine: 'redis', NumCacheNodes: 1, CacheParameterGroupName: 'default.redis7.cluster.on' },
    COMBINATION,
    /cluster mode/,
  ],
]

describe('a limit of AWS refuses', () => {
  let bench: Bench
  before(async () => {
    bench = await openBench()
    await bench.createGroup()
  })

  for (const [name, input, code, message] of GROUP_ROWS) {
    it(`a replication group with ${name}: ${code}`, () =>
      refused(
        bench.client.send(new CreateReplicationGroupCommand({ ...PAIR, ReplicationGroupId: 'other', ...input })),
        code,
        message,
      ))
  }
  for (const [name, input, code, message] of SHARDED_ROWS) {
    it(`a replication group of shards with ${name}: ${code}`, () =>
      refused(bench.client.send(new CreateReplicationGroupCommand({ ...SHARDED, ...input })), code, message))
  }
  for (const [name, input, code, message] of CLUSTER_ROWS) {
    it(`a cache cluster with ${name}: ${code}`, () =>
      refused(bench.client.send(new CreateCacheClusterCommand({ ...MEMCACHED, ...input })), code, message))
  }

  const increase = (input: object) =>
    bench.client.send(new IncreaseReplicaCountCommand({ ReplicationGroupId: 'pair', ApplyImmediately: true, ...input }))
  const decrease = (input: object) =>
    bench.client.send(new DecreaseReplicaCountCommand({ ReplicationGroupId: 'pair', ApplyImmediately: true, ...input }))

  const CALLS: readonly (readonly [
    name: string,
    call: () => Promise<unknown>,
    code: string,
    message: string | RegExp,
  ])[] = [
    [
      'a replica count that waits',
      () => increase({ ApplyImmediately: false, NewReplicaCount: 2 }),
      VALUE,
      /ApplyImmediately/,
    ],
    [
      'six replicas',
      () => increase({ NewReplicaCount: 6 }),
      VALUE,
      'The number of replicas per node group must be within 0 and 5.',
    ],
    ['an increase to what there is', () => increase({ NewReplicaCount: 1 }), 'NoOperationFault', /no changes/],
    ['an increase downwards', () => increase({ NewReplicaCount: 0 }), VALUE, /greater/],
    [
      'an increase in both ways',
      () => increase({ NewReplicaCount: 2, ReplicaConfiguration: [{ NodeGroupId: '0001', NewReplicaCount: 2 }] }),
      COMBINATION,
      /exactly one/,
    ],
    [
      'an increase of an unknown shard',
      () => increase({ ReplicaConfiguration: [{ NodeGroupId: '0009', NewReplicaCount: 2 }] }),
      VALUE,
      /0009/,
    ],
    [
      'zones that do not match the replicas',
      () =>
        increase({
          ReplicaConfiguration: [
            { NodeGroupId: '0001', NewReplicaCount: 2, PreferredAvailabilityZones: ['us-east-1a'] },
          ],
        }),
      COMBINATION,
      /plus 1/,
    ],
    [
      'the last replica of a group that fails over',
      () => decrease({ NewReplicaCount: 0 }),
      VALUE,
      'Must have at least 1 replica when cluster mode is disabled with auto failover enabled.',
    ],
    [
      'a decrease that names the primary',
      () => decrease({ ReplicasToRemove: ['pair-001'] }),
      VALUE,
      /serving as primary/,
    ],
    ['a decrease in no way', () => decrease({}), COMBINATION, /exactly one/],
    [
      'a group that exists',
      () => bench.client.send(new CreateReplicationGroupCommand(PAIR)),
      'ReplicationGroupAlreadyExists',
      'Replication group with specified name already exists.',
    ],
    [
      'a replica with more than its place',
      () =>
        bench.client.send(
          new CreateCacheClusterCommand({
            CacheClusterId: 'x',
            ReplicationGroupId: 'pair',
            CacheNodeType: 'cache.t4g.small',
          }),
        ),
      COMBINATION,
      'Cannot specify additional cache cluster parameters when creating a replica cluster',
    ],
    [
      'failover switched off with shards',
      () =>
        bench.client.send(
          new ModifyReplicationGroupCommand({ ReplicationGroupId: 'sharded', AutomaticFailoverEnabled: false }),
        ),
      COMBINATION,
      'Turning off automatic failover for replication group with cluster mode enabled is not supported.',
    ],
    [
      'failover switched on without a replica',
      () =>
        bench.client.send(
          new ModifyReplicationGroupCommand({ ReplicationGroupId: 'single', AutomaticFailoverEnabled: true }),
        ),
      COMBINATION,
      'Replication group must have at least one read replica to enable autofailover.',
    ],
    [
      'a default parameter group by name',
      () => bench.client.send(new DeleteCacheParameterGroupCommand({ CacheParameterGroupName: 'default.redis7' })),
      VALUE,
      /not a valid identifier/,
    ],
    [
      'deleting an unknown parameter group',
      () => bench.client.send(new DeleteCacheParameterGroupCommand({ CacheParameterGroupName: 'nope' })),
      'CacheParameterGroupNotFound',
      'CacheParameterGroupnot found: nope',
    ],
    [
      'an unknown family',
      () =>
        bench.client.send(
          new CreateCacheParameterGroupCommand({
            CacheParameterGroupName: 'x',
            CacheParameterGroupFamily: 'redis99',
            Description: 'x',
          }),
        ),
      VALUE,
      /redis99/,
    ],
    [
      'malformed subnets',
      () =>
        bench.client.send(
          new CreateCacheSubnetGroupCommand({
            CacheSubnetGroupName: 'x',
            CacheSubnetGroupDescription: 'x',
            SubnetIds: ['mine'],
          }),
        ),
      VALUE,
      'Some input subnets in :[mine] are invalid.',
    ],
    [
      '51 tags in two calls',
      async () => {
        const ResourceName = 'arn:aws:elasticache:us-east-1:123456789012:subnetgroup:default'
        const tags = (from: number, to: number) =>
          Array.from({ length: to - from }, (_, n) => ({ Key: `k${from + n}`, Value: '' }))
        await bench.client.send(new AddTagsToResourceCommand({ ResourceName, Tags: tags(0, 50) }))
        await bench.client.send(new AddTagsToResourceCommand({ ResourceName, Tags: tags(50, 51) }))
      },
      'TagQuotaPerResourceExceeded',
      /50/,
    ],
    [
      'a page of 19',
      () => bench.client.send(new DescribeReplicationGroupsCommand({ MaxRecords: 19 })),
      VALUE,
      /between 20 and 100/,
    ],
    [
      'a page of 101',
      () => bench.client.send(new DescribeReplicationGroupsCommand({ MaxRecords: 101 })),
      VALUE,
      /between 20 and 100/,
    ],
    [
      'a marker of one’s own',
      () => bench.client.send(new DescribeReplicationGroupsCommand({ Marker: 'page 2!' })),
      VALUE,
      /marker/,
    ],
  ]

  for (const [name, call, code, message] of CALLS) {
    it(`${name}: ${code}`, async () => {
      bench = await openBench()
      await bench.createGroup()
      await bench.createGroup({ ...SHARDED, NumCacheClusters: undefined })
      await bench.createGroup({ ReplicationGroupId: 'single', NumCacheClusters: 1, AutomaticFailoverEnabled: false })
      await refused(call(), code, message)
    })
  }
})
