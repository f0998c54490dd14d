import { nodeKey } from '../world/engines-wanted.ts'
import type { World } from '../world/world.ts'
import type { Watch } from './cloudwatch.ts'
import { listOf, structure, text } from './shape.ts'

export const NAMESPACE = 'AWS/ElastiCache'

export interface Dimension {
  readonly Name: string
  readonly Value?: string
}

export const DIMENSIONS = listOf(structure({ Name: text, Value: text }, 'Name', 'Value'))

/** The cluster and the node of a node key. */
export const nodeNamed = (key: string): { readonly clusterId: string; readonly nodeId: string } => {
  const [, , clusterId = '', nodeId = ''] = key.split('/')
  return { clusterId, nodeId }
}

/** Keys of all nodes that the world has now. */
export const nodeKeys = (world: World, clusterId?: string): readonly string[] =>
  [...world.clusters.values()]
    .filter(({ id }) => clusterId === undefined || id === clusterId)
    .flatMap(({ id, nodes }) => nodes.map((node) => nodeKey(world, id, node.id)))

/** Keys of nodes that have answered, in this account and region. */
export const sampledKeys = ({ sampler, world }: Watch): readonly string[] =>
  sampler.keys().filter((key) => key.startsWith(`${world.account}/${world.region}/`))

/**
 * The nodes that a metric's dimensions mean: one node, or all nodes of a cluster; nobody publishes under other
 * dimensions.
 */
export const nodesMeant = (watch: Watch, dimensions: readonly Dimension[]): readonly string[] => {
  const meant = new Map(dimensions.map(({ Name, Value }) => [Name, Value]))
  const cluster = meant.get('CacheClusterId')
  const node = meant.get('CacheNodeId')
  const known = node === undefined ? 1 : 2
  if (cluster === undefined || meant.size !== known || dimensions.length !== known) return []
  return sampledKeys(watch).filter((key) => {
    const { clusterId, nodeId } = nodeNamed(key)
    return clusterId === cluster && (node === undefined || nodeId === node)
  })
}
