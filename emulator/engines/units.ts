import type { FrontWanted, NodeWanted } from './port.ts'

/** Nodes that can only be brought into order together: a replication group, a cluster, or one node alone. */
export interface Unit {
  readonly id: string
  readonly is: 'group' | 'cluster' | 'memcached'
  readonly nodes: readonly NodeWanted[]
}

/** Sorts the wanted nodes into units. */
export function unitsOf(nodes: readonly NodeWanted[]): Unit[] {
  const byKey = new Map(nodes.map((node) => [node.key, node]))
  const units = new Map<string, { is: Unit['is']; nodes: NodeWanted[] }>()
  for (const node of nodes) {
    const id = unitId(node, byKey)
    const unit = units.get(id) ?? { is: kindOf(node), nodes: [] }
    unit.nodes.push(node)
    units.set(id, unit)
  }
  return [...units].map(([id, unit]) => ({ id, ...unit }))
}

/** Keys of the fronts that lead to each node: its certificate is valid for their addresses too. */
export function frontsOf(fronts: readonly FrontWanted[]): ReadonlyMap<string, readonly FrontWanted[]> {
  const leading = new Map<string, FrontWanted[]>()
  for (const front of fronts) for (const key of front.targets) leading.set(key, [...(leading.get(key) ?? []), front])
  return leading
}

function kindOf(node: NodeWanted): Unit['is'] {
  if (node.engine === 'memcached') return 'memcached'
  return node.cluster ? 'cluster' : 'group'
}

function unitId(node: NodeWanted, byKey: ReadonlyMap<string, NodeWanted>): string {
  // Ids are unique in an account and region only; keys begin with both.
  if (node.cluster) return `cluster ${node.key.split('/').slice(0, 2).join('/')} ${node.cluster.id}`
  let root = node
  for (const passed = new Set<string>(); root.primary !== undefined && !passed.has(root.key); ) {
    passed.add(root.key)
    const above = byKey.get(root.primary)
    if (!above) break
    root = above
  }
  return `node ${root.key}`
}
