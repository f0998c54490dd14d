import {
  CreateCacheClusterCommand,
  DeleteCacheClusterCommand,
  ModifyCacheClusterCommand,
  type NetworkType,
  RebootCacheClusterCommand,
} from '@aws-sdk/client-elasticache'
import type { MemcachedSettings, NewMemcached } from '../../plan/core/action.ts'
import type { ActionOf, Send } from './call.ts'
import { tagsOf } from './tags.ts'
import { zonesFrom } from './zones.ts'

const settings = (set: MemcachedSettings) => ({
  CacheNodeType: set.nodeType,
  EngineVersion: set.engineVersion,
  CacheParameterGroupName: set.parameterGroupName,
  SecurityGroupIds: set.securityGroupIds && [...set.securityGroupIds],
  PreferredMaintenanceWindow: set.maintenanceWindow,
  AutoMinorVersionUpgrade: set.autoMinorVersionUpgrade,
  NotificationTopicArn: set.notificationTopicArn,
})

/** A zone for each node, going round; AWS wants to be told when they are more than one. */
const placement = ({ zones = [], nodeCount }: NewMemcached) => {
  if (zones.length === 0) return {}
  const placed = zonesFrom(zones, 0, nodeCount)
  return {
    PreferredAvailabilityZones: placed,
    AZMode: new Set(placed).size > 1 ? ('cross-az' as const) : ('single-az' as const),
  }
}

export const createMemcached =
  ({ id, cluster, tags }: ActionOf<'CreateMemcached'>): Send =>
  (client) =>
    client.send(
      new CreateCacheClusterCommand({
        CacheClusterId: id,
        Engine: 'memcached',
        NumCacheNodes: cluster.nodeCount,
        ...settings(cluster),
        ...placement(cluster),
        CacheSubnetGroupName: cluster.subnetGroupName,
        Port: cluster.port,
        NetworkType: cluster.networkType as NetworkType | undefined,
        TransitEncryptionEnabled: cluster.inTransit && cluster.inTransit !== 'Disabled',
        Tags: tagsOf(tags),
      }),
    )

export const modifyMemcached =
  ({ id, set, when }: ActionOf<'ModifyMemcached'>): Send =>
  (client) =>
    client.send(
      new ModifyCacheClusterCommand({ CacheClusterId: id, ...settings(set), ApplyImmediately: when === 'Now' }),
    )

/** Nodes in other zones than the first one's are taken only across zones; the nodes that stand stay where they are. */
const joining = (zones: readonly string[], count: number) =>
  zones.length === 0 || count <= 0
    ? {}
    : { NewAvailabilityZones: zonesFrom(zones, 0, count), AZMode: 'cross-az' as const }

export const setNodes =
  ({ id, from, to, remove: gone, zones = [] }: ActionOf<'SetNodes'>): Send =>
  (client) =>
    client.send(
      new ModifyCacheClusterCommand({
        CacheClusterId: id,
        NumCacheNodes: to,
        ...(gone.length === 0 ? {} : { CacheNodeIdsToRemove: [...gone] }),
        ...joining(zones, to - from),
        ApplyImmediately: true,
      }),
    )

export const deleteMemcached =
  ({ id }: ActionOf<'DeleteMemcached'>): Send =>
  (client) =>
    client.send(new DeleteCacheClusterCommand({ CacheClusterId: id }))

/** Of a memcached cluster or of a member of a group: `id` is the cache, `clusterId` what is rebooted. */
export const rebootNodes =
  ({ clusterId, nodeIds }: ActionOf<'RebootNodes'>): Send =>
  (client) =>
    client.send(new RebootCacheClusterCommand({ CacheClusterId: clusterId, CacheNodeIdsToReboot: [...nodeIds] }))
