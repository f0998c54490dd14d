import assert from 'node:assert/strict'
import {
  CreateCacheClusterCommand,
  CreateCacheParameterGroupCommand,
  CreateReplicationGroupCommand,
  type CreateReplicationGroupCommandInput,
  IncreaseReplicaCountCommand,
  ListAllowedNodeTypeModificationsCommand,
  ModifyCacheClusterCommand,
  ModifyCacheParameterGroupCommand,
  ModifyReplicationGroupCommand,
  type ModifyReplicationGroupCommandInput,
  ModifyReplicationGroupShardConfigurationCommand,
} from '@aws-sdk/client-elasticache'
import { describe, it } from 'mocha'
import { DEFAULT_QUOTAS } from '../../emulator/world/quota.ts'
import { type Bench, MEMCACHED, openBench, PAIR, refused, SHARDED } from './fixture.ts'
import { SINGLE } from './snapshots-fixture.ts'

type Input = Partial<CreateReplicationGroupCommandInput>
type Change = Partial<ModifyReplicationGroupCommandInput>

const COMBINATION = 'InvalidParameterCombination'
const VALUE = 'InvalidParameterValue'
const NOW = { ApplyImmediately: true }
const NO_FAILOVER = 'Automatic failover is not supported for T1 and T2 cache node types.'
const NO_BACKUPS =
  'Instance type does not support snapshotting. Snapshot retention limit parameter should not be specified.'

const create = (bench: Bench, input: Input) =>
  bench.client.send(new CreateReplicationGroupCommand({ ...PAIR, ...input }))
const modify = (bench: Bench, change: Change) =>
  bench.client.send(new ModifyReplicationGroupCommand({ ReplicationGroupId: 'pair', ...NOW, ...change }))
const sharded = (bench: Bench, input: Input) =>
  bench.client.send(new CreateReplicationGroupCommand({ ...SHARDED, ...input }))

describe('the limits of an account', () => {
  it('are those of the user guide', () => {
    assert.deepEqual(DEFAULT_QUOTAS, {
      nodesPerRegion: 300,
      nodesPerMemcachedCluster: 40,
      shardsPerGroup: 90,
      nodesPerClusterModeGroup: 90,
      parameterGroups: 300,
      subnetGroups: 300,
      subnetsPerSubnetGroup: 20,
      tagsPerResource: 50,
      users: 1000,
      userGroups: 100,
      usersPerUserGroup: 100,
      manualSnapshotsPerNodePerDay: 20,
      serverlessCaches: 40,
      serverlessSnapshotsPerCachePerDay: 24,
    })
  })
})

describe('a replication group without cluster mode', () => {
  const SIX = 'The number of cache clusters in a replication group must be within 1 and 6.'

  for (const NumCacheClusters of [0, 7]) {
    it(`does not have ${NumCacheClusters} clusters`, async () => {
      const bench = await openBench()
      await refused(create(bench, { NumCacheClusters, AutomaticFailoverEnabled: false }), VALUE, SIX)
    })
  }

  it('has six, and neither a call for replicas nor one for a cluster makes a seventh', async () => {
    const bench = await openBench()
    await bench.createGroup({ NumCacheClusters: 6 })
    const seventh = new CreateCacheClusterCommand({ CacheClusterId: 'seventh', ReplicationGroupId: 'pair' })
    await refused(bench.client.send(seventh), 'ClusterQuotaForCustomerExceeded', SIX)
    const more = new IncreaseReplicaCountCommand({ ReplicationGroupId: 'pair', NewReplicaCount: 6, ...NOW })
    await refused(bench.client.send(more), VALUE, 'The number of replicas per node group must be within 0 and 5.')
  })

  it('gets no replica, in any way, when the region has no more nodes', async () => {
    const bench = await openBench({ quotas: { nodesPerRegion: 2 } })
    await bench.createGroup()
    const message = 'The number of nodes exceeds the limit of 2 for this customer.'
    const third = new CreateCacheClusterCommand({ CacheClusterId: 'third', ReplicationGroupId: 'pair' })
    await refused(bench.client.send(third), 'NodeQuotaForCustomerExceeded', message)
    const more = new IncreaseReplicaCountCommand({ ReplicationGroupId: 'pair', NewReplicaCount: 2, ...NOW })
    await refused(bench.client.send(more), 'NodeQuotaForCustomerExceeded', message)
  })
})

describe('a replication group with cluster mode', () => {
  const replicas = 'The number of replicas per node group must be within 0 and 5.'

  it('has 0 to 5 replicas in each shard', async () => {
    const bench = await openBench()
    for (const ReplicasPerNodeGroup of [-1, 6]) {
      await refused(sharded(bench, { ReplicasPerNodeGroup }), VALUE, replicas)
      const NodeGroupConfiguration = [{ ReplicaCount: ReplicasPerNodeGroup }, { ReplicaCount: 1 }]
      const uneven = { ReplicasPerNodeGroup: undefined, NodeGroupConfiguration }
      await refused(sharded(bench, uneven), VALUE, replicas)
    }
  })

  it('has 90 shards unless AWS allows more: up to 500, and none more before Redis 5.0.6', async () => {
    const code = 'NodeGroupsPerReplicationGroupQuotaExceeded'
    const limit = (most: number) => `The number of node groups exceeds the limit of ${most} for a replication group.`
    const bare = { ReplicasPerNodeGroup: 0 }
    await refused(sharded(await openBench(), { ...bare, NumNodeGroups: 91 }), code, limit(90))
    const quotas = { shardsPerGroup: 1000, nodesPerRegion: 2000, nodesPerClusterModeGroup: 2000 }
    const raised = await openBench({ quotas })
    await refused(sharded(raised, { ...bare, NumNodeGroups: 91, EngineVersion: '5.0.5' }), code, limit(90))
    await refused(sharded(raised, { ...bare, NumNodeGroups: 501, EngineVersion: '5.0.6' }), code, limit(500))
    await sharded(raised, { ...bare, NumNodeGroups: 91, EngineVersion: '5.0.6' })
    await sharded(raised, { ...bare, ReplicationGroupId: 'old', NumNodeGroups: 90, EngineVersion: '5.0.5' })
    raised.settle()
    const more = { ReplicationGroupId: 'old', NodeGroupCount: 91, ...NOW }
    await refused(raised.client.send(new ModifyReplicationGroupShardConfigurationCommand(more)), code, limit(90))
  })

  it('has 90 nodes unless AWS allows more, whichever call would bring them', async () => {
    const message = 'The number of nodes exceeds the limit of 90 for a replication group in cluster mode.'
    const bench = await openBench()
    const tooMany = { NumNodeGroups: 46, ReplicasPerNodeGroup: 1 }
    await refused(sharded(bench, tooMany), 'NodeQuotaForClusterExceeded', message)
    await sharded(bench, { NumNodeGroups: 45, ReplicasPerNodeGroup: 1 })
    bench.settle()
    const shards = { ReplicationGroupId: 'sharded', NodeGroupCount: 46, ...NOW }
    const reshard = new ModifyReplicationGroupShardConfigurationCommand(shards)
    await refused(bench.client.send(reshard), 'NodeQuotaForCustomerExceeded', message)
    const more = new IncreaseReplicaCountCommand({ ReplicationGroupId: 'sharded', NewReplicaCount: 2, ...NOW })
    await refused(bench.client.send(more), 'NodeQuotaForCustomerExceeded', message)
  })
})

describe('a first small node', () => {
  const T1 = { CacheNodeType: 'cache.t1.micro', AutomaticFailoverEnabled: false }

  it('has neither automatic failover nor Multi-AZ, from the start or later', async () => {
    const bench = await openBench()
    const on = { ...T1, AutomaticFailoverEnabled: true }
    await refused(create(bench, on), COMBINATION, NO_FAILOVER)
    await refused(create(bench, { ...on, MultiAZEnabled: true }), COMBINATION, NO_FAILOVER)
    await bench.createGroup(T1)
    await refused(modify(bench, { AutomaticFailoverEnabled: true }), COMBINATION, NO_FAILOVER)
    await refused(modify(bench, { AutomaticFailoverEnabled: true, MultiAZEnabled: true }), COMBINATION, NO_FAILOVER)
  })

  it('has no backups: a retention is not even to be named', async () => {
    const bench = await openBench()
    await bench.createGroup(T1)
    const micro = { ...SINGLE, CacheNodeType: 'cache.t1.micro' }
    await bench.client.send(new CreateCacheClusterCommand(micro))
    bench.settle()
    for (const SnapshotRetentionLimit of [0, 1]) {
      const backups = { SnapshotRetentionLimit }
      await refused(create(bench, { ...T1, ReplicationGroupId: 'b', ...backups }), COMBINATION, NO_BACKUPS)
      await refused(modify(bench, { ...backups, SnapshottingClusterId: 'pair-001' }), COMBINATION, NO_BACKUPS)
      const other = new CreateCacheClusterCommand({ ...micro, CacheClusterId: 'b', ...backups })
      await refused(bench.client.send(other), COMBINATION, NO_BACKUPS)
      const change = new ModifyCacheClusterCommand({ CacheClusterId: 'single', ...backups })
      await refused(bench.client.send(change), COMBINATION, NO_BACKUPS)
    }
  })

  it('of the second kind has both', async () => {
    const bench = await openBench()
    await bench.createGroup({ CacheNodeType: 'cache.t2.micro', MultiAZEnabled: true, SnapshotRetentionLimit: 1 })
    assert.equal((await bench.group()).MultiAZ, 'enabled')
  })
})

describe('data tiering', () => {
  const TIERED = { CacheNodeType: 'cache.r6gd.xlarge', DataTieringEnabled: true }
  const policyGroup = async ({ client }: Bench, CacheParameterGroupName: string, policy: string) => {
    const group = { CacheParameterGroupName, CacheParameterGroupFamily: 'redis7', Description: policy }
    await client.send(new CreateCacheParameterGroupCommand(group))
    const ParameterNameValues = [{ ParameterName: 'maxmemory-policy', ParameterValue: policy }]
    await client.send(new ModifyCacheParameterGroupCommand({ CacheParameterGroupName, ParameterNameValues }))
  }
  const unfit = (group: string, policy: string) =>
    `Data tiering requires a maxmemory-policy of volatile-lru, allkeys-lru, noeviction; ${group} has ${policy}.`

  it('is asked for with r6gd nodes, and with no others', async () => {
    const bench = await openBench()
    const plain = create(bench, { DataTieringEnabled: true })
    await refused(plain, COMBINATION, 'Data tiering is not supported for cache node type cache.t4g.small.')
    const unsaid = create(bench, { CacheNodeType: 'cache.r6gd.xlarge' })
    await refused(unsaid, COMBINATION, 'Data tiering must be enabled for cache node type cache.r6gd.xlarge.')
    const old = create(bench, { ...TIERED, EngineVersion: '6.0' })
    await refused(old, COMBINATION, 'Data tiering requires engine version 6.2 or later.')
    const single = new CreateCacheClusterCommand({ ...SINGLE, CacheNodeType: 'cache.r6gd.xlarge' })
    await refused(bench.client.send(single), COMBINATION, 'Data tiering is supported only for replication groups.')
    const memcached = new CreateCacheClusterCommand({ ...MEMCACHED, CacheNodeType: 'cache.r6gd.xlarge' })
    const unknown = 'The cache node type cache.r6gd.xlarge is not supported for engine memcached.'
    await refused(bench.client.send(memcached), VALUE, unknown)
  })

  it('keeps its family of nodes', async () => {
    const bench = await openBench()
    await bench.createGroup(TIERED)
    const moves = await bench.client.send(new ListAllowedNodeTypeModificationsCommand({ ReplicationGroupId: 'pair' }))
    const all = [...(moves.ScaleUpModifications ?? []), ...(moves.ScaleDownModifications ?? [])]
    assert.ok(all.length > 0 && all.every((type) => type.startsWith('cache.r6gd.')))
    const away = 'The cache node type cannot be modified from cache.r6gd.xlarge to cache.r6g.xlarge.'
    await refused(modify(bench, { CacheNodeType: 'cache.r6g.xlarge' }), VALUE, away)
  })

  it('has an eviction policy that it can have, by another group or by a change of its own', async () => {
    const bench = await openBench()
    for (const policy of ['volatile-lru', 'allkeys-lru', 'noeviction']) await policyGroup(bench, policy, policy)
    await bench.createGroup({ ...TIERED, CacheParameterGroupName: 'volatile-lru' })
    for (const CacheParameterGroupName of ['allkeys-lru', 'noeviction']) {
      await modify(bench, { CacheParameterGroupName })
      bench.settle()
    }
    await policyGroup(bench, 'lfu', 'allkeys-lfu')
    await refused(modify(bench, { CacheParameterGroupName: 'lfu' }), COMBINATION, unfit('lfu', 'allkeys-lfu'))
    const ParameterNameValues = [{ ParameterName: 'maxmemory-policy', ParameterValue: 'volatile-ttl' }]
    const change = { CacheParameterGroupName: 'noeviction', ParameterNameValues }
    const own = bench.client.send(new ModifyCacheParameterGroupCommand(change))
    await refused(own, COMBINATION, unfit('noeviction', 'volatile-ttl'))
    const elsewhere = { ...change, CacheParameterGroupName: 'allkeys-lru' }
    await bench.client.send(new ModifyCacheParameterGroupCommand(elsewhere))
  })
})
