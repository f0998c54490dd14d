import type { BatchApplyUpdateActionMessage, UpdateActionResultsMessage } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { type Obstacle, updateBatch } from '../rules/update-batch.ts'
import { schedule, unschedule } from '../world/transition.ts'
import { type FoundAction, initiate } from '../world/update-action.ts'

/** A scheduled update may be applied sooner; a stopped one again. */
const APPLICABLE = ['not-applied', 'stopped', 'scheduling', 'scheduled']

const obstacleOf = ({ action, update, target }: FoundAction): Obstacle | undefined => {
  if (update.status !== 'available') {
    return { type: 'InvalidParameterValue', message: `Service update ${update.name} is ${update.status}.` }
  }
  if (!APPLICABLE.includes(action.status)) {
    return { type: 'InvalidParameterValue', message: `The update action of ${action.resourceId} is ${action.status}.` }
  }
  if (target.resource.status === 'available') return undefined
  const type = target.kind === 'group' ? 'InvalidReplicationGroupState' : 'InvalidCacheClusterState'
  return { type, message: `${action.resourceId} is not in available state; it is ${target.resource.status}.` }
}

export const operation: Operation<BatchApplyUpdateActionMessage, UpdateActionResultsMessage> = (call) => {
  const { input, world, nowMs, profile } = call
  return updateBatch(world, input, (found) => {
    const obstacle = obstacleOf(found)
    if (obstacle) return obstacle
    const { key } = initiate(world, found, 'customer', nowMs)
    unschedule(world, (deed) => deed.do === 'stepUpdate' && deed.id === key)
    schedule(world, nowMs + profile.memberLagMs, { do: 'stepUpdate', id: key })
    return undefined
  })
}
