import type { BatchStopUpdateActionMessage, UpdateActionResultsMessage } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { updateBatch } from '../rules/update-batch.ts'
import { schedule, unschedule } from '../world/transition.ts'

const NOT_BEGUN = ['scheduling', 'scheduled', 'waiting-to-start']

/** The node that is being updated is finished; the others stay as they are. */
export const operation: Operation<BatchStopUpdateActionMessage, UpdateActionResultsMessage> = (call) => {
  const { input, world, nowMs, profile } = call
  return updateBatch(world, input, ({ action }) => {
    const waits = NOT_BEGUN.includes(action.status)
    if (!waits && action.status !== 'in-progress') {
      return {
        type: 'InvalidParameterValue',
        message: `The update action of ${action.resourceId} is ${action.status} and cannot be stopped.`,
      }
    }
    action.status = 'stopping'
    action.modifiedAtMs = nowMs
    if (waits) {
      unschedule(world, (deed) => deed.do === 'stepUpdate' && deed.id === action.key)
      schedule(world, nowMs + profile.memberLagMs, { do: 'stepUpdate', id: action.key })
    }
    return undefined
  })
}
