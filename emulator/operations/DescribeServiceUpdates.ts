import type { DescribeServiceUpdatesMessage, ServiceUpdatesMessage } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { serviceUpdateCalled } from '../rules/update-batch.ts'
import { serviceUpdateStatusFilter } from '../rules/update-filter.ts'
import { serviceUpdateShown } from '../shown/service-update.ts'
import { pageOf } from '../world/page.ts'

export const operation: Operation<DescribeServiceUpdatesMessage, ServiceUpdatesMessage> = ({ input, world, nowMs }) => {
  const wanted = serviceUpdateStatusFilter(input.ServiceUpdateStatus)
  const named = input.ServiceUpdateName
    ? [serviceUpdateCalled(world, input.ServiceUpdateName)]
    : [...world.serviceUpdates.values()]
  const released = named.filter((update) => update.releasedAtMs <= nowMs && wanted(update.status))
  const { items, ...next } = pageOf(released, (update) => update.name, input)
  return { ServiceUpdates: items.map(serviceUpdateShown), ...next }
}
