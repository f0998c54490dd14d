import type { ModifyCacheClusterMessage } from '@aws-sdk/client-elasticache'
import { invalidCombination, invalidValue } from '../wire/refusal.ts'
import { activeNodes, type CacheCluster, type ClusterChange, nodeId } from '../world/cache-cluster.ts'
import type { World } from '../world/world.ts'
import { spreadZone, zone } from './network.ts'

type Input = Pick<
  ModifyCacheClusterMessage,
  'NumCacheNodes' | 'CacheNodeIdsToRemove' | 'NewAvailabilityZones' | 'AZMode'
>

/** What a request does to the number of nodes; `cancel` forgets what waits for the window. */
export type NodeRequest =
  | { readonly is: 'none' }
  | { readonly is: 'cancel' }
  | { readonly is: 'change'; readonly change: Pick<ClusterChange, 'nodeCount' | 'newZones' | 'removeNodes'> }

const joiningZones = (
  world: World,
  cluster: CacheCluster,
  input: Input,
  from: number,
  count: number,
): readonly string[] => {
  const asked = input.NewAvailabilityZones ?? []
  if (asked.length > 0 && asked.length !== count) {
    throw invalidCombination('The number of NewAvailabilityZones must match the number of cache nodes being added.')
  }
  const mode = input.AZMode ?? cluster.azMode
  const home = cluster.nodes[0]?.zone ?? spreadZone(world, 0)
  const chosen = asked.length > 0 ? asked.map((name) => zone(world, name)) : undefined
  if (mode === 'single-az' && chosen?.some((name) => name !== home)) {
    throw invalidCombination('Nodes in another availability zone require AZMode cross-az.')
  }
  return (
    chosen ??
    Array.from({ length: count }, (_, index) => (mode === 'cross-az' ? spreadZone(world, from + index) : home))
  )
}

const leavingNodes = (cluster: CacheCluster, input: Input, wanted: number, total: number): readonly string[] => {
  const active = activeNodes(cluster).map((node) => node.id)
  const ids = [...new Set(input.CacheNodeIdsToRemove ?? [])]
  const count = total - wanted
  if (ids.length === 0) throw invalidCombination('CacheNodeIdsToRemove must be provided when cache nodes are removed.')
  if (ids.length !== count) {
    throw invalidCombination(
      `The number of CacheNodeIdsToRemove must be ${count}: the number of cache nodes minus NumCacheNodes.`,
    )
  }
  // Nodes that wait to be added are counted, and have the ids that they would get.
  const highest = Math.max(0, ...cluster.nodes.map((node) => Number(node.id)))
  const waiting = Array.from({ length: total - active.length }, (_, index) => nodeId(highest + 1 + index))
  const unknown = ids.find((id) => !active.includes(id) && !waiting.includes(id))
  if (unknown !== undefined) throw invalidValue(`The cache node ${unknown} is not present in the cluster.`)
  const kept = waiting.find((id) => !ids.includes(id))
  if (kept !== undefined) throw invalidValue(`The pending cache node ${kept} must be among CacheNodeIdsToRemove.`)
  return ids.filter((id) => active.includes(id))
}

/**
 * AWS's arithmetic of NumCacheNodes (ModifyCacheCluster's documentation): more nodes than there are and wait are added;
 * fewer than there are need the ids of those to remove; as many as there are cancels what waits.
 */
export const nodeRequest = (world: World, cluster: CacheCluster, input: Input): NodeRequest => {
  const wanted = input.NumCacheNodes
  if (wanted === undefined) {
    const stray = (input.CacheNodeIdsToRemove ?? []).length > 0 || (input.NewAvailabilityZones ?? []).length > 0
    if (stray) throw invalidCombination('CacheNodeIdsToRemove and NewAvailabilityZones need NumCacheNodes.')
    return { is: 'none' }
  }
  const active = activeNodes(cluster).length
  const total = Math.max(active, cluster.deferred?.nodeCount ?? active)
  if (wanted === active) {
    if ((input.CacheNodeIdsToRemove ?? []).length > 0) throw invalidCombination('No cache nodes are to be removed.')
    return cluster.deferred?.nodeCount === undefined ? { is: 'none' } : { is: 'cancel' }
  }
  if (wanted < active)
    return { is: 'change', change: { nodeCount: wanted, removeNodes: leavingNodes(cluster, input, wanted, total) } }
  if ((input.CacheNodeIdsToRemove ?? []).length > 0)
    throw invalidCombination('CacheNodeIdsToRemove is only for fewer nodes.')
  if (wanted <= total) {
    throw invalidCombination(`${total - active} cache nodes wait to be added. Cancel that request first to add fewer.`)
  }
  const waiting = cluster.deferred?.newZones ?? []
  const added = joiningZones(world, cluster, input, total, wanted - total)
  return { is: 'change', change: { nodeCount: wanted, newZones: [...waiting, ...added] } }
}
