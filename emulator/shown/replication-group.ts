import type {
  NodeGroup,
  NodeGroupMember,
  ReplicationGroupPendingModifiedValues,
  ReplicationGroup as ReplicationGroupShown,
} from '@aws-sdk/client-elasticache'
import { frontKey, nodeKey } from '../world/engines-wanted.ts'
import { isDataTiered } from '../world/node-type.ts'
import {
  membersOf,
  mergedChange,
  type ReplicationGroup,
  type Shard,
  shownGroupStatus,
} from '../world/replication-group.ts'
import { clusterKey } from '../world/reshard-failure.ts'
import { authShown, logsShown, pendingLogsShown, pendingTlsShown, tlsShown } from './settings.ts'
import { pendingUserGroupsShown, userGroupsShown } from './user-groups.ts'
import { endpointOf, type View } from './view.ts'

const SINGLE_NODE = '0001'

/** Endpoints are not shown while a resource is being made or deleted. */
const showsEndpoints = (status: string) => status === 'available' || status === 'modifying' || status === 'snapshotting'

const memberShown = (view: View, group: ReplicationGroup, shard: Shard, id: string): NodeGroupMember => {
  const cluster = view.world.clusters.get(id)
  const zone = cluster?.nodes[0]?.zone
  const member: NodeGroupMember = {
    CacheClusterId: id,
    CacheNodeId: SINGLE_NODE,
    ...(zone === undefined ? {} : { PreferredAvailabilityZone: zone }),
  }
  if (group.clusterMode === 'enabled') return member
  const status = cluster?.status ?? 'creating'
  return {
    ...member,
    ...(status === 'available' || status === 'modifying'
      ? { ReadEndpoint: endpointOf(view, nodeKey(view.world, id, SINGLE_NODE), group.settings.port) }
      : {}),
    CurrentRole: id === shard.primary ? 'primary' : 'replica',
  }
}

const shardShown = (view: View, group: ReplicationGroup, shard: Shard, status: string): NodeGroup => {
  const { world } = view
  const front = (role: 'primary' | 'reader') => endpointOf(view, frontKey(world, group.id, role), group.settings.port)
  const ends = group.clusterMode !== 'enabled' && showsEndpoints(status)
  return {
    NodeGroupId: shard.id,
    Status: status === 'create-failed' || status === 'snapshotting' ? 'available' : status,
    ...(ends ? { PrimaryEndpoint: front('primary'), ReaderEndpoint: front('reader') } : {}),
    ...(shard.slots ? { Slots: shard.slots } : {}),
    NodeGroupMembers: shard.members.map((id) => memberShown(view, group, shard, id)),
  }
}

/** The server processes hear of a reshard only after the call that begins it. */
const reshardingShown = (view: View, group: ReplicationGroup, begunAtMs: number) => {
  const { world, nowMs } = view
  const moved = nowMs > begunAtMs ? view.slotsMovedPercent(clusterKey(world, group)) : 0
  return { SlotMigration: { ProgressPercentage: moved } }
}

/** What is on its way and shows on the group; node type and engine version show on the members instead. */
const pendingShown = (view: View, group: ReplicationGroup): ReplicationGroupPendingModifiedValues => {
  const change = mergedChange(group.applying, group.deferred ?? {})
  return {
    ...(change.primary === undefined ? {} : { PrimaryClusterId: change.primary }),
    ...(change.automaticFailover === undefined
      ? {}
      : { AutomaticFailoverStatus: change.automaticFailover ? 'enabled' : 'disabled' }),
    ...(change.authStatus === undefined ? {} : { AuthTokenStatus: change.authStatus }),
    ...pendingUserGroupsShown(group.settings.userGroupIds, change.settings?.userGroupIds),
    ...pendingLogsShown(change.settings?.logs),
    ...pendingTlsShown(change.settings?.tls),
    ...(change.clusterMode === undefined ? {} : { ClusterMode: change.clusterMode }),
    ...(group.applying?.slots ? { Resharding: reshardingShown(view, group, group.applying.begunAtMs ?? 0) } : {}),
  }
}

const automaticFailoverShown = (group: ReplicationGroup) => {
  const next = group.applying?.automaticFailover
  if (next !== undefined && next !== group.automaticFailover) return next ? 'enabling' : 'disabling'
  if (group.status === 'creating' && group.automaticFailover && group.clusterMode === 'disabled') return 'enabling'
  return group.automaticFailover ? 'enabled' : 'disabled'
}

/** A replication group as DescribeReplicationGroups shows it. */
export const groupShown = (view: View, group: ReplicationGroup): ReplicationGroupShown => {
  const status = shownGroupStatus(group, view.nowMs)
  const { settings } = group
  const configured = group.clusterMode !== 'disabled' && showsEndpoints(status)
  return {
    ReplicationGroupId: group.id,
    Description: group.description,
    GlobalReplicationGroupInfo: {},
    Status: status,
    PendingModifiedValues: pendingShown(view, group),
    MemberClusters: [...membersOf(group), ...group.lingering].toSorted(),
    NodeGroups: group.shards.map((shard) => shardShown(view, group, shard, status)),
    ...(group.snapshottingClusterId === undefined ? {} : { SnapshottingClusterId: group.snapshottingClusterId }),
    AutomaticFailover: automaticFailoverShown(group),
    MultiAZ: group.multiAZ ? 'enabled' : 'disabled',
    ...(configured
      ? { ConfigurationEndpoint: endpointOf(view, frontKey(view.world, group.id, 'configuration'), settings.port) }
      : {}),
    SnapshotRetentionLimit: settings.snapshotRetentionDays,
    ...(settings.snapshotWindow === undefined ? {} : { SnapshotWindow: settings.snapshotWindow }),
    ClusterEnabled: group.clusterMode === 'enabled',
    CacheNodeType: settings.nodeType,
    ...authShown(settings.auth),
    ...userGroupsShown(settings.userGroupIds),
    ...tlsShown(settings.tls),
    AtRestEncryptionEnabled: settings.atRest,
    ...(group.kmsKeyId === undefined ? {} : { KmsKeyId: group.kmsKeyId }),
    ARN: group.arn,
    LogDeliveryConfigurations: logsShown(settings),
    ReplicationGroupCreateTime: new Date(group.createdAtMs),
    DataTiering: isDataTiered(settings.nodeType) && group.dataTiering ? 'enabled' : 'disabled',
    AutoMinorVersionUpgrade: settings.autoMinorVersionUpgrade,
    NetworkType: settings.networkType as 'ipv4',
    IpDiscovery: settings.ipDiscovery as 'ipv4',
    ClusterMode: group.clusterMode,
    Engine: settings.engine,
    ...(group.durability === undefined
      ? {}
      : {
          Durability: group.durability as 'sync',
          EffectiveDurability: (group.durability === 'default' ? 'disabled' : group.durability) as 'sync',
        }),
  }
}
