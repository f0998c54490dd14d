import type { CacheCluster } from './cache-cluster.ts'
import { clusterKeys, frontKey } from './engines-wanted.ts'
import { record } from './event.ts'
import { beginClusterChange, switchCluster, withDeferredCluster } from './lifecycle.ts'
import { dropAutomaticSnapshots } from './snapshot-happenings.ts'
import { failureAmong, type Tick } from './tick.ts'
import { schedule, unschedule } from './transition.ts'
import { settleParameterStatus } from './waiting-values.ts'

const completeNodes = (tick: Tick, cluster: CacheCluster): void => {
  for (const node of cluster.nodes) {
    const message =
      node.status === 'creating'
        ? `Added cache node ${node.id} in availability zone ${node.zone}`
        : node.status === 'deleting'
          ? `Removed cache node ${node.id} from availability zone ${node.zone}`
          : undefined
    if (message) record(tick.world, tick.atMs, 'cache-cluster', cluster.id, message)
  }
  cluster.nodes = cluster.nodes
    .filter((node) => node.status !== 'deleting')
    .map(({ listed: _listed, ...node }) => ({ ...node, status: 'available' as const }))
}

/**
 * Auto-discovery lists the nodes that come, now that they answer: before the cluster is called available.
 * @returns whether there were any
 */
const listNodes = (tick: Tick, cluster: CacheCluster): boolean => {
  if (cluster.status !== 'modifying' || !cluster.nodes.some(comesUnlisted)) return false
  cluster.configurationVersion += 1
  cluster.nodes = cluster.nodes.map((node) => (comesUnlisted(node) ? { ...node, listed: true } : node))
  tick.nodes.forget(frontKey(tick.world, cluster.id, 'configuration'))
  return true
}

const comesUnlisted = ({ status, listed }: CacheCluster['nodes'][number]) => status === 'creating' && !listed

/** A cluster whose change is due becomes available, or says why not. */
export const settleCluster = (tick: Tick, id: string): boolean => {
  const cluster = tick.world.clusters.get(id)
  if (!cluster || (cluster.status !== 'creating' && cluster.status !== 'modifying')) return true
  const keys = clusterKeys(tick.world, cluster)
  const failure = failureAmong(tick.nodes, keys)
  if (failure !== undefined && cluster.status === 'creating') {
    cluster.status = cluster.seeds ? 'restore-failed' : 'incompatible-network'
    if (cluster.seeds) record(tick.world, tick.atMs, 'cache-cluster', id, `Restore from snapshot failed for node ${id}`)
    record(tick.world, tick.atMs, 'cache-cluster', id, `Cache cluster could not be created: ${failure}`)
    return true
  }
  if (failure !== undefined) {
    const joining = new Set(cluster.nodes.filter((node) => node.status === 'creating').map((node) => node.id))
    cluster.nodes = cluster.nodes.filter((node) => !joining.has(node.id))
    switchCluster(tick.world, cluster, cluster.applying ?? {}, true)
    delete cluster.applying
    record(tick.world, tick.atMs, 'cache-cluster', id, `Failed applying modification to the cache cluster: ${failure}`)
  } else if (!keys.every((key) => tick.nodes.isReady(key))) {
    return false
  } else if (listNodes(tick, cluster)) {
    schedule(tick.world, tick.atMs, { do: 'settleCluster', id })
    return true
  }
  completeNodes(tick, cluster)
  if (cluster.status === 'creating') record(tick.world, tick.atMs, 'cache-cluster', id, 'Cache cluster created')
  cluster.settings = { ...cluster.settings, ...cluster.applying?.settings }
  delete cluster.applying
  delete cluster.seeds
  settleParameterStatus(tick.world, cluster, tick.atMs)
  cluster.status = 'available'
  return true
}

/** A deleted cluster is gone. */
export const removeCluster = (tick: Tick, id: string): boolean => {
  const cluster = tick.world.clusters.get(id)
  if (!cluster) return true
  tick.world.clusters.delete(id)
  tick.world.manualSnapshotTimes.delete(id)
  dropAutomaticSnapshots(tick.world, 'cluster', id)
  tick.world.tags.delete(cluster.arn)
  const group = cluster.groupId === undefined ? undefined : tick.world.groups.get(cluster.groupId)
  if (group) group.lingering = group.lingering.filter((member) => member !== id)
  unschedule(tick.world, (happening) => happening.id === id && happening.do === 'openClusterWindow')
  record(tick.world, tick.atMs, 'cache-cluster', id, 'Cache cluster deleted')
  return true
}

/** What waited for the maintenance window begins. */
export const openClusterWindow = (tick: Tick, id: string): boolean => {
  const cluster = tick.world.clusters.get(id)
  if (!cluster?.deferred) return true
  if (cluster.status !== 'available') return false
  beginClusterChange(tick.world, cluster, withDeferredCluster(tick.world, cluster, {}), tick.atMs, tick.profile.scaleMs)
  // Its end may be due already, and the nodes that restart for it answer still.
  for (const key of clusterKeys(tick.world, cluster)) tick.nodes.forget(key)
  return true
}
