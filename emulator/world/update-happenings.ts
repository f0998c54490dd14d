import type { CacheCluster } from './cache-cluster.ts'
import { clusterKeys, groupKeys, nodeKey } from './engines-wanted.ts'
import { record } from './event.ts'
import { membersOf } from './replication-group.ts'
import type { Tick } from './tick.ts'
import { schedule } from './transition.ts'
import {
  actionsFor,
  initiate,
  type NodeUpdate,
  type NodeUpdateStatus,
  targetOf,
  type UpdateAction,
  type UpdateTarget,
} from './update-action.ts'
import { takeOnNodes } from './waiting-values.ts'
import { nextOpening } from './window.ts'

const keysOf = ({ world }: Tick, target: UpdateTarget): readonly string[] =>
  target.kind === 'group' ? groupKeys(world, target.resource) : clusterKeys(world, target.resource)

const clustersOf = ({ world }: Tick, target: UpdateTarget): readonly CacheCluster[] =>
  target.kind === 'cluster'
    ? [target.resource]
    : membersOf(target.resource).flatMap((id) => world.clusters.get(id) ?? [])

const setStatus = (tick: Tick, action: UpdateAction, status: UpdateAction['status']): void => {
  action.status = status
  action.modifiedAtMs = tick.atMs
}

const setNode = (tick: Tick, action: UpdateAction, node: NodeUpdate, status: NodeUpdateStatus): void => {
  const now = tick.atMs
  const change: NodeUpdate = {
    ...node,
    status,
    modifiedAtMs: now,
    ...(status === 'in-progress' ? { startedAtMs: now } : {}),
    ...(status === 'complete' ? { endedAtMs: now } : {}),
  }
  action.nodes = action.nodes.map((other) => (other === node ? change : other))
}

/** The update is over, done or stopped. */
const finish = (tick: Tick, action: UpdateAction, target: UpdateTarget, status: 'complete' | 'stopped'): void => {
  setStatus(tick, action, status)
  for (const node of action.nodes) if (node.status !== 'complete') setNode(tick, action, node, 'stopped')
  target.resource.status = 'available'
  const source = target.kind === 'group' ? 'replication-group' : 'cache-cluster'
  const done = status === 'complete' ? 'applied' : 'stopped'
  record(tick.world, tick.atMs, source, action.resourceId, `Service update ${action.update} ${done}`)
}

/**
 * Another member takes over before the primary is restarted, so that no data is lost.
 * @returns whether somebody had to
 */
const handOver = (tick: Tick, target: UpdateTarget, node: NodeUpdate): boolean => {
  if (target.kind !== 'group') return false
  const group = target.resource
  const shard = group.shards.find(({ primary }) => primary === node.clusterId)
  const heir = shard?.members.find((id) => id !== node.clusterId)
  if (!shard || heir === undefined) return false
  group.shards = group.shards.map((other) => (other === shard ? { ...shard, primary: heir } : other))
  for (const key of keysOf(tick, target)) tick.nodes.forget(key)
  return true
}

const restart = (tick: Tick, action: UpdateAction, node: NodeUpdate): void => {
  setNode(tick, action, node, 'in-progress')
  const cluster = tick.world.clusters.get(node.clusterId)
  if (!cluster) return
  cluster.status = 'modifying'
  // Memcached's nodes share a cluster, so each counts for itself.
  if (cluster.settings.engine === 'memcached') {
    cluster.nodes = cluster.nodes.map((other) =>
      other.id === node.nodeId ? { ...other, generation: (other.generation ?? 0) + 1 } : other,
    )
  } else {
    cluster.generation += 1
  }
  takeOnNodes(cluster, [node.nodeId])
  tick.nodes.forget(nodeKey(tick.world, node.clusterId, node.nodeId))
}

const begin = (tick: Tick, action: UpdateAction, target: UpdateTarget): boolean => {
  const free = [target.resource, ...clustersOf(tick, target)].every(({ status }) => status === 'available')
  if (!free) return false
  target.resource.status = 'modifying'
  setStatus(tick, action, 'in-progress')
  return true
}

const completeCurrent = (tick: Tick, action: UpdateAction, current: NodeUpdate): void => {
  setNode(tick, action, current, 'complete')
  const cluster = tick.world.clusters.get(current.clusterId)
  if (cluster?.groupId !== undefined && cluster.status === 'modifying') cluster.status = 'available'
}

/** Updates the next node, or ends the update. Waits until every node of the resource answers. */
const proceed = (tick: Tick, action: UpdateAction, target: UpdateTarget): boolean => {
  if (!keysOf(tick, target).every((key) => tick.nodes.isReady(key))) return false
  const current = action.nodes.find(({ status }) => status === 'in-progress')
  if (current) completeCurrent(tick, action, current)
  const next = action.nodes.find(({ status }) => status !== 'complete')
  if (!next || action.status === 'stopping') {
    finish(tick, action, target, next ? 'stopped' : 'complete')
    return true
  }
  const stepMs = Math.floor(tick.profile.scaleMs / action.nodes.length)
  const handedOver = handOver(tick, target, next)
  if (!handedOver) restart(tick, action, next)
  schedule(tick.world, tick.atMs + (handedOver ? 0 : stepMs), { do: 'stepUpdate', id: action.key })
  return true
}

/** An update action takes its next step. */
export const stepUpdate = (tick: Tick, key: string): boolean => {
  const action = tick.world.updateActions.get(key)
  const target = action && targetOf(tick.world, action)
  if (!action || !target) {
    tick.world.updateActions.delete(key)
    return true
  }
  switch (action.status) {
    case 'scheduling':
      setStatus(tick, action, 'scheduled')
      schedule(tick.world, nextOpening(target.resource.settings.maintenanceWindow, tick.atMs), {
        do: 'stepUpdate',
        id: key,
      })
      return true
    case 'scheduled':
    case 'waiting-to-start':
      return begin(tick, action, target) && proceed(tick, action, target)
    case 'in-progress':
      return proceed(tick, action, target)
    case 'stopping':
      // Nothing was begun: the resource stays as it is.
      if (action.nodes.some(({ status }) => status === 'in-progress')) return proceed(tick, action, target)
      setStatus(tick, action, 'stopped')
      for (const node of action.nodes) if (node.status !== 'complete') setNode(tick, action, node, 'stopped')
      return true
    default:
      return true
  }
}

/** The recommended date has passed: what nobody applied waits for its maintenance window. */
export const autoApplyUpdate = (tick: Tick, name: string): boolean => {
  const update = tick.world.serviceUpdates.get(name)
  if (update?.status !== 'available') return true
  for (const found of actionsFor(tick.world, update)) {
    if (found.action.status !== 'not-applied' && found.action.status !== 'stopped') continue
    initiate(tick.world, found, 'system', tick.atMs)
    schedule(tick.world, tick.atMs + tick.profile.memberLagMs, { do: 'stepUpdate', id: found.action.key })
  }
  return true
}

/** Nobody can apply the update any more. */
export const expireUpdate = (tick: Tick, name: string): boolean => {
  const update = tick.world.serviceUpdates.get(name)
  if (update?.status === 'available') update.status = 'expired'
  return true
}
