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
import type { AwsSubject } from '../errors/rows.ts'
import type { ActionOf, Calls, Sender } from './call.ts'
import { tagsOf } from './tags.ts'

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

/** The zone of the nth node, going round. */
const zoneAt = (zones: readonly string[], index: number) => zones[index % zones.length]

/** One shard with a primary and replicas, or as many shards as asked for; the zones go round over the nodes of a shard. */
const shape = (group: NewGroup): Partial<CreateReplicationGroupCommandInput> => {
  const { shards, replicasPerShard, zones = [] } = group
  const nodes = Array.from({ length: replicasPerShard + 1 }, (_, index) => index)
  if (group.clusterMode !== 'Enabled') {
    return {
      NumCacheClusters: nodes.length,
      ...(group.clusterMode === 'Compatible' ? { ClusterMode: clusterModes.Compatible } : {}),
      ...(zones.length === 0 ? {} : { PreferredCacheClusterAZs: nodes.flatMap((node) => zoneAt(zones, node) ?? []) }),
    }
  }
  const placed = Array.from({ length: shards }, (_, shard) => ({
    ReplicaCount: replicasPerShard,
    PrimaryAvailabilityZone: zoneAt(zones, shard),
    ReplicaAvailabilityZones: nodes.slice(1).flatMap((node) => zoneAt(zones, shard + node) ?? []),
  }))
  return {
    NumNodeGroups: shards,
    ReplicasPerNodeGroup: replicasPerShard,
    ClusterMode: clusterModes.Enabled,
    ...(zones.length === 0 ? {} : { NodeGroupConfiguration: placed }),
  }
}

const create = (client: Sender, action: ActionOf<'CreateGroup'>, authToken: string | undefined) => {
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

const modify = (client: Sender, { id, set, when }: ActionOf<'ModifyGroup'>) =>
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

const setReplicas = (client: Sender, { id, from, to }: ActionOf<'SetReplicas'>): Promise<unknown> => {
  const input = { ReplicationGroupId: id, NewReplicaCount: to, ApplyImmediately: true }
  return to > from
    ? client.send(new IncreaseReplicaCountCommand(input))
    : client.send(new DecreaseReplicaCountCommand(input))
}

const setShards = (client: Sender, { id, from, to, retain }: ActionOf<'SetShards'>) =>
  client.send(
    new ModifyReplicationGroupShardConfigurationCommand({
      ReplicationGroupId: id,
      NodeGroupCount: to,
      ApplyImmediately: true,
      ...(to < from ? { NodeGroupsToRetain: [...retain] } : {}),
    }),
  )

/** ROTATE lets the old and the new token in, SET only the new one. AWS applies both only at once. */
const changeToken =
  (AuthTokenUpdateStrategy: 'ROTATE' | 'SET') =>
  (client: Sender, { id }: ActionOf<'RotateToken' | 'SetToken'>, AuthToken: string | undefined) =>
    client.send(
      new ModifyReplicationGroupCommand({
        ReplicationGroupId: id,
        AuthToken,
        AuthTokenUpdateStrategy,
        ApplyImmediately: true,
      }),
    )

const remove = (client: Sender, { id, finalSnapshot }: ActionOf<'DeleteGroup'>) =>
  client.send(
    new DeleteReplicationGroupCommand({
      ReplicationGroupId: id,
      RetainPrimaryCluster: false,
      FinalSnapshotIdentifier: finalSnapshot,
    }),
  )

const group = { subject: (): AwsSubject => 'group', spoils: ({ id }: { readonly id: string }) => id }

export const groupCalls: Calls<
  'CreateGroup' | 'ModifyGroup' | 'SetReplicas' | 'SetShards' | 'RotateToken' | 'SetToken' | 'DeleteGroup'
> = {
  CreateGroup: { ...group, send: create },
  ModifyGroup: { ...group, send: modify },
  SetReplicas: { ...group, send: setReplicas },
  SetShards: { ...group, send: setShards },
  RotateToken: { ...group, send: changeToken('ROTATE') },
  SetToken: { ...group, send: changeToken('SET') },
  DeleteGroup: { ...group, send: remove },
}
