import type { CacheCluster } from './cache-cluster.ts'
import { nodeKey } from './engines-wanted.ts'
import { beginFailover, isDurable } from './failover.ts'
import { hastenDeferred } from './lifecycle.ts'
import type { Profile } from './profile.ts'
import { beginRecovery, NODE } from './recovery.ts'
import type { ReplicationGroup, Shard } from './replication-group.ts'
import { holdsMovedSlots } from './reshard-failure.ts'
import type { Readiness } from './tick.ts'
import { schedule } from './transition.ts'
import { takeOnNodes, takeWaitingValues } from './waiting-values.ts'
import type { World } from './world.ts'

interface Loss {
  readonly world: World
  readonly profile: Profile
  readonly nodes: Readiness
  readonly nowMs: number
}

const recover = ({ world, profile, nodes, nowMs }: Loss, cluster: CacheCluster, node: string): void => {
  beginRecovery(world, cluster.id, node, nowMs)
  const waits = Object.keys(cluster.untilReboot).length > 0 && !cluster.rebooted?.includes(node)
  takeOnNodes(cluster, [node])
  // Its process may be back already, with the old values; memcached reads its values only when it starts.
  if (waits && cluster.settings.engine === 'memcached') {
    cluster.nodes = cluster.nodes.map((each) =>
      each.id === node ? { ...each, generation: (each.generation ?? 0) + 1 } : each,
    )
    nodes.forget(nodeKey(world, cluster.id, node))
  }
  schedule(world, nowMs + profile.failoverMs, { do: 'settleRecovery', id: `${cluster.id}/${node}` })
}

const lostPrimary = (loss: Loss, group: ReplicationGroup, shard: Shard, cluster: CacheCluster): void => {
  const { world, nodes, nowMs, profile } = loss
  const lives = shard.members.some(
    (id) => id !== shard.primary && world.clusters.has(id) && !nodes.isLost(nodeKey(world, id, NODE)),
  )
  if (group.automaticFailover && lives) {
    beginFailover(world, group, shard, 'loss', nowMs, profile.failoverMs)
    return
  }
  // A new generation says that the loss is meant: the primary comes back, empty unless the group is durable.
  cluster.generation += 1
  takeWaitingValues(cluster)
  nodes.forget(nodeKey(world, cluster.id, NODE))
  recover(loss, cluster, NODE)
}

const lostMember = (loss: Loss, group: ReplicationGroup, cluster: CacheCluster): void => {
  const shard = group.shards.find(({ members }) => members.includes(cluster.id))
  if (!shard || group.status === 'deleting' || group.failovers?.[shard.id]) return
  if (shard.primary !== cluster.id) recover(loss, cluster, NODE)
  else if (isDurable(group) && !group.automaticFailover) recover(loss, cluster, NODE)
  else lostPrimary(loss, group, shard, cluster)
}

/**
 * Reacts to processes that ended by themselves: a primary fails over when its group does so automatically, all others
 * are recovered in their place.
 * @returns whether anything changed
 */
export const noticeLosses = (world: World, profile: Profile, nodes: Readiness, nowMs: number): boolean => {
  const loss: Loss = { world, profile, nodes, nowMs }
  let changed = false
  for (const cluster of world.clusters.values()) {
    // What cannot even start is a failed create, not a loss.
    const ofGroup = world.groups.get(cluster.groupId ?? '')
    const hasKeys = ofGroup !== undefined && holdsMovedSlots(world, nodes, ofGroup, cluster.id)
    if (cluster.status === 'deleting' || (cluster.status === 'creating' && !hasKeys)) continue
    for (const { id } of cluster.nodes) {
      if (!nodes.isLost(nodeKey(world, cluster.id, id)) || cluster.recovering?.includes(id)) continue
      const group = cluster.groupId === undefined ? undefined : world.groups.get(cluster.groupId)
      if (group) lostMember(loss, group, cluster)
      else recover(loss, cluster, id)
      hastenDeferred(world, nowMs, group ? 'openGroupWindow' : 'openClusterWindow', group?.id ?? cluster.id)
      changed = true
    }
  }
  return changed
}
