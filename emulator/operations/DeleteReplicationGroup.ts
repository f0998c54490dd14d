import type { DeleteReplicationGroupMessage, DeleteReplicationGroupResult } from '@aws-sdk/client-elasticache'
import type { Call, Operation } from '../operations.ts'
import { groupCalled } from '../rules/replication-group.ts'
import { finalSnapshotName, finalSubject } from '../rules/snapshot.ts'
import { groupShown } from '../shown/replication-group.ts'
import { invalidCombination, refusal } from '../wire/refusal.ts'
import { planClusterSnapshots } from '../world/automatic-snapshots.ts'
import { beginGroupDeletion } from '../world/deletion.ts'
import { leaveGroup } from '../world/membership.ts'
import { membersOf, type ReplicationGroup } from '../world/replication-group.ts'
import { takeSnapshot } from '../world/snapshot-taking.ts'
import type { World } from '../world/world.ts'

const deletable = (world: World, group: ReplicationGroup): void => {
  const busy = [...membersOf(group), ...group.lingering].find((id) => {
    const status = world.clusters.get(id)?.status
    return group.status !== 'create-failed' && (status === 'creating' || status === 'deleting')
  })
  if (group.status === 'deleting' || group.status === 'creating' || busy) {
    const id = busy ?? membersOf(group)[0] ?? group.id
    throw refusal('InvalidReplicationGroupState', `Cache cluster ${id} is not in a valid state to be deleted`)
  }
  if (group.status !== 'available' && group.status !== 'create-failed') {
    throw refusal(
      'InvalidReplicationGroupState',
      `Replication group ${group.id} has status ${group.status}, which is not valid for deletion.`,
    )
  }
}

const deleteAll = (call: Call<unknown>, group: ReplicationGroup): void => {
  const { world, nowMs, profile } = call
  const reads = { as: group.status, untilMs: nowMs + profile.deleteReadsAvailableMs }
  for (const id of membersOf(group)) {
    const cluster = world.clusters.get(id)
    if (!cluster) continue
    cluster.reads = { as: cluster.status, untilMs: reads.untilMs }
  }
  beginGroupDeletion(world, profile, group, nowMs)
}

/** The group goes as soon as its final snapshot is whole. */
const deleteAfterSnapshot = (call: Call<unknown>, group: ReplicationGroup, asked: string): void => {
  const { world, nowMs, profile } = call
  const subject = finalSubject(world, group)
  const name = finalSnapshotName(call, subject, asked)
  takeSnapshot(world, profile, subject, { name, source: 'manual', thenDelete: 'group' }, nowMs)
}

const retainable = (input: DeleteReplicationGroupMessage, group: ReplicationGroup): void => {
  if (group.clusterMode !== 'disabled') {
    throw invalidCombination('The primary cluster can be retained only when cluster mode is disabled.')
  }
  if (input.FinalSnapshotIdentifier !== undefined) {
    throw invalidCombination('FinalSnapshotIdentifier cannot be used together with RetainPrimaryCluster.')
  }
}

/** The primary goes on as a cluster of its own, with its data. */
const retainPrimary = ({ world, nowMs }: Call<unknown>, group: ReplicationGroup): void => {
  for (const { primary } of group.shards) {
    const cluster = world.clusters.get(primary)
    if (cluster) planClusterSnapshots(world, leaveGroup(world, cluster), nowMs)
  }
  group.shards = group.shards.map((shard) => ({
    ...shard,
    members: shard.members.filter((id) => id !== shard.primary),
  }))
}

export const operation: Operation<DeleteReplicationGroupMessage, DeleteReplicationGroupResult> = (call) => {
  const { input, world, nowMs, profile } = call
  const group = groupCalled(world, input.ReplicationGroupId)
  if (input.RetainPrimaryCluster) retainable(input, group)
  deletable(world, group)
  if (input.RetainPrimaryCluster) retainPrimary(call, group)
  if (input.FinalSnapshotIdentifier !== undefined) {
    deleteAfterSnapshot(call, group, input.FinalSnapshotIdentifier)
    return { ReplicationGroup: groupShown(call, group) }
  }
  const before = group.status
  deleteAll(call, group)
  const shown = groupShown(call, group)
  group.reads = { as: before, untilMs: nowMs + profile.deleteReadsAvailableMs }
  return { ReplicationGroup: shown }
}
