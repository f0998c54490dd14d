import type { NodeSnapshot, Snapshot as SnapshotShown } from '@aws-sdk/client-elasticache'
import type { Snapshot, SnapshotPiece } from '../world/snapshot.ts'

const MEBIBYTE = 1_048_576
const NODE = '0001'

/** Empty until the data is there, then whole megabytes. */
const sizeShown = (piece: SnapshotPiece): string =>
  piece.takenAtMs === undefined ? '' : `${Math.ceil((piece.bytes ?? 0) / MEBIBYTE)} MB`

const configurationShown = (piece: SnapshotPiece) => {
  const [primary, ...replicas] = piece.zones
  return {
    ...(piece.shardId === undefined ? {} : { NodeGroupId: piece.shardId }),
    ...(piece.slots === undefined ? {} : { Slots: piece.slots }),
    ReplicaCount: replicas.length,
    ...(primary === undefined ? {} : { PrimaryAvailabilityZone: primary }),
    ReplicaAvailabilityZones: [...replicas],
  }
}

const pieceShown = (piece: SnapshotPiece, withConfiguration: boolean): NodeSnapshot => ({
  ...(piece.shardId === undefined ? {} : { CacheClusterId: piece.clusterId, NodeGroupId: piece.shardId }),
  CacheNodeId: NODE,
  ...(withConfiguration ? { NodeGroupConfiguration: configurationShown(piece) } : {}),
  CacheSize: sizeShown(piece),
  CacheNodeCreateTime: new Date(piece.nodeCreatedAtMs),
  ...(piece.takenAtMs === undefined ? {} : { SnapshotCreateTime: new Date(piece.takenAtMs) }),
})

const sourceShown = ({ group, cluster, pieces }: Snapshot): SnapshotShown => {
  if (group) {
    return {
      ReplicationGroupId: group.id,
      ReplicationGroupDescription: group.description,
      NumNodeGroups: pieces.length,
      AutomaticFailover: group.automaticFailover ? 'enabled' : 'disabled',
    }
  }
  return cluster
    ? {
        CacheClusterId: cluster.id,
        CacheClusterCreateTime: new Date(cluster.createdAtMs),
        PreferredAvailabilityZone: cluster.zone,
        NumCacheNodes: 1,
      }
    : {}
}

/** A snapshot as DescribeSnapshots shows it; the shards' configuration only with ShowNodeGroupConfig. */
export const snapshotShown = (snapshot: Snapshot, withConfiguration = false): SnapshotShown => {
  const { settings } = snapshot
  return {
    SnapshotName: snapshot.name,
    ...sourceShown(snapshot),
    SnapshotStatus: snapshot.status,
    SnapshotSource: snapshot.source,
    CacheNodeType: settings.nodeType,
    Engine: settings.engine,
    EngineVersion: settings.engineVersion,
    PreferredMaintenanceWindow: settings.maintenanceWindow,
    ...(settings.topic === undefined ? {} : { TopicArn: settings.topic.arn }),
    Port: settings.port,
    CacheParameterGroupName: settings.parameterGroup,
    CacheSubnetGroupName: settings.subnetGroup,
    VpcId: snapshot.vpcId,
    AutoMinorVersionUpgrade: settings.autoMinorVersionUpgrade,
    SnapshotRetentionLimit: settings.snapshotRetentionDays,
    ...(settings.snapshotWindow === undefined ? {} : { SnapshotWindow: settings.snapshotWindow }),
    NodeSnapshots: snapshot.pieces.map((piece) => pieceShown(piece, withConfiguration)),
    ...(snapshot.kmsKeyId === undefined ? {} : { KmsKeyId: snapshot.kmsKeyId }),
    ARN: snapshot.arn,
    DataTiering: snapshot.dataTiering ? 'enabled' : 'disabled',
    ...(snapshot.durability === undefined ? {} : { Durability: snapshot.durability as 'sync' }),
  }
}
