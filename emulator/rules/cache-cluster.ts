import { refusal } from '../wire/refusal.ts'
import type { CacheCluster } from '../world/cache-cluster.ts'
import type { World } from '../world/world.ts'

export const clusterCalled = (world: World, id: string | undefined): CacheCluster => {
  const cluster = world.clusters.get(id?.toLowerCase() ?? '')
  if (!cluster) throw refusal('CacheClusterNotFound', `CacheCluster not found: ${id}`)
  return cluster
}
