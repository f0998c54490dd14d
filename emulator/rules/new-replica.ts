import type { CreateCacheClusterMessage } from '@aws-sdk/client-elasticache'
import type { Call } from '../operations.ts'
import { invalidCombination, refusal } from '../wire/refusal.ts'
import { arnOf } from '../world/arn.ts'
import type { CacheCluster } from '../world/cache-cluster.ts'
import { beginGroupChange } from '../world/lifecycle.ts'
import { addMember } from '../world/members.ts'
import { spreadZone, zone } from './network.ts'
import { withinRegion } from './node-quotas.ts'
import { groupCalled, modifiable } from './replication-group.ts'

/** All that a replica may be given; the rest comes from its group. */
const REPLICA_MEMBERS = new Set(['CacheClusterId', 'ReplicationGroupId', 'PreferredAvailabilityZone', 'Tags'])

/** Adds a replica to a group without cluster mode, as CreateCacheCluster with a ReplicationGroupId does. */
export const createReplica = (
  call: Call<CreateCacheClusterMessage>,
  id: string,
  tags: ReadonlyMap<string, string>,
): CacheCluster | undefined => {
  const { input, world, nowMs, profile } = call
  const group = groupCalled(world, input.ReplicationGroupId)
  const extra = Object.keys(input).find((member) => !REPLICA_MEMBERS.has(member))
  if (extra) {
    throw invalidCombination('Cannot specify additional cache cluster parameters when creating a replica cluster')
  }
  modifiable(world, group)
  const shard = group.shards[0]
  if (!shard || group.clusterMode !== 'disabled') {
    throw invalidCombination('A cache cluster can be added only to a replication group with cluster mode disabled.')
  }
  if (shard.members.length >= 6) {
    throw refusal(
      'ClusterQuotaForCustomerExceeded',
      'The number of cache clusters in a replication group must be within 1 and 6.',
    )
  }
  withinRegion(call, 1)
  const chosen = zone(world, input.PreferredAvailabilityZone ?? spreadZone(world, shard.members.length))
  const { settings } = group
  addMember(world, { id, groupId: group.id, shardId: shard.id, zone: chosen, settings }, nowMs)
  group.shards = [{ ...shard, members: [...shard.members, id] }]
  if (tags.size > 0) world.tags.set(arnOf(world, 'cluster', id), tags)
  beginGroupChange(world, group, { joining: [id] }, nowMs, profile.scaleMs, false)
  return world.clusters.get(id)
}
