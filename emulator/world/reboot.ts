import type { CacheCluster } from './cache-cluster.ts'
import { nodeKey } from './engines-wanted.ts'
import { record } from './event.ts'
import type { Tick } from './tick.ts'
import { schedule } from './transition.ts'
import { takeOnNodes } from './waiting-values.ts'
import type { World } from './world.ts'

/** Restarts some nodes of a cluster. Parameters that wait for a restart take effect on these nodes. */
export const beginReboot = (
  world: World,
  cluster: CacheCluster,
  nodes: readonly string[],
  nowMs: number,
  rebootMs: number,
): void => {
  const chosen = new Set(nodes)
  cluster.status = 'rebooting cluster nodes'
  cluster.nodes = cluster.nodes.map((node) =>
    chosen.has(node.id) ? { ...node, status: 'rebooting', generation: (node.generation ?? 0) + 1 } : node,
  )
  for (const id of chosen) record(world, nowMs, 'cache-cluster', cluster.id, `Cache node ${id} shutdown`)
  takeOnNodes(cluster, nodes)
  schedule(world, nowMs + rebootMs, { do: 'settleReboot', id: cluster.id })
}

/** The nodes that were restarted answer again. */
export const settleReboot = (tick: Tick, id: string): boolean => {
  const cluster = tick.world.clusters.get(id)
  if (cluster?.status !== 'rebooting cluster nodes') return true
  const restarted = cluster.nodes.filter((node) => node.status === 'rebooting')
  if (!restarted.every((node) => tick.nodes.isReady(nodeKey(tick.world, id, node.id)))) return false
  cluster.nodes = cluster.nodes.map((node) => (node.status === 'rebooting' ? { ...node, status: 'available' } : node))
  cluster.status = 'available'
  for (const node of restarted) record(tick.world, tick.atMs, 'cache-cluster', id, `Cache node ${node.id} restarted`)
  return true
}
