import type { CacheCluster } from './cache-cluster.ts'
import type { ReplicationGroup } from './replication-group.ts'
import type { ServiceUpdate } from './service-update.ts'
import type { World } from './world.ts'

export type UpdateActionStatus =
  | 'not-applied'
  | 'waiting-to-start'
  | 'in-progress'
  | 'stopping'
  | 'stopped'
  | 'complete'
  | 'scheduling'
  | 'scheduled'
  | 'not-applicable'

export type NodeUpdateStatus = Exclude<UpdateActionStatus, 'scheduling' | 'scheduled' | 'not-applicable'>

export interface NodeUpdate {
  readonly clusterId: string
  readonly nodeId: string
  readonly shardId?: string
  readonly status: NodeUpdateStatus
  readonly modifiedAtMs: number
  readonly startedAtMs?: number
  readonly endedAtMs?: number
}

/** How far a service update has come on one replication group, or on one cluster without a group. */
export interface UpdateAction {
  /** update/group/id or update/cluster/id. */
  readonly key: string
  readonly update: string
  readonly kind: 'group' | 'cluster'
  readonly resourceId: string
  /** Tells a resource from a later one of the same id. */
  readonly resourceCreatedAtMs: number
  status: UpdateActionStatus
  modifiedAtMs: number
  initiated?: { readonly by: 'customer' | 'system'; readonly atMs: number }
  /** In the order in which they are updated: replicas before their primary. */
  nodes: readonly NodeUpdate[]
}

export type UpdateTarget =
  | { readonly kind: 'group'; readonly resource: ReplicationGroup }
  | { readonly kind: 'cluster'; readonly resource: CacheCluster }

const GONE = ['deleting', 'create-failed', 'incompatible-network']

/** Everything that service updates may be applied to. */
export const updateTargets = (world: World): readonly UpdateTarget[] => [
  ...[...world.groups.values()].map((resource) => ({ kind: 'group' as const, resource })),
  ...[...world.clusters.values()]
    .filter((cluster) => cluster.groupId === undefined)
    .map((resource) => ({ kind: 'cluster' as const, resource })),
]

const concerns = (update: ServiceUpdate, { resource }: UpdateTarget): boolean => {
  const { engine, engineVersion } = resource.settings
  const version = update.engineVersion
  if (engine !== update.engine || GONE.includes(resource.status)) return false
  return version === undefined || engineVersion === version || engineVersion.startsWith(`${version}.`)
}

type NodePlace = Pick<NodeUpdate, 'clusterId' | 'nodeId' | 'shardId'>

const nodesInOrder = (target: UpdateTarget): readonly NodePlace[] => {
  if (target.kind === 'cluster') {
    return target.resource.nodes.map((node) => ({ clusterId: target.resource.id, nodeId: node.id }))
  }
  return target.resource.shards.flatMap((shard) =>
    [...shard.members.filter((id) => id !== shard.primary), shard.primary].map((clusterId) => ({
      clusterId,
      nodeId: '0001',
      shardId: shard.id,
    })),
  )
}

/** The target's nodes as they are now; what was done to them before stays done. */
const nodeUpdates = (
  target: UpdateTarget,
  before: readonly NodeUpdate[],
  status: NodeUpdateStatus,
  nowMs: number,
): readonly NodeUpdate[] =>
  nodesInOrder(target).map((place) => {
    const earlier = before.find((node) => node.clusterId === place.clusterId && node.nodeId === place.nodeId)
    return earlier?.status === 'complete' ? earlier : { ...place, status, modifiedAtMs: nowMs }
  })

const keyOf = (update: string, target: UpdateTarget) => `${update}/${target.kind}/${target.resource.id}`

const actionOf = (world: World, update: ServiceUpdate, target: UpdateTarget): UpdateAction => {
  const key = keyOf(update.name, target)
  const { id, createdAtMs } = target.resource
  const stored = world.updateActions.get(key)
  if (stored?.resourceCreatedAtMs === createdAtMs) return stored
  const applicable = update.status === 'available' && createdAtMs <= update.applyByMs
  const sinceMs = Math.max(update.releasedAtMs, createdAtMs)
  return {
    key,
    update: update.name,
    kind: target.kind,
    resourceId: id,
    resourceCreatedAtMs: createdAtMs,
    status: applicable ? 'not-applied' : 'not-applicable',
    modifiedAtMs: sinceMs,
    nodes: nodeUpdates(target, [], 'not-applied', sinceMs),
  }
}

export interface FoundAction {
  readonly action: UpdateAction
  readonly update: ServiceUpdate
  readonly target: UpdateTarget
}

/** One action for each update and each resource that it concerns. */
export const actionsFor = (world: World, update: ServiceUpdate): readonly FoundAction[] =>
  updateTargets(world)
    .filter((target) => concerns(update, target))
    .map((target) => ({ action: actionOf(world, update, target), update, target }))

/** Starts an action, or has it wait for the maintenance window when AWS itself starts it. */
export const initiate = (
  world: World,
  { action, target }: FoundAction,
  by: 'customer' | 'system',
  nowMs: number,
): UpdateAction => {
  action.status = by === 'customer' ? 'waiting-to-start' : 'scheduling'
  action.modifiedAtMs = nowMs
  action.initiated = { by, atMs: nowMs }
  action.nodes = nodeUpdates(target, action.nodes, 'waiting-to-start', nowMs)
  world.updateActions.set(action.key, action)
  return action
}

/** What an action is about; undefined when that is gone. */
export const targetOf = (world: World, action: UpdateAction): UpdateTarget | undefined => {
  const found = updateTargets(world).find(
    ({ kind, resource }) => kind === action.kind && resource.id === action.resourceId,
  )
  if (!found || GONE.includes(found.resource.status)) return undefined
  return found.resource.createdAtMs === action.resourceCreatedAtMs ? found : undefined
}
