import type { DeleteReplicationGroupMessage, DeleteReplicationGroupResult } from '@aws-sdk/client-elasticache'
import type { Call, Operation } from '../operations.ts'
import { groupCalled } from '../rules/replication-group.ts'
import { groupShown } from '../shown/replication-group.ts'
import { invalidCombination, refusal } from '../wire/refusal.ts'
import { membersOf, type ReplicationGroup } from '../world/replication-group.ts'
import { schedule, unschedule } from '../world/transition.ts'
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
  unschedule(world, (happening) => happening.do === 'openGroupWindow' && happening.id === group.id)
  for (const id of membersOf(group)) {
    const cluster = world.clusters.get(id)
    if (!cluster) continue
    cluster.reads = { as: cluster.status, untilMs: reads.untilMs }
    cluster.status = 'deleting'
    schedule(world, nowMs + profile.deleteMs + profile.memberLagMs, { do: 'removeCluster', id })
  }
  group.status = 'deleting'
  delete group.applying
  delete group.deferred
  schedule(world, nowMs + profile.deleteMs, { do: 'removeGroup', id: group.id })
}

export const operation: Operation<DeleteReplicationGroupMessage, DeleteReplicationGroupResult> = (call) => {
  const { input, world, nowMs, profile } = call
  const group = groupCalled(world, input.ReplicationGroupId)
  if (input.RetainPrimaryCluster) {
    throw invalidCombination('RetainPrimaryCluster is not supported by this endpoint.')
  }
  if (input.FinalSnapshotIdentifier !== undefined) {
    throw refusal('SnapshotFeatureNotSupportedFault', 'Final snapshots are not supported by this endpoint.')
  }
  deletable(world, group)
  const before = group.status
  deleteAll(call, group)
  const shown = groupShown(call, group)
  group.reads = { as: before, untilMs: nowMs + profile.deleteReadsAvailableMs }
  return { ReplicationGroup: shown }
}
