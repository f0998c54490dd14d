import type { EnginesWanted, FrontWanted, NodeWanted } from '../engines/port.ts'
import { snapshotBackups } from './backups.ts'
import { type CacheCluster, clusterSettingsUnderway } from './cache-cluster.ts'
import { engineMemoryBytes } from './node-type.ts'
import { effectiveValues, findParameterGroup } from './parameter-group.ts'
import { type ReplicationGroup, type Shard, settingsUnderway, shardsAfter } from './replication-group.ts'
import { serverlessWanted } from './serverless-wanted.ts'
import type { Settings } from './settings.ts'
import { engineUsersOf } from './user-group.ts'
import type { Place, World } from './world.ts'

/** Names a server process: unique over all accounts and regions. */
export const nodeKey = (place: Place, clusterId: string, node: string): string =>
  `${place.account}/${place.region}/${clusterId}/${node}`

/** Names an address in front of nodes. */
export const frontKey = (place: Place, id: string, role: 'primary' | 'reader' | 'configuration'): string =>
  `${place.account}/${place.region}/${id}/${role}`

const NOTHING_WANTED: EnginesWanted = { nodes: [], fronts: [], backups: [] }

const SINGLE_NODE = '0001'
const gone = (cluster: CacheCluster) =>
  cluster.status === 'deleting' || cluster.status === 'incompatible-network' || cluster.status === 'restore-failed'

const parametersOf = (world: World, settings: Settings, cluster: CacheCluster) => {
  const group = findParameterGroup(world, settings.parameterGroup)
  return { ...(group ? effectiveValues(group) : {}), ...cluster.untilReboot }
}

/** Servers know users only while a user group is in use. */
const usersOf = (world: World, settings: Settings): Pick<NodeWanted, 'users'> => {
  const users = engineUsersOf(world, settings.userGroupIds)
  return users === undefined ? {} : { users }
}

const processOf = (world: World, cluster: CacheCluster, settings: Settings): Omit<NodeWanted, 'key'> => ({
  engine: settings.engine,
  engineVersion: settings.engineVersion,
  port: settings.port,
  maxmemoryBytes: engineMemoryBytes(settings.engine, settings.nodeType) ?? 0,
  parameters: parametersOf(world, settings, cluster),
  tls: settings.tls,
  authTokens: settings.auth.tokens,
  openToo: settings.auth.openToo,
  ...usersOf(world, settings),
  generation: cluster.generation,
})

/** What the nodes of a group keep over the end of their processes. */
const durabilityOf = (group: ReplicationGroup): Pick<NodeWanted, 'durability'> => {
  const durability = group.applying?.durability ?? group.durability
  return durability === 'sync' || durability === 'async' ? { durability } : {}
}

const shardNodes = (world: World, group: ReplicationGroup, shard: Shard): readonly NodeWanted[] => {
  const settings = settingsUnderway(group)
  const primary = nodeKey(world, shard.primary, SINGLE_NODE)
  return shard.members.flatMap((id) => {
    const cluster = world.clusters.get(id)
    if (!cluster || gone(cluster)) return []
    const process = processOf(world, cluster, settings)
    const generation = process.generation + (cluster.nodes[0]?.generation ?? 0)
    const node: NodeWanted = { ...process, key: nodeKey(world, id, SINGLE_NODE), generation }
    const slots = shard.slots
    const seeds = id === shard.primary ? group.seeds?.[shard.id] : undefined
    return {
      ...node,
      ...(id === shard.primary ? {} : { primary }),
      ...(slots === undefined ? {} : { cluster: { id: group.id, shard: shard.id, slots } }),
      ...(seeds === undefined ? {} : { seedFiles: seeds }),
      ...durabilityOf(group),
    }
  })
}

const shardsUnderway = (group: ReplicationGroup): readonly Shard[] => shardsAfter(group, group.applying)

const living = (world: World, ids: readonly string[]) =>
  ids.filter((id) => {
    const cluster = world.clusters.get(id)
    return cluster !== undefined && !gone(cluster)
  })

const groupFronts = (world: World, group: ReplicationGroup): readonly FrontWanted[] => {
  const port = group.settings.port
  const shards = shardsUnderway(group)
  const keysOf = (ids: readonly string[]) => living(world, ids).map((id) => nodeKey(world, id, SINGLE_NODE))
  const front = (kind: 'primary' | 'reader' | 'configuration', targets: readonly string[]): FrontWanted => ({
    key: frontKey(world, group.id, kind),
    kind,
    port,
    targets,
    version: 1,
  })
  if (group.clusterMode === 'enabled') {
    // A shard that leaves is led to no more: its nodes end once its slots have moved.
    const staying = shards.filter(({ slots }) => slots !== '')
    return [front('configuration', keysOf(staying.map((shard) => shard.primary)))]
  }
  return shards.slice(0, 1).flatMap((shard) => {
    const primary = keysOf([shard.primary])
    const replicas = keysOf(shard.members.filter((id) => id !== shard.primary))
    const fronts = [front('primary', primary), front('reader', replicas.length > 0 ? replicas : primary)]
    return group.clusterMode === 'compatible' ? [...fronts, front('configuration', primary)] : fronts
  })
}

const groupWanted = (world: World, group: ReplicationGroup): EnginesWanted => {
  if (group.status === 'deleting' || group.status === 'create-failed') return NOTHING_WANTED
  return {
    nodes: shardsUnderway(group).flatMap((shard) => shardNodes(world, group, shard)),
    fronts: groupFronts(world, group),
    backups: [],
  }
}

/** Auto-discovery lists a node only when it is ready; a cluster that is being made lists all of its nodes. */
const memcachedFront = (world: World, cluster: CacheCluster): FrontWanted => ({
  key: frontKey(world, cluster.id, 'configuration'),
  kind: 'memcached-configuration',
  port: cluster.settings.port,
  targets: cluster.nodes
    .filter((node) => node.status === 'available' || node.listed || cluster.status === 'creating')
    .map((node) => nodeKey(world, cluster.id, node.id)),
  version: cluster.configurationVersion,
})

/** Values that wait for a reboot hold already on those of memcached's nodes that had theirs. */
const restartedParameters = (world: World, cluster: CacheCluster, node: string): Partial<NodeWanted> =>
  cluster.rebooted?.includes(node)
    ? { parameters: parametersOf(world, clusterSettingsUnderway(cluster), { ...cluster, untilReboot: {} }) }
    : {}

const clusterWanted = (world: World, cluster: CacheCluster): EnginesWanted => {
  if (cluster.groupId !== undefined || gone(cluster)) return NOTHING_WANTED
  const process = processOf(world, cluster, clusterSettingsUnderway(cluster))
  return {
    // A node that leaves goes on until clients had time to learn that it is listed no more.
    nodes: cluster.nodes.map((node) => ({
      ...process,
      key: nodeKey(world, cluster.id, node.id),
      generation: process.generation + (node.generation ?? 0),
      ...restartedParameters(world, cluster, node.id),
      ...(cluster.seeds === undefined ? {} : { seedFiles: cluster.seeds }),
    })),
    fronts: cluster.settings.engine === 'memcached' ? [memcachedFront(world, cluster)] : [],
    backups: [],
  }
}

/** Several wishes as one. */
export const allWanted = (parts: readonly EnginesWanted[]): EnginesWanted => ({
  nodes: parts.flatMap((part) => part.nodes),
  fronts: parts.flatMap((part) => part.fronts),
  backups: parts.flatMap((part) => part.backups),
})

/** The server processes and the addresses in front of them that a world calls for. */
export const enginesWanted = (world: World): EnginesWanted => {
  const parts = [
    ...[...world.groups.values()].map((group) => groupWanted(world, group)),
    ...[...world.clusters.values()].map((cluster) => clusterWanted(world, cluster)),
  ]
  const backups = [...world.snapshots.values()].flatMap((snapshot) => snapshotBackups(world, snapshot))
  return allWanted([...parts, { nodes: [], fronts: [], backups }, ...serverlessWanted(world)])
}

/** Keys that must answer before a group may be called available. */
export const groupKeys = (world: World, group: ReplicationGroup): readonly string[] => {
  const { nodes, fronts } = groupWanted(world, group)
  return [...nodes, ...fronts].map(({ key }) => key)
}

/** Keys that must answer before a cluster may be called available. */
export const clusterKeys = (world: World, cluster: CacheCluster): readonly string[] => {
  if (cluster.groupId !== undefined) return gone(cluster) ? [] : [nodeKey(world, cluster.id, SINGLE_NODE)]
  const { nodes, fronts } = clusterWanted(world, cluster)
  return [...nodes, ...fronts].map(({ key }) => key)
}
