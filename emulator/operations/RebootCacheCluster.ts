import type { RebootCacheClusterMessage, RebootCacheClusterResult } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { clusterCalled } from '../rules/cache-cluster.ts'
import { clusterShown } from '../shown/cache-cluster.ts'
import { invalidValue, refusal } from '../wire/refusal.ts'
import { beginReboot } from '../world/reboot.ts'

export const operation: Operation<RebootCacheClusterMessage, RebootCacheClusterResult> = (call) => {
  const { input, world, nowMs, profile } = call
  const asked = input.CacheNodeIdsToReboot ?? []
  if (asked.length === 0) throw invalidValue('The parameter CacheNodeIdsToReboot must be provided.')
  const cluster = clusterCalled(world, input.CacheClusterId)
  const group = cluster.groupId === undefined ? undefined : world.groups.get(cluster.groupId)
  if (group && group.clusterMode !== 'disabled') {
    throw refusal('InvalidCacheClusterState', 'Rebooting is not supported on cluster mode enabled clusters.')
  }
  const status = group && group.status !== 'available' ? group.status : cluster.status
  if (status !== 'available') {
    throw refusal('InvalidCacheClusterState', `Cache cluster ${cluster.id} is not in available state; it is ${status}.`)
  }
  const unknown = asked.find((id) => !cluster.nodes.some((node) => node.id === id))
  if (unknown !== undefined) throw invalidValue(`Cache node ${unknown} does not exist in cache cluster ${cluster.id}.`)
  beginReboot(world, cluster, asked, nowMs, profile.rebootMs)
  return { CacheCluster: clusterShown(call, cluster, true) }
}
