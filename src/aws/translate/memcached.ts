import type { CacheCluster } from '@aws-sdk/client-elasticache'
import { given } from '../../plan/core/given.ts'
import type { Member, ObservedMemcached, Pending } from '../../plan/core/observed.ts'
import { endpointOf, isoTimeOf, lower, pendingTransitOf, settingsOf, transitOf, wordOf } from './parts.ts'
import { stateOf, stateOfWhole } from './states.ts'

const membersOf = (cluster: CacheCluster): readonly Member[] =>
  (cluster.CacheNodes ?? [])
    .map((node): Member => {
      const status = lower(node.CacheNodeStatus)
      return {
        id: node.CacheNodeId ?? '',
        shard: '',
        role: 'node',
        zone: node.CustomerAvailabilityZone ?? cluster.PreferredAvailabilityZone,
        status,
        state: stateOf(status),
        endpoint: endpointOf(node.Endpoint),
      }
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1))

const pendingOf = ({ PendingModifiedValues: pending }: CacheCluster): Pending =>
  given<Pending>({
    nodeType: pending?.CacheNodeType,
    engineVersion: pending?.EngineVersion,
    nodeCount: pending?.NumCacheNodes,
    inTransit: pendingTransitOf(pending?.TransitEncryptionEnabled, pending?.TransitEncryptionMode),
  })

/** A memcached cluster in our words. */
export const memcachedOf = (cluster: CacheCluster): ObservedMemcached => {
  const members = membersOf(cluster)
  const nodes = members.map(({ id, status }) => ({ name: `node ${id}`, status }))
  return {
    is: 'memcached',
    engine: 'memcached',
    id: lower(cluster.CacheClusterId),
    arn: cluster.ARN ?? '',
    createdTime: isoTimeOf(cluster.CacheClusterCreateTime),
    ...stateOfWhole(lower(cluster.CacheClusterStatus), nodes),
    engineVersion: cluster.EngineVersion ?? '',
    nodeType: cluster.CacheNodeType ?? '',
    members,
    nodeCount: cluster.NumCacheNodes ?? members.length,
    ...settingsOf([cluster]),
    networkType: wordOf(cluster.NetworkType),
    port: cluster.ConfigurationEndpoint?.Port ?? members.find((member) => member.endpoint)?.endpoint?.port,
    inTransit: transitOf(cluster.TransitEncryptionEnabled, cluster.TransitEncryptionMode),
    autoMinorVersionUpgrade: cluster.AutoMinorVersionUpgrade,
    configuration: endpointOf(cluster.ConfigurationEndpoint),
    pending: pendingOf(cluster),
  }
}
