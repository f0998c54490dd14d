import type { IncreaseReplicaCountMessage, IncreaseReplicaCountResult } from '@aws-sdk/client-elasticache'
import type { Call, Operation } from '../operations.ts'
import { notBetweenModes } from '../rules/group-change.ts'
import { withinClusterModeGroup, withinRegion } from '../rules/node-quotas.ts'
import { goes, type ShardTarget, shardTargets, zonesOfJoining } from '../rules/replicas.ts'
import { groupCalled, modifiable, requireImmediately } from '../rules/replication-group.ts'
import { groupShown } from '../shown/replication-group.ts'
import { invalidCombination } from '../wire/refusal.ts'
import { arnOf } from '../world/arn.ts'
import { beginGroupChange, withDeferredGroup } from '../world/lifecycle.ts'
import { addMember, freeMemberIds } from '../world/members.ts'
import { membersOf, type ReplicationGroup } from '../world/replication-group.ts'

/** Adds a shard's replicas; they are being made from now on. */
const join = (call: Call<unknown>, group: ReplicationGroup, target: ShardTarget): readonly string[] => {
  const { world, nowMs } = call
  const zones = zonesOfJoining(world, target)
  const ids = freeMemberIds(world, group.id, target.shard.id, group.clusterMode === 'enabled', zones.length)
  const tags = world.tags.get(group.arn)
  for (const [index, id] of ids.entries()) {
    const member = {
      id,
      groupId: group.id,
      shardId: target.shard.id,
      zone: zones[index] ?? '',
      settings: group.settings,
    }
    addMember(world, member, nowMs)
    if (tags) world.tags.set(arnOf(world, 'cluster', id), tags)
  }
  group.shards = group.shards.map((shard) =>
    shard.id === target.shard.id ? { ...shard, members: [...shard.members, ...ids] } : shard,
  )
  return ids
}

export const operation: Operation<IncreaseReplicaCountMessage, IncreaseReplicaCountResult> = (call) => {
  const { input, world, nowMs, profile, quotas } = call
  if ((input.NewReplicaCount !== undefined) === (input.ReplicaConfiguration ?? []).length > 0) {
    throw invalidCombination('Specify exactly one of NewReplicaCount and ReplicaConfiguration.')
  }
  requireImmediately(input.ApplyImmediately)
  const group = groupCalled(world, input.ReplicationGroupId)
  const targets = shardTargets(world, group, input)
  modifiable(world, group)
  notBetweenModes(group)
  goes(targets, 'up')
  const coming = targets.reduce((sum, { shard, replicas }) => sum + replicas + 1 - shard.members.length, 0)
  withinRegion(call, coming)
  if (group.clusterMode === 'enabled') {
    withinClusterModeGroup(quotas, membersOf(group).length + coming, 'NodeQuotaForCustomerExceeded')
  }
  const joining = targets.flatMap((target) => join(call, group, target))
  beginGroupChange(world, group, withDeferredGroup(world, group, { joining }), nowMs, profile.scaleMs, false)
  return { ReplicationGroup: groupShown(call, group) }
}
