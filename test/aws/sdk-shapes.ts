import type { CacheCluster, ReplicationGroup } from '@aws-sdk/client-elasticache'

/** A settled replication group as AWS tells it: one shard, `nodes` members, cluster mode disabled. */
export const sdkGroup = (id: string, nodes = 2, over: Partial<ReplicationGroup> = {}): ReplicationGroup => {
  const members = Array.from({ length: nodes }, (_, index) => `${id}-00${index + 1}`)
  return {
    ReplicationGroupId: id,
    ARN: `arn:aws:elasticache:eu-west-1:123456789012:replicationgroup:${id}`,
    Description: 'a cache',
    Status: 'available',
    Engine: 'valkey',
    ReplicationGroupCreateTime: new Date('2026-01-02T03:04:05Z'),
    MemberClusters: members,
    AutomaticFailover: 'enabled',
    MultiAZ: 'enabled',
    ClusterMode: 'disabled',
    ClusterEnabled: false,
    CacheNodeType: 'cache.t4g.micro',
    SnapshotRetentionLimit: 3,
    SnapshotWindow: '05:00-06:00',
    TransitEncryptionEnabled: true,
    TransitEncryptionMode: 'required',
    AtRestEncryptionEnabled: true,
    AuthTokenEnabled: true,
    AutoMinorVersionUpgrade: true,
    NetworkType: 'ipv4',
    NodeGroups: [
      {
        NodeGroupId: '0001',
        Status: 'available',
        PrimaryEndpoint: { Address: `master.${id}.example`, Port: 6379 },
        ReaderEndpoint: { Address: `replica.${id}.example`, Port: 6379 },
        NodeGroupMembers: members.map((member, index) => ({
          CacheClusterId: member,
          CacheNodeId: '0001',
          CurrentRole: index === 0 ? 'primary' : 'replica',
          PreferredAvailabilityZone: `eu-west-1${'ab'[index % 2]}`,
          ReadEndpoint: { Address: `${member}.example`, Port: 6379 },
        })),
      },
    ],
    ...over,
  }
}

/** A settled member of a group. */
export const sdkMember = (group: string, number: number, over: Partial<CacheCluster> = {}): CacheCluster => ({
  CacheClusterId: `${group}-00${number}`,
  ReplicationGroupId: group,
  Engine: 'valkey',
  EngineVersion: '8.1.0',
  CacheNodeType: 'cache.t4g.micro',
  CacheClusterStatus: 'available',
  PreferredMaintenanceWindow: 'Sun:05:00-Sun:06:00',
  CacheSubnetGroupName: 'Default',
  SecurityGroups: [
    { SecurityGroupId: 'sg-2', Status: 'active' },
    { SecurityGroupId: 'sg-1', Status: 'active' },
  ],
  CacheParameterGroup: { CacheParameterGroupName: 'default.valkey8', ParameterApplyStatus: 'in-sync' },
  NotificationConfiguration: { TopicArn: 'arn:aws:sns:eu-west-1:123456789012:news', TopicStatus: 'active' },
  ...over,
})

export const sdkMembers = (group: string, nodes = 2, over: Partial<CacheCluster> = {}): readonly CacheCluster[] =>
  Array.from({ length: nodes }, (_, index) => sdkMember(group, index + 1, over))

/** A settled memcached cluster. */
export const sdkMemcached = (id: string, nodes = 2, over: Partial<CacheCluster> = {}): CacheCluster => ({
  CacheClusterId: id,
  ARN: `arn:aws:elasticache:eu-west-1:123456789012:cluster:${id}`,
  Engine: 'memcached',
  EngineVersion: '1.6.22',
  CacheNodeType: 'cache.t4g.micro',
  CacheClusterStatus: 'available',
  CacheClusterCreateTime: new Date('2026-01-02T03:04:05Z'),
  NumCacheNodes: nodes,
  ConfigurationEndpoint: { Address: `${id}.cfg.example`, Port: 11211 },
  CacheNodes: Array.from({ length: nodes }, (_, index) => ({
    CacheNodeId: `000${index + 1}`,
    CacheNodeStatus: 'available',
    CustomerAvailabilityZone: 'eu-west-1a',
    Endpoint: { Address: `${id}.000${index + 1}.example`, Port: 11211 },
    ParameterGroupStatus: 'in-sync',
  })),
  ...over,
})
