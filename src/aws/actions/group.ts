import {
  CreateReplicationGroupCommand,
  type CreateReplicationGroupCommandInput,
  DecreaseReplicaCountCommand,
  DeleteReplicationGroupCommand,
  IncreaseReplicaCountCommand,
  ModifyReplicationGroupCommand,
  ModifyReplicationGroupShardConfigurationCommand,
  type NetworkType,
} from '@aws-sdk/client-elasticache'
import type { GroupSettings, NewGroup } from '../../plan/core/action.ts'
import type { TransitEncryption } from '../../plan/core/observed.ts'
import type { ActionOf, Send } from './call.ts'
import { tagsOf } from './tags.ts'
import { zoneAt, zonesFrom } from './zones.ts'

const settings = (set: GroupSettings) => ({
  CacheNodeType: set.nodeType,
  Engine: set.engine,
  EngineVersion: set.engineVersion,
  CacheParameterGroupName: set.parameterGroupName,
  SecurityGroupIds: set.securityGroupIds && [...set.securityGroupIds],
  PreferredMaintenanceWindow: set.maintenanceWindow,
  AutoMinorVersionUpgrade: set.autoMinorVersionUpgrade,
  AutomaticFailoverEnabled: set.automaticFailover,
  MultiAZEnabled: set.multiAZ,
  NotificationTopicArn: set.notificationTopicArn,
  SnapshotRetentionLimit: set.snapshotRetentionDays,
  SnapshotWindow: set.snapshotWindow,
})

/**
 * A create says the mode only where it isn't the default, since older engines know none; a modify always says both, since AWS
 * refuses a mode alone.
 */
const transit = (wanted: TransitEncryption | undefined, creating: boolean) => {
  switch (wanted) {
    case undefined:
      return {}
    case 'Disabled':
      return { TransitEncryptionEnabled: false }
    case 'Preferred':
      return { TransitEncryptionEnabled: true, TransitEncryptionMode: 'preferred' } as const
    case 'Required':
      return creating
        ? { TransitEncryptionEnabled: true }
        : ({ TransitEncryptionEnabled: true, TransitEncryptionMode: 'required' } as const)
  }
}

const clusterModes = { Disabled: 'disabled', Compatible: 'compatible', Enabled: 'enabled' } as const

/** One shard with a primary and replicas, or as many shards as asked for; the zones go round over the nodes of a shard. */
const shape = (group: NewGroup): Partial<CreateReplicationGroupCommandInput> => {
  const { shards, replicasPerShard, zones = [] } = group
  const nodes = Array.from({ length: replicasPerShard + 1 }, (_, index) => index)
  if (group.clusterMode !== 'Enabled') {
    return {
      NumCacheClusters: nodes.length,
      ...(group.clusterMode === 'Compatible' ? { ClusterMode: clusterModes.Compatible } : {}),
      ...(zones.length === 0 ? {} : { PreferredCacheClusterAZs: zonesFrom(zones, 0, nodes.length) }),
    }
  }
  const placed = Array.from({ length: shards }, (_, shard) => ({
    ReplicaCount: replicasPerShard,
    PrimaryAvailabilityZone: zoneAt(zones, shard),
    ReplicaAvailabilityZones: zonesFrom(zones, shard + 1, replicasPerShard),
  }))
  return {
    NumNodeGroups: shards,
    ReplicasPerNodeGroup: replicasPerShard,
    ClusterMode: clusterModes.Enabled,
    ...(zones.length === 0 ? {} : { NodeGroupConfiguration: placed }),
  }
}

export const createGroup =
  (action: ActionOf<'CreateGroup'>, authToken: string | undefined): Send =>
  (client) => {
    const { group } = action
    return client.send(
      new CreateReplicationGroupCommand({
        ReplicationGroupId: action.id,
        ReplicationGroupDescription: action.description,
        ...settings(group),
        ...shape(group),
        ...transit(group.inTransit, true),
        CacheSubnetGroupName: group.subnetGroupName,
        Port: group.port,
        NetworkType: group.networkType as NetworkType | undefined,
        AtRestEncryptionEnabled: group.atRest,
        KmsKeyId: group.kmsKeyId,
        DataTieringEnabled: group.dataTiering,
        AuthToken: action.withToken ? authToken : undefined,
        Tags: tagsOf(action.tags),
      }),
    )
  }

export const modifyGroup =
  ({ id, set, when }: ActionOf<'ModifyGroup'>): Send =>
  (client) =>
    client.send(
      new ModifyReplicationGroupCommand({
        ReplicationGroupId: id,
        ...settings(set),
        SnapshottingClusterId: set.snapshotsFrom,
        ...transit(set.inTransit, false),
        ClusterMode: set.clusterMode && clusterModes[set.clusterMode],
        ApplyImmediately: when === 'Now',
      }),
    )

/** The place of a shard in the group, from 0: shard 0001 is the first. */
const placeOf = (shard: string) => Math.max(0, (Number(shard) || 1) - 1)

/**
 * AWS takes zones shard by shard only, each with a zone for every node that the shard is to have, the primary's too; so they
 * go round over a shard as they did when the group was made.
 */
export const setReplicas =
  ({ id, from, to, zones = [], shards = [] }: ActionOf<'SetReplicas'>): Send =>
  (client) => {
    const said = { ReplicationGroupId: id, ApplyImmediately: true }
    if (to <= from) return client.send(new DecreaseReplicaCountCommand({ ...said, NewReplicaCount: to }))
    const placed = shards.map((shard) => ({
      NodeGroupId: shard,
      NewReplicaCount: to,
      PreferredAvailabilityZones: zonesFrom(zones, placeOf(shard), to + 1),
    }))
    const how = zones.length === 0 || placed.length === 0 ? { NewReplicaCount: to } : { ReplicaConfiguration: placed }
    return client.send(new IncreaseReplicaCountCommand({ ...said, ...how }))
  }

/** Zones are told for the shards that come, and for those only: `zones` has one for each node of a shard. */
export const setShards =
  ({ id, from, to, retain, zones = [] }: ActionOf<'SetShards'>): Send =>
  (client) => {
    const coming = Array.from({ length: Math.max(0, to - from) }, (_, index) => ({
      PreferredAvailabilityZones: zonesFrom(zones, from + index, zones.length),
    }))
    return client.send(
      new ModifyReplicationGroupShardConfigurationCommand({
        ReplicationGroupId: id,
        NodeGroupCount: to,
        ApplyImmediately: true,
        ...(to < from ? { NodeGroupsToRetain: [...retain] } : {}),
        ...(zones.length > 0 && coming.length > 0 ? { ReshardingConfiguration: coming } : {}),
      }),
    )
  }

/** ROTATE lets the old and the new token in, SET only the new one. AWS applies both only at once. */
export const changeToken =
  (
    { id }: ActionOf<'RotateToken' | 'SetToken'>,
    AuthTokenUpdateStrategy: 'ROTATE' | 'SET',
    AuthToken: string | undefined,
  ): Send =>
  (client) =>
    client.send(
      new ModifyReplicationGroupCommand({
        ReplicationGroupId: id,
        AuthToken,
        AuthTokenUpdateStrategy,
        ApplyImmediately: true,
      }),
    )

export const deleteGroup =
  ({ id, finalSnapshot }: ActionOf<'DeleteGroup'>): Send =>
  (client) =>
    client.send(
      new DeleteReplicationGroupCommand({
        ReplicationGroupId: id,
        RetainPrimaryCluster: false,
        FinalSnapshotIdentifier: finalSnapshot,
      }),
    )
