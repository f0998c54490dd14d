import {
  CreateCacheClusterCommand,
  DeleteCacheClusterCommand,
  ModifyCacheClusterCommand,
  type NetworkType,
  RebootCacheClusterCommand,
} from '@aws-sdk/client-elasticache'
import type { MemcachedSettings, NewMemcached } from '../../plan/core/action.ts'
import type { AwsSubject } from '../errors/rows.ts'
import type { ActionOf, Calls, Sender } from './call.ts'
import { tagsOf } from './tags.ts'

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
  const placed = Array.from({ length: nodeCount }, (_, node) => zones[node % zones.length]).filter(
    (zone) => zone !== undefined,
  )
  return {
    PreferredAvailabilityZones: placed,
    AZMode: new Set(placed).size > 1 ? ('cross-az' as const) : ('single-az' as const),
  }
}

const create = (client: Sender, { id, cluster, tags }: ActionOf<'CreateMemcached'>) =>
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

const modify = (client: Sender, { id, set, when }: ActionOf<'ModifyMemcached'>) =>
  client.send(new ModifyCacheClusterCommand({ CacheClusterId: id, ...settings(set), ApplyImmediately: when === 'Now' }))

const setNodes = (client: Sender, { id, to, remove: gone }: ActionOf<'SetNodes'>) =>
  client.send(
    new ModifyCacheClusterCommand({
      CacheClusterId: id,
      NumCacheNodes: to,
      ...(gone.length === 0 ? {} : { CacheNodeIdsToRemove: [...gone] }),
      ApplyImmediately: true,
    }),
  )

const remove = (client: Sender, { id }: ActionOf<'DeleteMemcached'>) =>
  client.send(new DeleteCacheClusterCommand({ CacheClusterId: id }))

const cluster = { subject: (): AwsSubject => 'cacheCluster', spoils: ({ id }: { readonly id: string }) => id }

const reboot = (client: Sender, { clusterId, nodeIds }: ActionOf<'RebootNodes'>) =>
  client.send(new RebootCacheClusterCommand({ CacheClusterId: clusterId, CacheNodeIdsToReboot: [...nodeIds] }))

export const memcachedCalls: Calls<
  'CreateMemcached' | 'ModifyMemcached' | 'SetNodes' | 'RebootNodes' | 'DeleteMemcached'
> = {
  CreateMemcached: { ...cluster, send: create },
  ModifyMemcached: { ...cluster, send: modify },
  SetNodes: { ...cluster, send: setNodes },
  RebootNodes: { ...cluster, send: reboot },
  DeleteMemcached: { ...cluster, send: remove },
}
