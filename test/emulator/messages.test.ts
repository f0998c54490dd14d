import assert from 'node:assert/strict'
import * as sdk from '@aws-sdk/client-elasticache'
import { before, describe, it } from 'mocha'
import { type Bench, MEMCACHED, openBench, PAIR, PAIR_ARN } from './fixture.ts'
import { createUser, createUserGroup } from './rbac-fixture.ts'

type Send = (client: sdk.ElastiCacheClient) => Promise<unknown>
type Row = readonly [situation: string, send: Send, status: number, code: string, message: string]

const VALUE = 'InvalidParameterValue'
const COMBINATION = 'InvalidParameterCombination'

const modifyGroup =
  (change: Partial<sdk.ModifyReplicationGroupCommandInput>): Send =>
  (client) =>
    client.send(
      new sdk.ModifyReplicationGroupCommand({ ReplicationGroupId: 'pair', ApplyImmediately: true, ...change }),
    )
const createGroup =
  (input: Partial<sdk.CreateReplicationGroupCommandInput>): Send =>
  (client) =>
    client.send(new sdk.CreateReplicationGroupCommand({ ...PAIR, ReplicationGroupId: 'new', ...input }))
const parameterGroup: Send = (client) =>
  client.send(
    new sdk.CreateCacheParameterGroupCommand({
      CacheParameterGroupName: 'mine',
      CacheParameterGroupFamily: 'redis7',
      Description: 'a',
    }),
  )
const parameter = (ParameterName: string) => [{ ParameterName, ParameterValue: '1' }]
const subnets =
  (CacheSubnetGroupName: string, ...SubnetIds: string[]): Send =>
  (client) =>
    client.send(
      new sdk.CreateCacheSubnetGroupCommand({ CacheSubnetGroupName, CacheSubnetGroupDescription: 'a', SubnetIds }),
    )
const listTags =
  (ResourceName: string): Send =>
  (client) =>
    client.send(new sdk.ListTagsForResourceCommand({ ResourceName }))

/** AWS's own words, with the code and the HTTP status that come with them. */
const ROWS: readonly Row[] = [
  [
    'DescribeCacheParameterGroups of one that is missing',
    (client) => client.send(new sdk.DescribeCacheParameterGroupsCommand({ CacheParameterGroupName: 'nope' })),
    404,
    'CacheParameterGroupNotFound',
    'CacheParameterGroup nope not found.',
  ],
  [
    'ModifyCacheParameterGroup of one that is missing',
    (client) =>
      client.send(
        new sdk.ModifyCacheParameterGroupCommand({
          CacheParameterGroupName: 'nope',
          ParameterNameValues: parameter('timeout'),
        }),
      ),
    404,
    'CacheParameterGroupNotFound',
    'CacheParameterGroup not found: nope',
  ],
  [
    'DeleteCacheParameterGroup of one that is missing',
    (client) => client.send(new sdk.DeleteCacheParameterGroupCommand({ CacheParameterGroupName: 'nope' })),
    404,
    'CacheParameterGroupNotFound',
    'CacheParameterGroupnot found: nope',
  ],
  [
    'a second parameter group of a name',
    parameterGroup,
    400,
    'CacheParameterGroupAlreadyExists',
    'Parameter group mine already exists',
  ],
  [
    'a second subnet group of a name',
    subnets('nets', 'subnet-0123abcd'),
    400,
    'CacheSubnetGroupAlreadyExists',
    'Cache subnet group nets already exists.',
  ],
  [
    'subnets that are none',
    subnets('new', 'mine', 'subnet-0123abcd', 'yours'),
    400,
    VALUE,
    'Some input subnets in :[mine, yours] are invalid.',
  ],
  [
    'DeleteCacheSubnetGroup of one that is missing',
    (client) => client.send(new sdk.DeleteCacheSubnetGroupCommand({ CacheSubnetGroupName: 'nope' })),
    400,
    'CacheSubnetGroupNotFoundFault',
    'Cache Subnet Group nope does not exist.',
  ],
  [
    'a subnet group in use',
    (client) => client.send(new sdk.DeleteCacheSubnetGroupCommand({ CacheSubnetGroupName: 'nets' })),
    400,
    'CacheSubnetGroupInUse',
    'Cache subnet group nets is currently in use by a cache cluster.',
  ],
  [
    'a cluster that is missing',
    (client) => client.send(new sdk.DescribeCacheClustersCommand({ CacheClusterId: 'nope' })),
    404,
    'CacheClusterNotFound',
    'CacheCluster not found: nope',
  ],
  [
    'a second replication group of an id',
    createGroup({ ReplicationGroupId: 'PAIR' }),
    400,
    'ReplicationGroupAlreadyExists',
    'Replication group with specified name already exists.',
  ],
  [
    'a replication group that is missing',
    (client) => client.send(new sdk.DescribeReplicationGroupsCommand({ ReplicationGroupId: 'nope' })),
    404,
    'ReplicationGroupNotFoundFault',
    'ReplicationGroup nope not found.',
  ],
  [
    'a parameter that the family does not have',
    (client) =>
      client.send(
        new sdk.ModifyCacheParameterGroupCommand({
          CacheParameterGroupName: 'mine',
          ParameterNameValues: parameter('reserved-memory'),
        }),
      ),
    400,
    VALUE,
    "Parameter reserved-memory doesn't exist",
  ],
  [
    'a reset of a parameter that the family does not have',
    (client) =>
      client.send(
        new sdk.ResetCacheParameterGroupCommand({
          CacheParameterGroupName: 'mine',
          ParameterNameValues: parameter('reserved-memory'),
        }),
      ),
    400,
    VALUE,
    "Parameter reserved-memory doesn't exist",
  ],
  [
    'a parameter group of another family',
    createGroup({ EngineVersion: '5.0.6', CacheParameterGroupName: 'default.redis3.2' }),
    400,
    COMBINATION,
    'Expected a parameter group of family redis5.0 but found one of family redis3.2',
  ],
  [
    'a version with its patch',
    createGroup({ EngineVersion: '6.2.6' }),
    400,
    VALUE,
    "Specific version selection is not allowed for '6.2.6', please use '6.2'",
  ],
  [
    'a short snapshot window',
    createGroup({ SnapshotWindow: '03:00-03:59' }),
    400,
    VALUE,
    'Snapshot window must be at least 60 minutes.',
  ],
  [
    'failover of one node',
    createGroup({ NumCacheClusters: 1 }),
    400,
    COMBINATION,
    'When using automatic failover, there must be at least 2 cache clusters in the replication group.',
  ],
  [
    'the last replica of a group that fails over',
    (client) =>
      client.send(
        new sdk.DecreaseReplicaCountCommand({ ReplicationGroupId: 'pair', NewReplicaCount: 0, ApplyImmediately: true }),
      ),
    400,
    VALUE,
    'Must have at least 1 replica when cluster mode is disabled with auto failover enabled.',
  ],
  ['an empty difference', modifyGroup({}), 400, COMBINATION, 'No modifications were requested'],
  [
    'tags of a group that is being made',
    listTags(PAIR_ARN.replace('pair', 'young')),
    400,
    'InvalidReplicationGroupState',
    'Cluster not in available state to perform tagging operations.',
  ],
  [
    'a user group without a default user',
    (client) => createUserGroup(client, 'new', ['reader']),
    400,
    'DefaultUserRequired',
    'User group needs to contain a user with the user name default.',
  ],
  [
    'an IAM user of two names',
    (client) =>
      createUser(client, 'one', { UserName: 'other', Passwords: undefined, AuthenticationMode: { Type: 'iam' } }),
    400,
    COMBINATION,
    'User Id and User name must be same for authentication type: iam',
  ],
]

describe('AWS says', () => {
  let bench: Bench
  before(async () => {
    bench = await openBench()
    const { client } = bench
    await parameterGroup(client)
    await subnets('nets', 'subnet-0123abcd')(client)
    await createUser(client, 'reader')
    await bench.createGroup()
    await bench.createMemcached({ ...MEMCACHED, CacheSubnetGroupName: 'nets' })
    await client.send(new sdk.CreateReplicationGroupCommand({ ...PAIR, ReplicationGroupId: 'young' }))
  })
  const answered = async (call: Promise<unknown>) =>
    call.then(
      () => assert.fail('it was not refused'),
      (error: sdk.ElastiCacheServiceException & { readonly Code?: string }) => ({
        status: error.$metadata.httpStatusCode,
        code: error.Code,
        message: error.message,
      }),
    )

  for (const [situation, send, status, code, message] of ROWS) {
    it(`of ${situation}: ${message}`, async () => {
      assert.deepEqual(await answered(send(bench.client)), { status, code, message })
    })
  }
})
