import type { DecreaseReplicaCountMessage, DecreaseReplicaCountResult } from '@aws-sdk/client-elasticache'
import type { Call, Operation } from '../operations.ts'
import { notBetweenModes } from '../rules/group-change.ts'
import { goes, shardTargets } from '../rules/replicas.ts'
import { groupCalled, leavesReplicas, modifiable, requireImmediately } from '../rules/replication-group.ts'
import { groupShown } from '../shown/replication-group.ts'
import { invalidCombination, invalidValue } from '../wire/refusal.ts'
import { beginGroupChange, withDeferredGroup } from '../world/lifecycle.ts'
import { membersOf, type ReplicationGroup } from '../world/replication-group.ts'

type Input = DecreaseReplicaCountMessage

/** The replicas that are named to leave. */
const namedReplicas = (group: ReplicationGroup, names: readonly string[]): readonly string[] => {
  const ids = [...new Set(names.map((name) => name.toLowerCase()))]
  for (const id of ids) {
    if (!membersOf(group).includes(id)) throw invalidValue(`Cache cluster ${id} is not part of the replication group.`)
    if (group.shards.some((shard) => shard.primary === id)) {
      throw invalidValue(`Cache cluster ${id} is serving as primary and cannot be removed.`)
    }
  }
  return ids
}

/** The replicas that leave: the youngest of each shard. */
const countedReplicas = (call: Call<Input>, group: ReplicationGroup): readonly string[] => {
  const targets = shardTargets(call.world, group, call.input)
  goes(targets, 'down')
  return targets.flatMap(({ shard, replicas }) => {
    const own = shard.members.filter((id) => id !== shard.primary)
    return own.slice(replicas)
  })
}

const oneOfThree = (input: Input): void => {
  const given = [
    input.NewReplicaCount !== undefined,
    (input.ReplicaConfiguration ?? []).length > 0,
    (input.ReplicasToRemove ?? []).length > 0,
  ]
  if (given.filter(Boolean).length !== 1) {
    throw invalidCombination('Specify exactly one of NewReplicaCount, ReplicaConfiguration and ReplicasToRemove.')
  }
}

export const operation: Operation<Input, DecreaseReplicaCountResult> = (call) => {
  const { input, world, nowMs, profile } = call
  oneOfThree(input)
  requireImmediately(input.ApplyImmediately)
  const group = groupCalled(world, input.ReplicationGroupId)
  const named = (input.ReplicasToRemove ?? []).length > 0
  const byName = named ? namedReplicas(group, input.ReplicasToRemove ?? []) : []
  modifiable(world, group)
  notBetweenModes(group)
  const leaving = named ? byName : countedReplicas(call, group)
  for (const shard of group.shards) {
    leavesReplicas(group, shard.members.filter((id) => !leaving.includes(id)).length - 1)
  }
  for (const id of leaving) {
    const cluster = world.clusters.get(id)
    if (cluster) cluster.status = 'deleting'
  }
  beginGroupChange(world, group, withDeferredGroup(world, group, { leaving }), nowMs, profile.scaleMs, false)
  return { ReplicationGroup: groupShown(call, group) }
}
