import type {
  ModifyReplicationGroupShardConfigurationMessage,
  ModifyReplicationGroupShardConfigurationResult,
} from '@aws-sdk/client-elasticache'
import type { Call, Operation } from '../operations.ts'
import { groupCalled, modifiable, requireImmediately } from '../rules/replication-group.ts'
import { type ComingShard, reshardable, shardPlan, shardsAsked, withinQuotas } from '../rules/resharding.ts'
import { groupShown } from '../shown/replication-group.ts'
import { arnOf } from '../world/arn.ts'
import { beginGroupChange, withDeferredGroup } from '../world/lifecycle.ts'
import { addMember, freeMemberIds } from '../world/members.ts'
import type { ReplicationGroup, Shard } from '../world/replication-group.ts'
import { balancedSlots } from '../world/slots.ts'

/** Adds the members of a shard that comes; they are being made from now on. */
const join = ({ world, nowMs }: Call<unknown>, group: ReplicationGroup, { id, zones }: ComingShard): Shard => {
  const members = freeMemberIds(world, group.id, id, true, zones.length)
  const tags = world.tags.get(group.arn)
  for (const [index, member] of members.entries()) {
    const zone = zones[index] ?? ''
    addMember(world, { id: member, groupId: group.id, shardId: id, zone, settings: group.settings }, nowMs)
    if (tags) world.tags.set(arnOf(world, 'cluster', member), tags)
  }
  return { id, slots: '', primary: members[0] ?? '', members }
}

export const operation: Operation<
  ModifyReplicationGroupShardConfigurationMessage,
  ModifyReplicationGroupShardConfigurationResult
> = (call) => {
  const { input, world, nowMs, profile } = call
  const count = shardsAsked(input)
  requireImmediately(input.ApplyImmediately)
  const group = groupCalled(world, input.ReplicationGroupId)
  modifiable(world, group)
  reshardable(group)
  const plan = shardPlan(world, input, count, group)
  withinQuotas(call, group, plan)
  const coming = plan.coming.map((shard) => join(call, group, shard))
  const staying = [...group.shards.filter((shard) => !plan.leaving.includes(shard)), ...coming]
  const holderOf = ({ id, slots = '' }: Shard) => ({ id, slots })
  const slots = balancedSlots(staying.map(holderOf), plan.leaving.map(holderOf))
  group.shards = [...group.shards, ...coming]
  const change = withDeferredGroup(world, group, {
    slots,
    joining: coming.flatMap(({ members }) => members),
    leaving: plan.leaving.flatMap(({ members }) => members),
    begunAtMs: nowMs,
  })
  beginGroupChange(world, group, change, nowMs, profile.scaleMs, true)
  return { ReplicationGroup: groupShown(call, group) }
}
