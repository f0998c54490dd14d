import type {
  CacheCluster as CacheClusterShown,
  CacheNode as CacheNodeShown,
  PendingModifiedValues,
} from '@aws-sdk/client-elasticache'
import {
  activeNodes,
  type CacheCluster,
  type CacheNode,
  mergedClusterChange,
  shownClusterStatus,
} from '../world/cache-cluster.ts'
import { frontKey, nodeKey } from '../world/engines-wanted.ts'
import { mergedChange } from '../world/replication-group.ts'
import { authShown, logsShown, pendingLogsShown, pendingTlsShown, tlsShown } from './settings.ts'
import { endpointOf, type View } from './view.ts'

const LANDING_PAGE = 'https://console.aws.amazon.com/elasticache/home#client-download:'

/** A node that had its reboot waits for no other. */
const parameterStatusOf = (cluster: CacheCluster, node: CacheNode) =>
  cluster.parameterStatus === 'pending-reboot' && cluster.rebooted?.includes(node.id)
    ? 'in-sync'
    : cluster.parameterStatus

const nodeShown = (view: View, cluster: CacheCluster, node: CacheNode): CacheNodeShown => {
  const provisioned = node.status !== 'creating'
  return {
    CacheNodeId: node.id,
    CacheNodeStatus: node.status,
    // A new node's creation time and endpoint are absent until it is provisioned.
    ...(provisioned
      ? {
          CacheNodeCreateTime: new Date(node.createdAtMs),
          Endpoint: endpointOf(view, nodeKey(view.world, cluster.id, node.id), cluster.settings.port),
        }
      : {}),
    ParameterGroupStatus: parameterStatusOf(cluster, node),
    CustomerAvailabilityZone: node.zone,
  }
}

const zoneShown = (cluster: CacheCluster) => {
  const zones = new Set(activeNodes(cluster).map((node) => node.zone))
  return zones.size > 1 ? 'Multiple' : ([...zones][0] ?? '')
}

const groupPending = (view: View, cluster: CacheCluster): PendingModifiedValues => {
  const group = view.world.groups.get(cluster.groupId ?? '')
  if (!group) return {}
  const change = mergedChange(group.applying, group.deferred ?? {})
  return settingsPending(change.settings, change.authStatus)
}

const settingsPending = (
  settings: Partial<CacheCluster['settings']> | undefined,
  authStatus: 'SETTING' | 'ROTATING' | undefined,
): PendingModifiedValues => ({
  ...(settings?.engineVersion === undefined ? {} : { EngineVersion: settings.engineVersion }),
  ...(settings?.nodeType === undefined ? {} : { CacheNodeType: settings.nodeType }),
  ...(authStatus === undefined ? {} : { AuthTokenStatus: authStatus }),
  ...pendingLogsShown(settings?.logs),
  ...pendingTlsShown(settings?.tls),
})

/** What is on its way: for members the group's node type and engine version, which show nowhere else. */
const pendingShown = (view: View, cluster: CacheCluster): PendingModifiedValues => {
  if (cluster.groupId !== undefined) return groupPending(view, cluster)
  const change = mergedClusterChange(cluster.applying, cluster.deferred ?? {})
  return {
    ...(change.nodeCount === undefined ? {} : { NumCacheNodes: change.nodeCount }),
    ...(change.removeNodes === undefined ? {} : { CacheNodeIdsToRemove: [...change.removeNodes] }),
    ...settingsPending(change.settings, change.authStatus),
    ...(change.scale === undefined
      ? {}
      : {
          ScaleConfig: { ScalePercentage: change.scale.percentage, ScaleIntervalMinutes: change.scale.intervalMinutes },
        }),
  }
}

const parameterGroupShown = (cluster: CacheCluster) => ({
  CacheParameterGroupName: cluster.settings.parameterGroup,
  ParameterApplyStatus: cluster.parameterStatus,
  CacheNodeIdsToReboot:
    cluster.parameterStatus === 'pending-reboot'
      ? cluster.nodes.flatMap((node) => (cluster.rebooted?.includes(node.id) ? [] : [node.id]))
      : [],
})

const lifeShown = (view: View, cluster: CacheCluster, withNodes: boolean) => {
  const status = shownClusterStatus(cluster, view.nowMs)
  const born = status !== 'creating'
  const discoverable = cluster.settings.engine === 'memcached' && born && status !== 'deleting'
  return {
    CacheClusterStatus: status,
    ...(born
      ? { CacheClusterCreateTime: new Date(cluster.createdAtMs), PreferredAvailabilityZone: zoneShown(cluster) }
      : {}),
    ...(discoverable
      ? {
          ConfigurationEndpoint: endpointOf(
            view,
            frontKey(view.world, cluster.id, 'configuration'),
            cluster.settings.port,
          ),
        }
      : {}),
    ...(withNodes && born ? { CacheNodes: cluster.nodes.map((node) => nodeShown(view, cluster, node)) } : {}),
  }
}

/** A cluster as DescribeCacheClusters shows it; its nodes only with ShowCacheNodeInfo. */
export const clusterShown = (view: View, cluster: CacheCluster, withNodes: boolean): CacheClusterShown => {
  const { settings } = cluster
  return {
    CacheClusterId: cluster.id,
    ClientDownloadLandingPage: LANDING_PAGE,
    CacheNodeType: settings.nodeType,
    Engine: settings.engine,
    EngineVersion: settings.engineVersion,
    ...lifeShown(view, cluster, withNodes),
    NumCacheNodes: activeNodes(cluster).length,
    PreferredMaintenanceWindow: settings.maintenanceWindow,
    PendingModifiedValues: pendingShown(view, cluster),
    ...(settings.topic === undefined
      ? {}
      : { NotificationConfiguration: { TopicArn: settings.topic.arn, TopicStatus: settings.topic.status } }),
    CacheSecurityGroups: [],
    CacheParameterGroup: parameterGroupShown(cluster),
    CacheSubnetGroupName: settings.subnetGroup,
    AutoMinorVersionUpgrade: settings.autoMinorVersionUpgrade,
    SecurityGroups: settings.securityGroupIds.map((SecurityGroupId) => ({ SecurityGroupId, Status: 'active' })),
    ...(cluster.groupId === undefined ? {} : { ReplicationGroupId: cluster.groupId }),
    ...(settings.snapshotWindow === undefined
      ? {}
      : { SnapshotRetentionLimit: settings.snapshotRetentionDays, SnapshotWindow: settings.snapshotWindow }),
    ...authShown(settings.auth),
    ...tlsShown(settings.tls),
    AtRestEncryptionEnabled: settings.atRest,
    ARN: cluster.arn,
    ReplicationGroupLogDeliveryEnabled: cluster.groupId !== undefined && settings.logs.length > 0,
    LogDeliveryConfigurations: cluster.groupId === undefined ? logsShown(settings) : [],
    NetworkType: settings.networkType as 'ipv4',
    IpDiscovery: settings.ipDiscovery as 'ipv4',
  }
}
