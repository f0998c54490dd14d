import assert from 'node:assert/strict'
import type { CacheCluster, ReplicationGroup } from '@aws-sdk/client-elasticache'
import { describe, it } from 'mocha'
import { translate } from '../../src/aws/translate/translate.ts'
import type { ObservedGroup, ObservedMemcached } from '../../src/plan/core/observed.ts'
import { sdkGroup, sdkMember, sdkMembers, sdkMemcached } from './sdk-shapes.ts'

const observed = (group: ReplicationGroup, clusters: readonly CacheCluster[] = sdkMembers('x')): ObservedGroup => {
  const [cache] = translate([group], clusters)
  assert.ok(cache?.is === 'group')
  return cache
}
const memcached = (cluster: CacheCluster): ObservedMemcached => {
  const [cache] = translate([], [cluster])
  assert.ok(cache?.is === 'memcached')
  return cache
}
const shardOf = (id: string, members: readonly string[], Status = 'available') => ({
  NodeGroupId: id,
  Status,
  NodeGroupMembers: members.map((CacheClusterId) => ({ CacheClusterId })),
})

describe('translating a replication group', () => {
  it('says a settled one in our words', () => {
    assert.deepEqual(observed(sdkGroup('x')), {
      is: 'group',
      engine: 'valkey',
      id: 'x',
      arn: 'arn:aws:elasticache:eu-west-1:123456789012:replicationgroup:x',
      createdTime: '2026-01-02T03:04:05.000Z',
      state: 'available',
      status: 'available',
      engineVersion: '8.1.0',
      nodeType: 'cache.t4g.micro',
      members: [
        {
          id: 'x-001',
          shard: '0001',
          role: 'primary',
          zone: 'eu-west-1a',
          status: 'available',
          state: 'available',
          endpoint: { host: 'x-001.example', port: 6379 },
        },
        {
          id: 'x-002',
          shard: '0001',
          role: 'replica',
          zone: 'eu-west-1b',
          status: 'available',
          state: 'available',
          endpoint: { host: 'x-002.example', port: 6379 },
        },
      ],
      shards: 1,
      replicasPerShard: 1,
      evenReplicas: true,
      subnetGroupName: 'default',
      securityGroupIds: ['sg-1', 'sg-2'],
      parameterGroupName: 'default.valkey8',
      parametersInSync: true,
      maintenanceWindow: 'sun:05:00-sun:06:00',
      notificationTopicArn: 'arn:aws:sns:eu-west-1:123456789012:news',
      networkType: 'ipv4',
      port: 6379,
      inTransit: 'Required',
      autoMinorVersionUpgrade: true,
      clusterMode: 'Disabled',
      automaticFailover: true,
      multiAZ: true,
      atRest: true,
      kmsKeyId: undefined,
      authToken: true,
      authTokenChangedTime: undefined,
      primary: { host: 'master.x.example', port: 6379 },
      reader: { host: 'replica.x.example', port: 6379 },
      configuration: undefined,
      snapshotRetentionDays: 3,
      snapshotWindow: '05:00-06:00',
      dataTiering: false,
      description: 'a cache',
      pending: {},
    })
  })

  it('says the same whatever order AWS lists things in', () => {
    const group = sdkGroup('x')
    const [shard] = group.NodeGroups ?? []
    const turned = {
      ...group,
      MemberClusters: [...(group.MemberClusters ?? [])].reverse(),
      NodeGroups: [{ ...shard, NodeGroupMembers: [...(shard?.NodeGroupMembers ?? [])].reverse() }],
    }
    assert.deepEqual(observed(turned, [...sdkMembers('x')].reverse()), observed(group))
  })

  it('writes ids in lower case', () => {
    const cache = observed(sdkGroup('X'), sdkMembers('X'))
    assert.equal(cache.id, 'x')
    assert.deepEqual(
      cache.members.map(({ id }) => id),
      ['x-001', 'x-002'],
    )
    assert.equal(cache.state, 'available')
  })

  const states: readonly [string, Partial<ReplicationGroup>, readonly CacheCluster[], string, string][] = [
    ['creating', { Status: 'creating', NodeGroups: [] }, [], 'moving', 'creating'],
    ['modifying', { Status: 'modifying' }, sdkMembers('x'), 'moving', 'modifying'],
    ['snapshotting', { Status: 'snapshotting' }, sdkMembers('x'), 'moving', 'snapshotting'],
    ['deleting', { Status: 'deleting' }, [], 'deleting', 'deleting'],
    ['create-failed', { Status: 'create-failed' }, [], 'failed', 'create-failed'],
    ['a word that nobody knows', { Status: 'Pondering' }, sdkMembers('x'), 'moving', 'pondering'],
    [
      'available, and a member still comes',
      {},
      [sdkMember('x', 1), sdkMember('x', 2, { CacheClusterStatus: 'creating' })],
      'moving',
      'available, member x-002 creating',
    ],
    [
      'available, and a member reboots',
      {},
      [sdkMember('x', 1, { CacheClusterStatus: 'rebooting cluster nodes' }), sdkMember('x', 2)],
      'moving',
      'available, member x-001 rebooting cluster nodes',
    ],
    [
      'available, and a member that left the group still goes',
      {},
      [...sdkMembers('x'), sdkMember('x', 3, { CacheClusterStatus: 'deleting' })],
      'moving',
      'available, member x-003 deleting',
    ],
    ['available, and a member is not listed', {}, [sdkMember('x', 1)], 'moving', 'available, member x-002 unseen'],
    [
      'available, and a member is in no shard yet',
      { MemberClusters: ['x-001', 'x-002', 'x-003'] },
      sdkMembers('x', 3),
      'moving',
      'available, member x-003 joining',
    ],
    [
      'available, and a member has failed while nothing else moves',
      {},
      [sdkMember('x', 1), sdkMember('x', 2, { CacheClusterStatus: 'incompatible-network' })],
      'available',
      'available, member x-002 incompatible-network',
    ],
    [
      'available, and a member has failed while another is under way',
      {},
      [
        sdkMember('x', 1, { CacheClusterStatus: 'incompatible-network' }),
        sdkMember('x', 2, { CacheClusterStatus: 'modifying' }),
      ],
      'moving',
      'available, member x-002 modifying',
    ],
    [
      'incompatible-network itself',
      { Status: 'incompatible-network' },
      sdkMembers('x'),
      'failed',
      'incompatible-network',
    ],
    [
      'available, and a shard is being changed',
      { NodeGroups: [shardOf('0001', ['x-001', 'x-002'], 'modifying')] },
      sdkMembers('x'),
      'moving',
      'available, shard 0001 modifying',
    ],
  ]
  for (const [name, over, clusters, state, status] of states) {
    it(`reads as ${state}: ${name}`, () => {
      const cache = observed(sdkGroup('x', 2, over), clusters)
      assert.deepEqual([cache.state, cache.status], [state, status])
    })
  }

  it('leaves a member failed that has failed, also where the whole is available', () => {
    const clusters = [sdkMember('x', 1), sdkMember('x', 2, { CacheClusterStatus: 'incompatible-network' })]
    const states = observed(sdkGroup('x'), clusters).members.map(({ state }) => state)
    assert.deepEqual(states, ['available', 'failed'])
  })

  it('counts the replicas of the shard that has the fewest, and says that they differ', () => {
    const group = sdkGroup('x', 2, {
      ClusterMode: 'enabled',
      MemberClusters: ['x-0001-001', 'x-0001-002', 'x-0002-001'],
      NodeGroups: [shardOf('0001', ['x-0001-001', 'x-0001-002']), shardOf('0002', ['x-0002-001'])],
      ConfigurationEndpoint: { Address: 'clustercfg.x.example', Port: 6379 },
    })
    const cache = observed(group, [])
    assert.deepEqual([cache.shards, cache.replicasPerShard, cache.evenReplicas], [2, 0, false])
    assert.equal(cache.clusterMode, 'Enabled')
    assert.deepEqual(cache.configuration, { host: 'clustercfg.x.example', port: 6379 })
    assert.equal(cache.primary, undefined)
  })

  it('does not guess a role that AWS does not tell', () => {
    const cache = observed(sdkGroup('x', 2, { NodeGroups: [shardOf('0001', ['x-001', 'x-002'])] }))
    assert.deepEqual(
      cache.members.map(({ role }) => role),
      ['unknown', 'unknown'],
    )
  })

  it('has the replicas of the named members while the shards are not told', () => {
    assert.equal(observed(sdkGroup('x', 3, { NodeGroups: [], Status: 'creating' })).replicasPerShard, 2)
  })

  it('runs the oldest version of its members, numerically', () => {
    const clusters = [sdkMember('x', 1, { EngineVersion: '7.10.0' }), sdkMember('x', 2, { EngineVersion: '7.9.1' })]
    assert.equal(observed(sdkGroup('x'), clusters).engineVersion, '7.9.1')
    assert.equal(observed(sdkGroup('x'), []).engineVersion, '')
  })

  const pending: readonly [string, Partial<ReplicationGroup>, Partial<CacheCluster>, object][] = [
    [
      'node type, told by members',
      {},
      { PendingModifiedValues: { CacheNodeType: 'cache.m6g.large' } },
      { nodeType: 'cache.m6g.large' },
    ],
    ['version, told by members', {}, { PendingModifiedValues: { EngineVersion: '8.2.0' } }, { engineVersion: '8.2.0' }],
    ['failover by its own word', { AutomaticFailover: 'enabling' }, {}, { automaticFailover: true }],
    ['failover going off', { AutomaticFailover: 'disabling' }, {}, { automaticFailover: false }],
    [
      'failover as pending value',
      { AutomaticFailover: 'disabled', PendingModifiedValues: { AutomaticFailoverStatus: 'enabled' } },
      {},
      { automaticFailover: true },
    ],
    [
      'transit encryption by its mode',
      { PendingModifiedValues: { TransitEncryptionMode: 'preferred' } },
      {},
      { inTransit: 'Preferred' },
    ],
    [
      'transit encryption going off',
      { PendingModifiedValues: { TransitEncryptionEnabled: false } },
      {},
      { inTransit: 'Disabled' },
    ],
    ['cluster mode', { PendingModifiedValues: { ClusterMode: 'compatible' } }, {}, { clusterMode: 'Compatible' }],
    ['the auth token', { PendingModifiedValues: { AuthTokenStatus: 'ROTATING' } }, {}, { authToken: 'Rotating' }],
  ]
  for (const [name, over, member, expected] of pending) {
    it(`tells what is pending: ${name}`, () => {
      assert.deepEqual(observed(sdkGroup('x', 2, over), sdkMembers('x', 2, member)).pending, expected)
    })
  }

  it('has its failover on while it goes off, and off while it comes on', () => {
    assert.equal(observed(sdkGroup('x', 2, { AutomaticFailover: 'disabling' })).automaticFailover, true)
    assert.equal(observed(sdkGroup('x', 2, { AutomaticFailover: 'enabling' })).automaticFailover, false)
  })

  it('has parameters in sync only when every member has applied the same group', () => {
    const group = (CacheParameterGroupName: string, ParameterApplyStatus: string) => ({
      CacheParameterGroup: { CacheParameterGroupName, ParameterApplyStatus },
    })
    const clusters = (...over: readonly Partial<CacheCluster>[]) =>
      over.map((one, index) => sdkMember('x', index + 1, one))
    const inSync = (...over: readonly Partial<CacheCluster>[]) =>
      observed(sdkGroup('x'), clusters(...over)).parametersInSync
    assert.equal(inSync(group('a', 'in-sync'), group('a', 'in-sync')), true)
    assert.equal(inSync(group('a', 'in-sync'), group('a', 'applying')), false)
    assert.equal(inSync(group('a', 'in-sync'), group('b', 'in-sync')), false)
  })

  it('leaves out a topic that is inactive and a security group that is being removed', () => {
    const cache = observed(
      sdkGroup('x'),
      sdkMembers('x', 2, {
        NotificationConfiguration: { TopicArn: 'arn:aws:sns:eu-west-1:123456789012:news', TopicStatus: 'inactive' },
        SecurityGroups: [
          { SecurityGroupId: 'sg-1', Status: 'removing' },
          { SecurityGroupId: 'sg-2', Status: 'active' },
        ],
      }),
    )
    assert.equal(cache.notificationTopicArn, undefined)
    assert.deepEqual(cache.securityGroupIds, ['sg-2'])
  })

  it('makes something of a group of which AWS tells nothing but its id', () => {
    const cache = observed({ ReplicationGroupId: 'x' }, [])
    assert.deepEqual(
      [cache.state, cache.shards, cache.replicasPerShard, cache.createdTime],
      ['moving', 1, 0, undefined],
    )
  })
})

describe('translating a memcached cluster', () => {
  it('says a settled one in our words', () => {
    const cache = memcached(sdkMemcached('m'))
    assert.equal(cache.state, 'available')
    assert.equal(cache.nodeCount, 2)
    assert.equal(cache.inTransit, 'Disabled')
    assert.deepEqual(cache.configuration, { host: 'm.cfg.example', port: 11211 })
    assert.deepEqual(cache.members[1], {
      id: '0002',
      shard: '',
      role: 'node',
      zone: 'eu-west-1a',
      status: 'available',
      state: 'available',
      endpoint: { host: 'm.0002.example', port: 11211 },
    })
    assert.deepEqual(cache.pending, {})
  })

  it('moves while a node does, and tells which', () => {
    const settled = sdkMemcached('m')
    const [first, second] = settled.CacheNodes ?? []
    const cache = memcached({ ...settled, CacheNodes: [{ ...first }, { ...second, CacheNodeStatus: 'creating' }] })
    assert.deepEqual([cache.state, cache.status], ['moving', 'available, node 0002 creating'])
  })

  it('tells what is pending', () => {
    const PendingModifiedValues = { NumCacheNodes: 3, CacheNodeType: 'cache.m6g.large' }
    assert.deepEqual(memcached(sdkMemcached('m', 2, { PendingModifiedValues })).pending, {
      nodeType: 'cache.m6g.large',
      nodeCount: 3,
    })
  })
})

describe('translating lists', () => {
  it('counts what comes twice once, as told last, and leaves out redis clusters without a group', () => {
    const caches = translate(
      [sdkGroup('x', 2, { Description: 'old' }), sdkGroup('x', 2, { Description: 'new' })],
      [...sdkMembers('x'), ...sdkMembers('x'), sdkMemcached('m'), { CacheClusterId: 'lone', Engine: 'redis' }],
    )
    assert.deepEqual(
      caches.map(({ id }) => id),
      ['x', 'm'],
    )
    const [group] = caches
    assert.ok(group?.is === 'group')
    assert.equal(group.description, 'new')
    assert.equal(group.members.length, 2)
  })
})
