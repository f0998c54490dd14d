import type { ModifyReplicationGroupMessage, ModifyReplicationGroupResult } from '@aws-sdk/client-elasticache'
import type { Call, Operation } from '../operations.ts'
import { durabilityChange } from '../rules/durability.ts'
import { groupChange, promotion } from '../rules/group-change.ts'
import { plainChange } from '../rules/plain-change.ts'
import { groupCalled, modifiable } from '../rules/replication-group.ts'
import { groupShown } from '../shown/replication-group.ts'
import { invalidCombination, invalidValue, refusal } from '../wire/refusal.ts'
import { changesBackups, planGroupSnapshots } from '../world/automatic-snapshots.ts'
import { beginGroupChange, deferGroupChange, withDeferredGroup } from '../world/lifecycle.ts'
import { type GroupChange, membersOf, type ReplicationGroup } from '../world/replication-group.ts'
import type { Settings } from '../world/settings.ts'

type Input = ModifyReplicationGroupMessage

interface Plain {
  readonly description?: string
  readonly snapshottingClusterId?: string
  readonly settings: Partial<Settings>
}

const snapshottingOf = (input: Input, group: ReplicationGroup): string | undefined => {
  const id = input.SnapshottingClusterId?.toLowerCase()
  if (id === undefined || id === group.snapshottingClusterId) return undefined
  if (group.clusterMode === 'enabled') {
    throw invalidCombination('Cannot set snapshotting cluster for cluster mode enabled replication group')
  }
  if (!membersOf(group).includes(id)) throw refusal('CacheClusterNotFound', `CacheCluster not found: ${id}`)
  return id
}

/** Without cluster mode daily snapshots begin only when their source is named with them (terraform issue 10581). */
const snapshotsHaveSource = (input: Input, group: ReplicationGroup): void => {
  const begin = (input.SnapshotRetentionLimit ?? 0) > 0 && group.settings.snapshotRetentionDays === 0
  if (!begin || group.clusterMode === 'enabled') return
  if (input.SnapshottingClusterId === undefined && group.snapshottingClusterId === undefined) {
    throw invalidCombination('Must specify both SnapshotRetentionLimit and SnapshottingClusterId to turn on snapshots')
  }
}

/** What takes effect at once, whatever ApplyImmediately says. */
const plainOf = (input: Input, group: ReplicationGroup): Plain => {
  const description = input.ReplicationGroupDescription
  if (description !== undefined && (description.length < 1 || description.length > 255)) {
    throw invalidValue('The replication group description must be 1 to 255 characters.')
  }
  const snapshottingClusterId = snapshottingOf(input, group)
  return {
    ...(description === undefined || description === group.description ? {} : { description }),
    ...(snapshottingClusterId === undefined ? {} : { snapshottingClusterId }),
    settings: plainChange(input, group.settings),
  }
}

const isEmpty = (plain: Plain) =>
  plain.description === undefined &&
  plain.snapshottingClusterId === undefined &&
  Object.keys(plain.settings).length === 0

const applyPlain = (call: Call<Input>, group: ReplicationGroup, plain: Plain): void => {
  group.description = plain.description ?? group.description
  if (plain.snapshottingClusterId !== undefined) group.snapshottingClusterId = plain.snapshottingClusterId
  group.settings = { ...group.settings, ...plain.settings }
  for (const id of membersOf(group)) {
    const cluster = call.world.clusters.get(id)
    if (cluster) cluster.settings = group.settings
  }
}

/** Whether the members restart or are replaced one after the other. */
const isHeavy = ({ settings, clusterMode, primary }: GroupChange) =>
  [settings?.nodeType, settings?.engineVersion, settings?.tls, clusterMode, primary].some(
    (value) => value !== undefined,
  )

export const operation: Operation<Input, ModifyReplicationGroupResult> = (call) => {
  const { input, world, nowMs, profile } = call
  const group = groupCalled(world, input.ReplicationGroupId)
  const plain = plainOf(input, group)
  modifiable(world, group)
  const change: GroupChange = {
    ...groupChange(call, group),
    ...promotion(input, group),
    ...durabilityChange(input.Durability, group),
  }
  snapshotsHaveSource(input, group)
  const nothing = isEmpty(plain) && Object.keys(change).length === 0
  if (nothing && !(input.ApplyImmediately && group.deferred))
    throw invalidCombination('No modifications were requested')

  applyPlain(call, group, plain)
  if (changesBackups(plain.settings)) planGroupSnapshots(world, group, nowMs)
  if (input.ApplyImmediately !== true && Object.keys(change).length > 0) deferGroupChange(world, group, change, nowMs)
  if (input.ApplyImmediately === true || !isEmpty(plain)) {
    const now = input.ApplyImmediately === true ? withDeferredGroup(world, group, change) : {}
    const heavy = isHeavy(now)
    beginGroupChange(world, group, now, nowMs, heavy ? profile.scaleMs : profile.modifyMs, heavy)
  }
  return { ReplicationGroup: groupShown(call, group) }
}
