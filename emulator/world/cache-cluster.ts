import type { Settings } from './settings.ts'

export type CacheClusterStatus =
  | 'creating'
  | 'available'
  | 'modifying'
  | 'deleting'
  | 'rebooting cluster nodes'
  | 'snapshotting'
  | 'incompatible-network'
  | 'restore-failed'

export interface CacheNode {
  /** '0001' and so on. */
  readonly id: string
  status: 'creating' | 'available' | 'rebooting' | 'deleting'
  readonly createdAtMs: number
  readonly zone: string
  /** Rises when this node alone must be restarted; counts on top of its cluster's. */
  readonly generation?: number
  /** A node that comes, and that auto-discovery knows already. */
  readonly listed?: boolean
}

/** What a modification changes once it is done; the same words serve what waits for the maintenance window. */
export interface ClusterChange {
  readonly settings?: Partial<Settings>
  /** The number of nodes afterwards. */
  readonly nodeCount?: number
  /** Zones of the nodes that come, in order. */
  readonly newZones?: readonly string[]
  readonly removeNodes?: readonly string[]
  readonly scale?: { readonly percentage: number; readonly intervalMinutes: number }
  readonly authStatus?: 'SETTING' | 'ROTATING'
}

/** A memcached cluster, a single redis node, or a member of a replication group. */
export interface CacheCluster {
  readonly id: string
  readonly arn: string
  readonly createdAtMs: number
  status: CacheClusterStatus
  /** A member's settings are its group's. */
  settings: Settings
  /** Stays when the group is gone and the member lags behind. */
  readonly groupId?: string
  readonly shardId?: string
  azMode: 'single-az' | 'cross-az'
  nodes: readonly CacheNode[]
  parameterStatus: 'in-sync' | 'applying' | 'pending-reboot'
  /** Values that hold until the next reboot, of parameters that were changed and need one. */
  untilReboot: Readonly<Record<string, string>>
  /** Nodes that were restarted since values wait for a reboot: there they hold already. */
  rebooted?: readonly string[]
  /** Nodes that ended by themselves and are being replaced. */
  recovering?: readonly string[]
  /** Rises when the node must be restarted. */
  generation: number
  /** Memcached auto-discovery: rises when nodes come or go. */
  configurationVersion: number
  /** RDB files that its node begins with; only while it is being made. */
  seeds?: readonly string[]
  applying?: ClusterChange
  deferred?: ClusterChange
  /** For a moment a deleted cluster still reads as it was. */
  reads?: { readonly as: CacheClusterStatus; readonly untilMs: number }
}

/** The status that Describe shows. */
export const shownClusterStatus = (cluster: CacheCluster, nowMs: number): CacheClusterStatus =>
  cluster.reads && nowMs < cluster.reads.untilMs ? cluster.reads.as : cluster.status

/** The settings as they are being made true: what the server processes should have. */
export const clusterSettingsUnderway = (cluster: CacheCluster): Settings => ({
  ...cluster.settings,
  ...cluster.applying?.settings,
})

export const mergedClusterChange = (earlier: ClusterChange | undefined, later: ClusterChange): ClusterChange => ({
  ...earlier,
  ...later,
  ...(earlier?.settings || later.settings ? { settings: { ...earlier?.settings, ...later.settings } } : {}),
})

/** Nodes that are neither leaving nor gone. */
export const activeNodes = (cluster: CacheCluster): readonly CacheNode[] =>
  cluster.nodes.filter((node) => node.status !== 'deleting')

/** '0001' for 1. */
export const nodeId = (number: number): string => String(number).padStart(4, '0')
