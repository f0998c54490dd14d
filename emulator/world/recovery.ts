import type { CacheCluster, CacheNode } from './cache-cluster.ts'
import { nodeKey } from './engines-wanted.ts'
import { record } from './event.ts'
import type { Tick } from './tick.ts'
import { takeWaitingValues } from './waiting-values.ts'
import type { World } from './world.ts'

/** The one node of a cluster that is not memcached's. */
export const NODE = '0001'

const withNode = (cluster: CacheCluster, id: string, change: Partial<CacheNode>): void => {
  cluster.nodes = cluster.nodes.map((node) => (node.id === id ? { ...node, ...change } : node))
}

/** The process of a cluster's single node is replaced by a new one, with the parameters that waited for that. */
export const restartNode = (tick: Tick, clusterId: string): void => {
  const cluster = tick.world.clusters.get(clusterId)
  if (!cluster) return
  cluster.generation += 1
  takeWaitingValues(cluster)
  tick.nodes.forget(nodeKey(tick.world, clusterId, NODE))
}

/** A node that is gone is being replaced. */
export const beginRecovery = (world: World, clusterId: string, node: string, nowMs: number): void => {
  const cluster = world.clusters.get(clusterId)
  if (!cluster) return
  cluster.recovering = [...(cluster.recovering ?? []).filter((id) => id !== node), node]
  if (cluster.status === 'available') cluster.status = 'modifying'
  withNode(cluster, node, { status: 'rebooting' })
  record(world, nowMs, 'cache-cluster', clusterId, `Recovering cache nodes ${node}`)
}

/** A node has been replaced. */
export const endRecovery = (world: World, clusterId: string, node: string, nowMs: number): void => {
  const cluster = world.clusters.get(clusterId)
  if (!cluster) return
  const left = (cluster.recovering ?? []).filter((id) => id !== node)
  if (left.length > 0) cluster.recovering = left
  else delete cluster.recovering
  if (cluster.nodes.find(({ id }) => id === node)?.status === 'rebooting')
    withNode(cluster, node, { status: 'available' })
  record(world, nowMs, 'cache-cluster', clusterId, `Finished recovery for cache nodes ${node}`)
  if (left.length === 0 && cluster.status === 'modifying' && !cluster.applying) cluster.status = 'available'
}

/** A lost node answers again. */
export const settleRecovery = (tick: Tick, id: string): boolean => {
  const [clusterId = '', node = ''] = id.split('/')
  const cluster = tick.world.clusters.get(clusterId)
  if (!cluster?.recovering?.includes(node) || cluster.status === 'deleting') return true
  if (!tick.nodes.isReady(nodeKey(tick.world, clusterId, node))) return false
  endRecovery(tick.world, clusterId, node, tick.atMs)
  return true
}
