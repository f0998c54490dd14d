import type {
  ProcessedUpdateAction,
  UnprocessedUpdateAction,
  UpdateActionResultsMessage,
} from '@aws-sdk/client-elasticache'
import { invalidValue, refusal } from '../wire/refusal.ts'
import type { ServiceUpdate } from '../world/service-update.ts'
import { actionsFor, type FoundAction, type UpdateAction, updateTargets } from '../world/update-action.ts'
import type { World } from '../world/world.ts'

export interface UpdateBatch {
  readonly ServiceUpdateName: string | undefined
  readonly ReplicationGroupIds?: readonly string[] | undefined
  readonly CacheClusterIds?: readonly string[] | undefined
}

const MOST_IDS = 20

/** Ids of a request in lower case, each once; at most 20. */
export const idsOf = (parameter: string, ids: readonly string[] | undefined): readonly string[] => {
  if (ids && ids.length > MOST_IDS) throw invalidValue(`${parameter} may name at most ${MOST_IDS} ids.`)
  return [...new Set((ids ?? []).map((id) => id.toLowerCase()))]
}

export const serviceUpdateCalled = (world: World, name: string | undefined): ServiceUpdate => {
  const update = world.serviceUpdates.get(name ?? '')
  if (!update) throw refusal('ServiceUpdateNotFoundFault', `Service update ${name} not found.`)
  return update
}

/** Why an id of a batch is left out. */
export interface Obstacle {
  readonly type: string
  readonly message: string
}

const NOT_FOUND = {
  group: (id: string) => ({ type: 'ReplicationGroupNotFoundFault', message: `ReplicationGroup ${id} not found.` }),
  cluster: (id: string) => ({ type: 'CacheClusterNotFound', message: `CacheCluster not found: ${id}` }),
}

const missing = (world: World, update: ServiceUpdate, kind: UpdateAction['kind'], id: string): Obstacle => {
  const groupId = kind === 'cluster' ? world.clusters.get(id)?.groupId : undefined
  if (groupId !== undefined) {
    return { type: 'InvalidParameterValue', message: `${id} is a member of ${groupId}; name the replication group.` }
  }
  const exists = updateTargets(world).some((target) => target.kind === kind && target.resource.id === id)
  if (!exists) return NOT_FOUND[kind](id)
  return { type: 'InvalidParameterValue', message: `Service update ${update.name} is not applicable to ${id}.` }
}

/**
 * Does something to each resource that a batch names, and answers what was done and what was not.
 * @param act changes the action, or answers why it cannot
 */
export const updateBatch = (
  world: World,
  batch: UpdateBatch,
  act: (found: FoundAction) => Obstacle | undefined,
): UpdateActionResultsMessage => {
  const groups = idsOf('ReplicationGroupIds', batch.ReplicationGroupIds)
  const clusters = idsOf('CacheClusterIds', batch.CacheClusterIds)
  if (groups.length + clusters.length === 0) {
    throw invalidValue('ReplicationGroupIds or CacheClusterIds must name at least one id.')
  }
  const update = serviceUpdateCalled(world, batch.ServiceUpdateName)
  const found = actionsFor(world, update)
  const processed: ProcessedUpdateAction[] = []
  const unprocessed: UnprocessedUpdateAction[] = []
  for (const [kind, ids] of [['group', groups] as const, ['cluster', clusters] as const]) {
    for (const id of ids) {
      const named = kind === 'group' ? { ReplicationGroupId: id } : { CacheClusterId: id }
      const shown = { ...named, ServiceUpdateName: update.name }
      const one = found.find(({ action }) => action.kind === kind && action.resourceId === id)
      const obstacle = one ? act(one) : missing(world, update, kind, id)
      if (obstacle) unprocessed.push({ ...shown, ErrorType: obstacle.type, ErrorMessage: obstacle.message })
      else if (one) processed.push({ ...shown, UpdateActionStatus: one.action.status })
    }
  }
  return { ProcessedUpdateActions: processed, UnprocessedUpdateActions: unprocessed }
}
