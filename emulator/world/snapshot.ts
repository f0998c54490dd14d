import type { ClusterMode } from './replication-group.ts'
import type { Settings } from './settings.ts'

export type SnapshotStatus = 'creating' | 'available' | 'restoring' | 'copying' | 'deleting' | 'failed'

/** The data of one node: of a shard in cluster mode, else of the only node that was copied. */
export interface SnapshotPiece {
  /** The shard in cluster mode. */
  readonly shardId?: string
  /** '0-5460'; absent outside cluster mode. */
  readonly slots?: string
  /** The cluster whose node was copied, and the key of that node. */
  readonly clusterId: string
  readonly node: string
  readonly nodeCreatedAtMs: number
  /** Zones of the shard's members, the primary's first. */
  readonly zones: readonly string[]
  /** The RDB file, below the data folder of the server processes. A copy of a snapshot names the same file. */
  readonly file: string
  /** When the data was taken; absent until then. */
  takenAtMs?: number
  /** Size of the file; 0 without server processes. */
  bytes?: number
}

/** What a snapshot remembers of its source; never its AUTH tokens. */
export type SnapshotSettings = Pick<
  Settings,
  | 'engine'
  | 'engineVersion'
  | 'nodeType'
  | 'parameterGroup'
  | 'subnetGroup'
  | 'port'
  | 'maintenanceWindow'
  | 'snapshotWindow'
  | 'snapshotRetentionDays'
  | 'autoMinorVersionUpgrade'
  | 'topic'
>

/** The replication group that a snapshot shows: in cluster mode, where it belongs to no single cluster. */
export interface SnapshotGroup {
  readonly id: string
  readonly description: string
  readonly automaticFailover: boolean
}

/** The cluster that a snapshot shows: outside cluster mode. */
export interface SnapshotCluster {
  readonly id: string
  readonly createdAtMs: number
  readonly zone: string
}

export interface Snapshot {
  /** In lower case. */
  readonly name: string
  readonly arn: string
  readonly createdAtMs: number
  readonly source: 'manual' | 'automated'
  status: SnapshotStatus
  readonly group?: SnapshotGroup
  readonly cluster?: SnapshotCluster
  /** The group that its cluster belonged to, or its own; absent for a cluster without one. */
  readonly ownerGroupId?: string
  readonly clusterMode: ClusterMode
  readonly settings: SnapshotSettings
  readonly vpcId: string
  readonly dataTiering: boolean
  readonly durability?: string
  readonly kmsKeyId?: string
  readonly pieces: readonly SnapshotPiece[]
  /** The group or cluster that is being made from it. */
  restoringInto?: { readonly is: 'group' | 'cluster'; readonly id: string }
  /** What is deleted once a final snapshot is whole. */
  readonly thenDelete?: 'group' | 'cluster'
}

/** The files of one snapshot are wanted as long as it can be read. */
export const keepsFiles = (snapshot: Snapshot): boolean =>
  snapshot.status !== 'deleting' && snapshot.status !== 'failed'

/** What a snapshot remembers of its source. */
export const snapshotSettings = (settings: Settings): SnapshotSettings => ({
  engine: settings.engine,
  engineVersion: settings.engineVersion,
  nodeType: settings.nodeType,
  parameterGroup: settings.parameterGroup,
  subnetGroup: settings.subnetGroup,
  port: settings.port,
  maintenanceWindow: settings.maintenanceWindow,
  ...(settings.snapshotWindow === undefined ? {} : { snapshotWindow: settings.snapshotWindow }),
  snapshotRetentionDays: settings.snapshotRetentionDays,
  autoMinorVersionUpgrade: settings.autoMinorVersionUpgrade,
  ...(settings.topic === undefined ? {} : { topic: settings.topic }),
})
