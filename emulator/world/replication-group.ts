import type { Settings } from './settings.ts'

export type ReplicationGroupStatus =
  | 'creating'
  | 'available'
  | 'modifying'
  | 'deleting'
  | 'create-failed'
  | 'snapshotting'

export interface Shard {
  /** '0001' and so on. */
  readonly id: string
  /** '0-5460'; absent when cluster mode is disabled. */
  readonly slots?: string
  /** The member that takes writes. */
  readonly primary: string
  /** Ids of the cache clusters, the primary among them. */
  readonly members: readonly string[]
}

/** What a modification changes once it is done; the same words serve what waits for the maintenance window. */
export interface GroupChange {
  readonly settings?: Partial<Settings>
  readonly automaticFailover?: boolean
  readonly multiAZ?: boolean
  readonly clusterMode?: ClusterMode
  /** The member that becomes the primary. */
  readonly primary?: string
  /** Members that leave with this change. */
  readonly leaving?: readonly string[]
  /** Members that come with this change. */
  readonly joining?: readonly string[]
  readonly authStatus?: 'SETTING' | 'ROTATING'
  /** A reshard: the slots that each shard will have, by shard id; empty for shards that leave. */
  readonly slots?: Readonly<Record<string, string>>
  /** When a reshard began. */
  readonly begunAtMs?: number
  readonly durability?: string
}

/** A change of primary in one shard, because it was asked for or because the primary was lost. */
export interface Failover {
  readonly cause: 'test' | 'loss'
  /** The old primary, and the new one once it is chosen. */
  readonly from: string
  readonly to?: string
  readonly stage: 'electing' | 'promoting' | 'recovering'
  /** How long the replacement of the old primary takes. */
  readonly recoverMs: number
  /** Whether the group was available before, and becomes so again. */
  readonly held: boolean
}

export type ClusterMode = 'disabled' | 'compatible' | 'enabled'

export interface ReplicationGroup {
  readonly id: string
  readonly arn: string
  readonly createdAtMs: number
  description: string
  status: ReplicationGroupStatus
  settings: Settings
  clusterMode: ClusterMode
  automaticFailover: boolean
  multiAZ: boolean
  shards: readonly Shard[]
  readonly kmsKeyId?: string
  readonly dataTiering: boolean
  durability?: string
  snapshottingClusterId?: string
  /** RDB files that each shard begins with, by shard id; only while the group is being made. */
  seeds?: Readonly<Record<string, readonly string[]>>
  /** Being carried out now. */
  applying?: GroupChange
  /** Waiting for the maintenance window, or for a call with ApplyImmediately. */
  deferred?: GroupChange
  /** Changes of primary that are under way, by shard id. */
  failovers?: Readonly<Record<string, Failover>>
  /** Members that have left their shard and are still being deleted. */
  lingering: readonly string[]
  /** For a moment a deleted group still reads as it was. */
  reads?: { readonly as: ReplicationGroupStatus; readonly untilMs: number }
}

/** Ids of the members that serve a shard, shard by shard. */
export const membersOf = (group: ReplicationGroup): readonly string[] => group.shards.flatMap((shard) => shard.members)

/** The status that Describe shows. */
export const shownGroupStatus = (group: ReplicationGroup, nowMs: number): ReplicationGroupStatus =>
  group.reads && nowMs < group.reads.untilMs ? group.reads.as : group.status

/** Two changes as one; the later one wins, field by field. */
export const mergedChange = (earlier: GroupChange | undefined, later: GroupChange): GroupChange => ({
  ...earlier,
  ...later,
  ...(earlier?.settings || later.settings ? { settings: { ...earlier?.settings, ...later.settings } } : {}),
})

/** The settings as they are being made true: what the server processes should have. */
export const settingsUnderway = (group: ReplicationGroup): Settings => ({
  ...group.settings,
  ...group.applying?.settings,
})

const ALL_SLOTS = '0-16383'

/** In cluster mode the one shard of a group that had none holds every slot. */
const shardIn = ({ slots, ...shard }: Shard, mode: ClusterMode): Shard =>
  mode === 'disabled' ? shard : { ...shard, slots: slots ?? ALL_SLOTS }

/** The shards as a change leaves them; members that come or go are not its matter. */
export const shardsAfter = (group: ReplicationGroup, change: GroupChange | undefined): readonly Shard[] => {
  const primary = change?.primary
  const promoted =
    primary === undefined
      ? group.shards
      : group.shards.map((shard) => (shard.members.includes(primary) ? { ...shard, primary } : shard))
  const slots = change?.slots
  if (slots) return promoted.map((shard) => ({ ...shard, slots: slots[shard.id] ?? shard.slots ?? '' }))
  const mode = change?.clusterMode
  return mode === undefined ? promoted : promoted.map((shard) => shardIn(shard, mode))
}
