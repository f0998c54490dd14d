import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import type { Sender } from '../../src/aws/actions/call.ts'
import { callOf } from '../../src/aws/actions/calls.ts'
import type { AwsAction, NewGroup } from '../../src/plan/core/action.ts'

/** The SDK's command and its input, without what is undefined (which the SDK doesn't send). */
const requestOf = async (action: AwsAction, authToken?: string): Promise<[string, unknown]> => {
  const sent: { readonly constructor: { readonly name: string }; readonly input: unknown }[] = []
  const client = { send: async (command: (typeof sent)[number]) => void sent.push(command) }
  await callOf(action, authToken).send(client as unknown as Sender)
  assert.equal(sent.length, 1, 'one action is one call')
  const [command] = sent
  return [command?.constructor.name.replace(/Command$/, '') ?? '', JSON.parse(JSON.stringify(command?.input))]
}

const group: NewGroup = { engine: 'valkey', nodeType: 'cache.t4g.micro', shards: 1, replicasPerShard: 1 }
const createGroup = (over: Partial<NewGroup>, withToken = false): AwsAction => ({
  do: 'CreateGroup',
  id: 'x',
  description: 'd',
  group: { ...group, ...over },
  tags: { owner: 'me' },
  withToken,
})
const created = {
  ReplicationGroupId: 'x',
  ReplicationGroupDescription: 'd',
  Engine: 'valkey',
  CacheNodeType: 'cache.t4g.micro',
  Tags: [{ Key: 'owner', Value: 'me' }],
}
const arn = 'arn:aws:elasticache:eu-west-1:123456789012:replicationgroup:x'

const table: readonly [string, AwsAction, string, object][] = [
  ['one shard counts its nodes', createGroup({}), 'CreateReplicationGroup', { ...created, NumCacheClusters: 2 }],
  [
    'zones go round the nodes of one shard',
    createGroup({ replicasPerShard: 2, zones: ['a', 'b'] }),
    'CreateReplicationGroup',
    { ...created, NumCacheClusters: 3, PreferredCacheClusterAZs: ['a', 'b', 'a'] },
  ],
  [
    'cluster mode counts shards and replicas, and leaves the parameter group to AWS',
    createGroup({ clusterMode: 'Enabled', shards: 3 }),
    'CreateReplicationGroup',
    { ...created, NumNodeGroups: 3, ReplicasPerNodeGroup: 1, ClusterMode: 'enabled' },
  ],
  [
    'zones go round the shards and their nodes',
    createGroup({ clusterMode: 'Enabled', shards: 2, zones: ['a', 'b', 'c'] }),
    'CreateReplicationGroup',
    {
      ...created,
      NumNodeGroups: 2,
      ReplicasPerNodeGroup: 1,
      ClusterMode: 'enabled',
      NodeGroupConfiguration: [
        { ReplicaCount: 1, PrimaryAvailabilityZone: 'a', ReplicaAvailabilityZones: ['b'] },
        { ReplicaCount: 1, PrimaryAvailabilityZone: 'b', ReplicaAvailabilityZones: ['c'] },
      ],
    },
  ],
  [
    'compatible mode counts nodes and says its mode',
    createGroup({ clusterMode: 'Compatible' }),
    'CreateReplicationGroup',
    { ...created, NumCacheClusters: 2, ClusterMode: 'compatible' },
  ],
  [
    'required encryption says no mode at create',
    createGroup({ inTransit: 'Required' }),
    'CreateReplicationGroup',
    { ...created, NumCacheClusters: 2, TransitEncryptionEnabled: true },
  ],
  [
    'preferred encryption says its mode at create',
    createGroup({ inTransit: 'Preferred' }),
    'CreateReplicationGroup',
    { ...created, NumCacheClusters: 2, TransitEncryptionEnabled: true, TransitEncryptionMode: 'preferred' },
  ],
  [
    'every setting has its place',
    createGroup({
      engineVersion: '8.1',
      parameterGroupName: 'p',
      securityGroupIds: ['sg-1'],
      maintenanceWindow: 'sun:05:00-sun:06:00',
      autoMinorVersionUpgrade: false,
      automaticFailover: true,
      multiAZ: true,
      notificationTopicArn: 't',
      snapshotRetentionDays: 0,
      snapshotWindow: '03:00-04:00',
      subnetGroupName: 's',
      port: 6380,
      networkType: 'ipv4',
      atRest: true,
      kmsKeyId: 'k',
      dataTiering: false,
      inTransit: 'Disabled',
    }),
    'CreateReplicationGroup',
    {
      ...created,
      NumCacheClusters: 2,
      EngineVersion: '8.1',
      CacheParameterGroupName: 'p',
      SecurityGroupIds: ['sg-1'],
      PreferredMaintenanceWindow: 'sun:05:00-sun:06:00',
      AutoMinorVersionUpgrade: false,
      AutomaticFailoverEnabled: true,
      MultiAZEnabled: true,
      NotificationTopicArn: 't',
      SnapshotRetentionLimit: 0,
      SnapshotWindow: '03:00-04:00',
      CacheSubnetGroupName: 's',
      Port: 6380,
      NetworkType: 'ipv4',
      AtRestEncryptionEnabled: true,
      KmsKeyId: 'k',
      DataTieringEnabled: false,
      TransitEncryptionEnabled: false,
    },
  ],
  [
    'a change says only what changes, and both words of encryption',
    { do: 'ModifyGroup', id: 'x', set: { inTransit: 'Required' }, when: 'Now' },
    'ModifyReplicationGroup',
    {
      ReplicationGroupId: 'x',
      TransitEncryptionEnabled: true,
      TransitEncryptionMode: 'required',
      ApplyImmediately: true,
    },
  ],
  [
    'daily snapshots are turned on with the member that they are taken of',
    {
      do: 'ModifyGroup',
      id: 'x',
      set: { snapshotRetentionDays: 3, snapshotsFrom: 'x-002' },
      when: 'Now',
    },
    'ModifyReplicationGroup',
    {
      ReplicationGroupId: 'x',
      SnapshotRetentionLimit: 3,
      SnapshottingClusterId: 'x-002',
      ApplyImmediately: true,
    },
  ],
  [
    'a change in the window is not applied at once',
    { do: 'ModifyGroup', id: 'x', set: { nodeType: 'cache.m6g.large', clusterMode: 'Compatible' }, when: 'InWindow' },
    'ModifyReplicationGroup',
    { ReplicationGroupId: 'x', CacheNodeType: 'cache.m6g.large', ClusterMode: 'compatible', ApplyImmediately: false },
  ],
  [
    'more replicas',
    { do: 'SetReplicas', id: 'x', from: 1, to: 2 },
    'IncreaseReplicaCount',
    { ReplicationGroupId: 'x', NewReplicaCount: 2, ApplyImmediately: true },
  ],
  [
    'more replicas stand in the zones that are asked for, which go round over the shards',
    { do: 'SetReplicas', id: 'x', from: 0, to: 1, zones: ['a', 'b', 'c'], shards: ['0001', '0003'] },
    'IncreaseReplicaCount',
    {
      ReplicationGroupId: 'x',
      ReplicaConfiguration: [
        { NodeGroupId: '0001', NewReplicaCount: 1, PreferredAvailabilityZones: ['a', 'b'] },
        { NodeGroupId: '0003', NewReplicaCount: 1, PreferredAvailabilityZones: ['c', 'a'] },
      ],
      ApplyImmediately: true,
    },
  ],
  [
    'more replicas without the ids of the shards leave the zones to AWS',
    { do: 'SetReplicas', id: 'x', from: 0, to: 1, zones: ['a', 'b'] },
    'IncreaseReplicaCount',
    { ReplicationGroupId: 'x', NewReplicaCount: 1, ApplyImmediately: true },
  ],
  [
    'fewer replicas',
    { do: 'SetReplicas', id: 'x', from: 2, to: 0 },
    'DecreaseReplicaCount',
    { ReplicationGroupId: 'x', NewReplicaCount: 0, ApplyImmediately: true },
  ],
  [
    'more shards',
    { do: 'SetShards', id: 'x', from: 1, to: 2, retain: ['0001'] },
    'ModifyReplicationGroupShardConfiguration',
    { ReplicationGroupId: 'x', NodeGroupCount: 2, ApplyImmediately: true },
  ],
  [
    'shards that come stand in the zones that are asked for',
    { do: 'SetShards', id: 'x', from: 1, to: 3, retain: ['0001'], zones: ['a', 'b'] },
    'ModifyReplicationGroupShardConfiguration',
    {
      ReplicationGroupId: 'x',
      NodeGroupCount: 3,
      ApplyImmediately: true,
      ReshardingConfiguration: [{ PreferredAvailabilityZones: ['b', 'a'] }, { PreferredAvailabilityZones: ['a', 'b'] }],
    },
  ],
  [
    'fewer shards name those that stay',
    { do: 'SetShards', id: 'x', from: 2, to: 1, retain: ['0002'] },
    'ModifyReplicationGroupShardConfiguration',
    { ReplicationGroupId: 'x', NodeGroupCount: 1, ApplyImmediately: true, NodeGroupsToRetain: ['0002'] },
  ],
  [
    'a delete without a snapshot',
    { do: 'DeleteGroup', id: 'x' },
    'DeleteReplicationGroup',
    { ReplicationGroupId: 'x', RetainPrimaryCluster: false },
  ],
  [
    'a delete with a last snapshot',
    { do: 'DeleteGroup', id: 'x', finalSnapshot: 'last' },
    'DeleteReplicationGroup',
    { ReplicationGroupId: 'x', RetainPrimaryCluster: false, FinalSnapshotIdentifier: 'last' },
  ],
  [
    'a memcached cluster in two zones',
    {
      do: 'CreateMemcached',
      id: 'm',
      cluster: { nodeType: 'cache.t4g.micro', nodeCount: 3, zones: ['a', 'b'], inTransit: 'Required', port: 11212 },
      tags: {},
    },
    'CreateCacheCluster',
    {
      CacheClusterId: 'm',
      Engine: 'memcached',
      NumCacheNodes: 3,
      CacheNodeType: 'cache.t4g.micro',
      PreferredAvailabilityZones: ['a', 'b', 'a'],
      AZMode: 'cross-az',
      TransitEncryptionEnabled: true,
      Port: 11212,
    },
  ],
  [
    'a memcached cluster in one zone',
    { do: 'CreateMemcached', id: 'm', cluster: { nodeType: 't', nodeCount: 1, zones: ['a', 'b'] }, tags: {} },
    'CreateCacheCluster',
    {
      CacheClusterId: 'm',
      Engine: 'memcached',
      NumCacheNodes: 1,
      CacheNodeType: 't',
      PreferredAvailabilityZones: ['a'],
      AZMode: 'single-az',
    },
  ],
  [
    'a change of memcached',
    { do: 'ModifyMemcached', id: 'm', set: { engineVersion: '1.6.22' }, when: 'Now' },
    'ModifyCacheCluster',
    { CacheClusterId: 'm', EngineVersion: '1.6.22', ApplyImmediately: true },
  ],
  [
    'more nodes',
    { do: 'SetNodes', id: 'm', from: 1, to: 2, remove: [] },
    'ModifyCacheCluster',
    { CacheClusterId: 'm', NumCacheNodes: 2, ApplyImmediately: true },
  ],
  [
    'nodes that come stand in the zones that are asked for',
    { do: 'SetNodes', id: 'm', from: 1, to: 3, remove: [], zones: ['b', 'c'] },
    'ModifyCacheCluster',
    {
      CacheClusterId: 'm',
      NumCacheNodes: 3,
      NewAvailabilityZones: ['b', 'c'],
      AZMode: 'cross-az',
      ApplyImmediately: true,
    },
  ],
  [
    'a reboot of a member that holds parameters back',
    { do: 'RebootNodes', id: 'x', clusterId: 'x-002', nodeIds: ['0001'] },
    'RebootCacheCluster',
    { CacheClusterId: 'x-002', CacheNodeIdsToReboot: ['0001'] },
  ],
  [
    'fewer nodes name those that go',
    { do: 'SetNodes', id: 'm', from: 2, to: 1, remove: ['0002'] },
    'ModifyCacheCluster',
    { CacheClusterId: 'm', NumCacheNodes: 1, CacheNodeIdsToRemove: ['0002'], ApplyImmediately: true },
  ],
  ['a delete of memcached', { do: 'DeleteMemcached', id: 'm' }, 'DeleteCacheCluster', { CacheClusterId: 'm' }],
  [
    'a parameter group',
    { do: 'CreateParameterGroup', name: 'p', family: 'valkey8', description: 'd', tags: { a: 'b' } },
    'CreateCacheParameterGroup',
    {
      CacheParameterGroupName: 'p',
      CacheParameterGroupFamily: 'valkey8',
      Description: 'd',
      Tags: [{ Key: 'a', Value: 'b' }],
    },
  ],
  [
    'values of parameters',
    { do: 'SetParameters', name: 'p', values: { timeout: '20' } },
    'ModifyCacheParameterGroup',
    { CacheParameterGroupName: 'p', ParameterNameValues: [{ ParameterName: 'timeout', ParameterValue: '20' }] },
  ],
  [
    'parameters back to their defaults',
    { do: 'ResetParameters', name: 'p', names: ['timeout'] },
    'ResetCacheParameterGroup',
    { CacheParameterGroupName: 'p', ParameterNameValues: [{ ParameterName: 'timeout' }] },
  ],
  [
    'a delete of a parameter group',
    { do: 'DeleteParameterGroup', name: 'p' },
    'DeleteCacheParameterGroup',
    { CacheParameterGroupName: 'p' },
  ],
  [
    'tags',
    { do: 'SetTags', cacheId: 'x', arn, tags: { a: 'b' } },
    'AddTagsToResource',
    { ResourceName: arn, Tags: [{ Key: 'a', Value: 'b' }] },
  ],
  [
    'tags away',
    { do: 'RemoveTags', cacheId: 'x', arn, keys: ['a'] },
    'RemoveTagsFromResource',
    { ResourceName: arn, TagKeys: ['a'] },
  ],
]

describe('what an action asks of AWS', () => {
  for (const [name, action, operation, input] of table) {
    it(`${action.do}: ${name}`, async () => {
      assert.deepEqual(await requestOf(action), [operation, input])
    })
  }

  it('sends the auth token only where the action says so', async () => {
    const token = 'a-token-of-16-chars'
    const [, without] = await requestOf(createGroup({}), token)
    assert.equal(JSON.stringify(without).includes(token), false)
    const [, withToken] = await requestOf(createGroup({}, true), token)
    assert.equal((withToken as { AuthToken?: string }).AuthToken, token)
    for (const [name, strategy] of [
      ['RotateToken', 'ROTATE'],
      ['SetToken', 'SET'],
    ] as const) {
      assert.deepEqual(await requestOf({ do: name, id: 'x', tokenVersion: '2' }, token), [
        'ModifyReplicationGroup',
        { ReplicationGroupId: 'x', AuthToken: token, AuthTokenUpdateStrategy: strategy, ApplyImmediately: true },
      ])
    }
  })

  it('spoils the observation of the cache that it writes, or what was read of the parameter group, and of no other thing', () => {
    const spoils = (action: AwsAction) => callOf(action).spoils
    assert.deepEqual(spoils(createGroup({})), { cache: 'x' })
    assert.deepEqual(spoils({ do: 'DeleteMemcached', id: 'm' }), { cache: 'm' })
    assert.deepEqual(spoils({ do: 'SetTags', cacheId: 'x', arn, tags: {} }), { cache: 'x' })
    assert.deepEqual(spoils({ do: 'DeleteParameterGroup', name: 'p' }), { parameterGroup: 'p' })
    const ofGroup = arn.replace('replicationgroup:x', 'parametergroup:p')
    assert.deepEqual(spoils({ do: 'SetTags', cacheId: 'x', arn: ofGroup, tags: {} }), { parameterGroup: 'p' })
  })

  it('is about what its ARN names when it writes tags', () => {
    const subject = (resource: string) => {
      const action: AwsAction = {
        do: 'RemoveTags',
        cacheId: 'x',
        arn: arn.replace('replicationgroup', resource),
        keys: [],
      }
      return callOf(action).subject
    }
    assert.deepEqual(['replicationgroup', 'cluster', 'parametergroup', 'moon'].map(subject), [
      'group',
      'cacheCluster',
      'parameterGroup',
      undefined,
    ])
  })

  it('is tried in this table for every action that there is', () => {
    // As a record, so that a new action without a row is an error of types.
    const all: Readonly<Record<AwsAction['do'], true>> = {
      CreateParameterGroup: true,
      SetParameters: true,
      ResetParameters: true,
      DeleteParameterGroup: true,
      CreateGroup: true,
      ModifyGroup: true,
      RebootNodes: true,
      SetReplicas: true,
      SetShards: true,
      RotateToken: true,
      SetToken: true,
      DeleteGroup: true,
      CreateMemcached: true,
      ModifyMemcached: true,
      SetNodes: true,
      DeleteMemcached: true,
      SetTags: true,
      RemoveTags: true,
    }
    const tried = new Set(table.map(([, action]) => action.do))
    for (const name of Object.keys(all)) {
      assert.ok(tried.has(name as AwsAction['do']) || name === 'RotateToken' || name === 'SetToken', name)
    }
  })
})
