import assert from 'node:assert/strict'
import {
  AuthorizeCacheSecurityGroupIngressCommand,
  CompleteMigrationCommand,
  CreateCacheSecurityGroupCommand,
  CreateGlobalReplicationGroupCommand,
  CreateReplicationGroupCommand,
  DecreaseNodeGroupsInGlobalReplicationGroupCommand,
  DeleteCacheSecurityGroupCommand,
  DeleteGlobalReplicationGroupCommand,
  DescribeCacheSecurityGroupsCommand,
  DescribeGlobalReplicationGroupsCommand,
  DescribeReservedCacheNodesCommand,
  type DescribeReservedCacheNodesCommandInput,
  DescribeReservedCacheNodesOfferingsCommand,
  DisassociateGlobalReplicationGroupCommand,
  type ElastiCacheClient,
  FailoverGlobalReplicationGroupCommand,
  IncreaseNodeGroupsInGlobalReplicationGroupCommand,
  ModifyGlobalReplicationGroupCommand,
  PurchaseReservedCacheNodesOfferingCommand,
  RebalanceSlotsInGlobalReplicationGroupCommand,
  RevokeCacheSecurityGroupIngressCommand,
  StartMigrationCommand,
  TestMigrationCommand,
  type TestMigrationCommandInput,
} from '@aws-sdk/client-elasticache'
import { before, describe, it } from 'mocha'
import { type Bench, openBench, PAIR, refused } from './fixture.ts'

const VALUE = 'InvalidParameterValue'
const COMBINATION = 'InvalidParameterCombination'
const NO_GLOBAL = 'GlobalReplicationGroupNotFoundFault'
const NO_OFFERING = 'ReservedCacheNodesOfferingNotFound'
const IMMEDIATELY = 'ApplyImmediately must be true for a global replication group.'
const CLASSIC = 'Use of cache security groups is not permitted in this API version for your account.'

const GlobalReplicationGroupId = 'ldgnf-all'
const ApplyImmediately = true
const CustomerNodeEndpointList = [{ Address: '10.0.0.1', Port: 6379 }]
const INGRESS = { CacheSecurityGroupName: 'old', EC2SecurityGroupName: 'a', EC2SecurityGroupOwnerId: '1' }

type Send = (client: ElastiCacheClient) => Promise<unknown>
type Row = readonly [name: string, send: Send, code: string, message: string | RegExp]

const createGlobal =
  (input: object = {}): Send =>
  (client) =>
    client.send(
      new CreateGlobalReplicationGroupCommand({
        GlobalReplicationGroupIdSuffix: 'all',
        PrimaryReplicationGroupId: 'large',
        ...input,
      }),
    )
const increase =
  (input: object = {}): Send =>
  (client) =>
    client.send(
      new IncreaseNodeGroupsInGlobalReplicationGroupCommand({
        GlobalReplicationGroupId,
        ApplyImmediately,
        NodeGroupCount: 3,
        ...input,
      }),
    )
const decrease =
  (input: object = {}): Send =>
  (client) =>
    client.send(
      new DecreaseNodeGroupsInGlobalReplicationGroupCommand({
        GlobalReplicationGroupId,
        ApplyImmediately,
        NodeGroupCount: 1,
        ...input,
      }),
    )
const modifyGlobal =
  (input: object = {}): Send =>
  (client) =>
    client.send(new ModifyGlobalReplicationGroupCommand({ GlobalReplicationGroupId, ApplyImmediately, ...input }))
const testMigration =
  (input: Partial<TestMigrationCommandInput> = {}): Send =>
  (client) =>
    client.send(new TestMigrationCommand({ ReplicationGroupId: 'multi', CustomerNodeEndpointList, ...input }))
const reserved =
  (input: DescribeReservedCacheNodesCommandInput): Send =>
  (client) =>
    client.send(new DescribeReservedCacheNodesCommand(input))

const GLOBAL_ROWS: readonly Row[] = [
  ['a suffix that is no identifier', createGlobal({ GlobalReplicationGroupIdSuffix: 'a_b' }), VALUE, /identifier/],
  [
    'a description of 256 characters',
    createGlobal({ GlobalReplicationGroupDescription: 'a'.repeat(256) }),
    VALUE,
    /longer than 255/,
  ],
  [
    'a primary that is not there',
    createGlobal({ PrimaryReplicationGroupId: 'nope' }),
    'ReplicationGroupNotFoundFault',
    'ReplicationGroup nope not found.',
  ],
  [
    'a primary that is being made',
    createGlobal({ PrimaryReplicationGroupId: 'young' }),
    'InvalidReplicationGroupState',
    'Replication group young is not in available state.',
  ],
  ['a primary of a small node type', createGlobal({ PrimaryReplicationGroupId: 'pair' }), VALUE, /cache\.t4g\.small/],
  ['a primary that would do', createGlobal(), 'ServiceLinkedRoleNotFoundFault', /AWSServiceRoleForElastiCache/],
  ['a change that waits', modifyGlobal({ ApplyImmediately: false }), VALUE, IMMEDIATELY],
  [
    'a change of a description of 256 characters',
    modifyGlobal({ GlobalReplicationGroupDescription: 'a'.repeat(256) }),
    VALUE,
    /longer than 255/,
  ],
  ['a change', modifyGlobal(), NO_GLOBAL, 'Global replication group ldgnf-all not found.'],
  ['more shards that wait', increase({ ApplyImmediately: false }), VALUE, IMMEDIATELY],
  ['91 shards', increase({ NodeGroupCount: 91 }), VALUE, /between 1 and 90/],
  [
    'shards in a region that is none',
    increase({
      RegionalConfigurations: [
        { ReplicationGroupId: 'a', ReplicationGroupRegion: 'mars', ReshardingConfiguration: [] },
      ],
    }),
    VALUE,
    /names no region: mars/,
  ],
  ['more shards', increase(), NO_GLOBAL, /ldgnf-all/],
  ['no shards', decrease({ NodeGroupCount: 0 }), VALUE, /between 1 and 90/],
  ['fewer shards, and not which', decrease(), COMBINATION, /Exactly one/],
  [
    'fewer shards, and both which',
    decrease({ GlobalNodeGroupsToRemove: ['a'], GlobalNodeGroupsToRetain: ['b'] }),
    COMBINATION,
    /Exactly one/,
  ],
  ['fewer shards', decrease({ GlobalNodeGroupsToRemove: ['a'] }), NO_GLOBAL, /ldgnf-all/],
  [
    'a rebalance that waits',
    (client) =>
      client.send(
        new RebalanceSlotsInGlobalReplicationGroupCommand({ GlobalReplicationGroupId, ApplyImmediately: false }),
      ),
    VALUE,
    IMMEDIATELY,
  ],
  [
    'a rebalance',
    (client) =>
      client.send(new RebalanceSlotsInGlobalReplicationGroupCommand({ GlobalReplicationGroupId, ApplyImmediately })),
    NO_GLOBAL,
    /ldgnf-all/,
  ],
  [
    'a failover to a region that is none',
    (client) =>
      client.send(
        new FailoverGlobalReplicationGroupCommand({
          GlobalReplicationGroupId,
          PrimaryRegion: 'mars',
          PrimaryReplicationGroupId: 'a',
        }),
      ),
    VALUE,
    /PrimaryRegion names no region/,
  ],
  [
    'a failover',
    (client) =>
      client.send(
        new FailoverGlobalReplicationGroupCommand({
          GlobalReplicationGroupId,
          PrimaryRegion: 'eu-west-1',
          PrimaryReplicationGroupId: 'a',
        }),
      ),
    NO_GLOBAL,
    /ldgnf-all/,
  ],
  [
    'a member that leaves',
    (client) =>
      client.send(
        new DisassociateGlobalReplicationGroupCommand({
          GlobalReplicationGroupId,
          ReplicationGroupId: 'a',
          ReplicationGroupRegion: 'us-gov-west-1',
        }),
      ),
    NO_GLOBAL,
    /ldgnf-all/,
  ],
  [
    'a delete',
    (client) =>
      client.send(
        new DeleteGlobalReplicationGroupCommand({ GlobalReplicationGroupId, RetainPrimaryReplicationGroup: true }),
      ),
    NO_GLOBAL,
    /ldgnf-all/,
  ],
  [
    'a look at one',
    (client) => client.send(new DescribeGlobalReplicationGroupsCommand({ GlobalReplicationGroupId })),
    NO_GLOBAL,
    /ldgnf-all/,
  ],
  [
    'a look with 19 records',
    (client) => client.send(new DescribeGlobalReplicationGroupsCommand({ MaxRecords: 19 })),
    VALUE,
    /between 20 and 100/,
  ],
]

const MIGRATION_ROWS: readonly Row[] = [
  ['without an endpoint', testMigration({ CustomerNodeEndpointList: [] }), VALUE, /exactly one endpoint/],
  [
    'with two endpoints',
    testMigration({ CustomerNodeEndpointList: [...CustomerNodeEndpointList, ...CustomerNodeEndpointList] }),
    VALUE,
    /exactly one endpoint/,
  ],
  ['without an address', testMigration({ CustomerNodeEndpointList: [{ Port: 6379 }] }), VALUE, /needs an Address/],
  ['without a port', testMigration({ CustomerNodeEndpointList: [{ Address: 'a' }] }), VALUE, /needs a Port/],
  [
    'into a group that is not there',
    testMigration({ ReplicationGroupId: 'nope' }),
    'ReplicationGroupNotFoundFault',
    'ReplicationGroup nope not found.',
  ],
  ['into a group without Multi-AZ', testMigration({ ReplicationGroupId: 'pair' }), VALUE, /Multi-AZ/],
  [
    'into a group with transit encryption',
    testMigration({ ReplicationGroupId: 'secure' }),
    VALUE,
    /encryption-in-transit/,
  ],
  [
    'into a group that is being made',
    testMigration({ ReplicationGroupId: 'young' }),
    'InvalidReplicationGroupState',
    /not in available state/,
  ],
  ['as a test, from a node that nobody can reach', testMigration(), VALUE, /cannot connect .* 10\.0\.0\.1:6379/],
  [
    'for real, from a node that nobody can reach',
    (client) => client.send(new StartMigrationCommand({ ReplicationGroupId: 'multi', CustomerNodeEndpointList })),
    VALUE,
    /cannot connect .* 10\.0\.0\.1:6379/,
  ],
  [
    'that is to be completed and was not begun',
    (client) => client.send(new CompleteMigrationCommand({ ReplicationGroupId: 'multi', Force: true })),
    'ReplicationGroupNotUnderMigrationFault',
    /multi is not under migration/,
  ],
]

const RESERVED_ROWS: readonly Row[] = [
  [
    'one that is named',
    reserved({ ReservedCacheNodeId: 'mine' }),
    'ReservedCacheNodeNotFound',
    'Reserved cache node mine not found.',
  ],
  ['an unknown node type', reserved({ CacheNodeType: 'cache.m99.large' }), VALUE, /emulator does not know/],
  ['a malformed node type', reserved({ CacheNodeType: 'm5.large' }), VALUE, 'Invalid CacheNodeType: m5.large'],
  ['two years', reserved({ Duration: '2' }), VALUE, 'Invalid Duration: 2'],
  ['an unknown engine', reserved({ ProductDescription: 'mysql' }), VALUE, /ProductDescription/],
  ['an unknown offering type', reserved({ OfferingType: 'Free' }), VALUE, /OfferingType/],
  ['101 records', reserved({ MaxRecords: 101 }), VALUE, /between 20 and 100/],
  [
    'an offering that is named',
    (client) => client.send(new DescribeReservedCacheNodesOfferingsCommand({ ReservedCacheNodesOfferingId: 'x' })),
    NO_OFFERING,
    'Reserved cache nodes offering x not found.',
  ],
  [
    'a purchase of nothing',
    (client) =>
      client.send(
        new PurchaseReservedCacheNodesOfferingCommand({ ReservedCacheNodesOfferingId: 'x', CacheNodeCount: 0 }),
      ),
    VALUE,
    /at least 1/,
  ],
  [
    'a purchase',
    (client) => client.send(new PurchaseReservedCacheNodesOfferingCommand({ ReservedCacheNodesOfferingId: 'x' })),
    NO_OFFERING,
    /x not found/,
  ],
]

const CLASSIC_ROWS: readonly Row[] = [
  [
    'a new one with a bad name',
    (client) => client.send(new CreateCacheSecurityGroupCommand({ CacheSecurityGroupName: 'a_b', Description: 'b' })),
    VALUE,
    /identifier/,
  ],
  [
    'a new one',
    (client) => client.send(new CreateCacheSecurityGroupCommand({ CacheSecurityGroupName: 'old', Description: 'b' })),
    VALUE,
    CLASSIC,
  ],
  [
    'a delete',
    (client) => client.send(new DeleteCacheSecurityGroupCommand({ CacheSecurityGroupName: 'old' })),
    VALUE,
    CLASSIC,
  ],
  ['a list', (client) => client.send(new DescribeCacheSecurityGroupsCommand({})), VALUE, CLASSIC],
  ['an authorization', (client) => client.send(new AuthorizeCacheSecurityGroupIngressCommand(INGRESS)), VALUE, CLASSIC],
  ['a revocation', (client) => client.send(new RevokeCacheSecurityGroupIngressCommand(INGRESS)), VALUE, CLASSIC],
]

describe('an account that has none of it, or may not do it', () => {
  let bench: Bench
  before(async () => {
    bench = await openBench()
    await bench.createGroup()
    await bench.createGroup({ ReplicationGroupId: 'large', CacheNodeType: 'cache.r6g.large' })
    await bench.createGroup({ ReplicationGroupId: 'multi', MultiAZEnabled: true })
    await bench.createGroup({ ReplicationGroupId: 'secure', MultiAZEnabled: true, TransitEncryptionEnabled: true })
    await bench.client.send(new CreateReplicationGroupCommand({ ...PAIR, ReplicationGroupId: 'young' }))
  })

  for (const [title, rows] of [
    ['global datastores', GLOBAL_ROWS],
    ['migration', MIGRATION_ROWS],
    ['reserved nodes', RESERVED_ROWS],
    ['EC2-Classic security groups', CLASSIC_ROWS],
  ] as const) {
    describe(`is refused, of ${title},`, () => {
      for (const [name, send, code, message] of rows) {
        it(`${name}: ${code}`, () => refused(send(bench.client), code, message))
      }
    })
  }

  it('sees empty lists', async () => {
    const globals = await bench.client.send(new DescribeGlobalReplicationGroupsCommand({ ShowMemberInfo: true }))
    assert.deepEqual(globals.GlobalReplicationGroups, [])
    const filter = { Duration: '31536000', ProductDescription: 'valkey', OfferingType: 'No Upfront' }
    const nodes = await bench.client.send(new DescribeReservedCacheNodesCommand(filter))
    assert.deepEqual(nodes.ReservedCacheNodes, [])
    const offerings = await bench.client.send(new DescribeReservedCacheNodesOfferingsCommand(filter))
    assert.deepEqual(offerings.ReservedCacheNodesOfferings, [])
    assert.equal(offerings.Marker, undefined)
  })
})
