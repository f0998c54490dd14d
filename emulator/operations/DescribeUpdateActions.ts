import type { DescribeUpdateActionsMessage, UpdateActionsMessage } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { idsOf } from '../rules/update-batch.ts'
import { serviceUpdateStatusFilter, updateActionStatusFilter } from '../rules/update-filter.ts'
import { updateActionShown } from '../shown/service-update.ts'
import { invalidCombination, invalidValue } from '../wire/refusal.ts'
import { isEngineName } from '../world/engine-version.ts'
import { pageOf } from '../world/page.ts'
import type { ServiceUpdate } from '../world/service-update.ts'
import { actionsFor, type UpdateAction } from '../world/update-action.ts'

type Input = DescribeUpdateActionsMessage

const updateFilter = (input: Input, nowMs: number) => {
  const { StartTime: start, EndTime: end } = input.ServiceUpdateTimeRange ?? {}
  if (start && end && start > end) throw invalidCombination('StartTime must be before EndTime.')
  if (input.Engine !== undefined && !isEngineName(input.Engine)) throw invalidValue(`Invalid Engine: ${input.Engine}`)
  const wanted = serviceUpdateStatusFilter(input.ServiceUpdateStatus)
  return (update: ServiceUpdate): boolean =>
    update.releasedAtMs <= nowMs &&
    wanted(update.status) &&
    (!input.ServiceUpdateName || input.ServiceUpdateName === update.name) &&
    (!input.Engine || input.Engine === update.engine) &&
    (!start || update.releasedAtMs >= start.getTime()) &&
    (!end || update.releasedAtMs <= end.getTime())
}

const actionFilter = (input: Input) => {
  const groups = idsOf('ReplicationGroupIds', input.ReplicationGroupIds)
  const clusters = idsOf('CacheClusterIds', input.CacheClusterIds)
  const all = groups.length + clusters.length === 0
  const wanted = updateActionStatusFilter(input.UpdateActionStatus)
  return (action: UpdateAction): boolean =>
    wanted(action.status) && (all || (action.kind === 'group' ? groups : clusters).includes(action.resourceId))
}

export const operation: Operation<Input, UpdateActionsMessage> = ({ input, world, nowMs }) => {
  const concernsUpdate = updateFilter(input, nowMs)
  const concernsAction = actionFilter(input)
  const found = [...world.serviceUpdates.values()]
    .filter(concernsUpdate)
    .flatMap((update) => actionsFor(world, update))
    .filter(({ action }) => concernsAction(action))
  const { items, ...next } = pageOf(found, ({ action }) => action.key, input)
  const withNodes = input.ShowNodeLevelUpdateStatus ?? false
  return { UpdateActions: items.map((one) => updateActionShown(one, withNodes, nowMs)), ...next }
}
