import type { CacheParameterGroupsMessage, DescribeCacheParameterGroupsMessage } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { parameterGroupCalled } from '../rules/engine.ts'
import { parameterGroupShown } from '../shown/groups.ts'
import { pageOf } from '../world/page.ts'
import { allParameterGroups } from '../world/parameter-group.ts'

export const operation: Operation<DescribeCacheParameterGroupsMessage, CacheParameterGroupsMessage> = (call) => {
  const { input, world } = call
  const groups = input.CacheParameterGroupName
    ? [parameterGroupCalled(world, input.CacheParameterGroupName)]
    : allParameterGroups(world)
  const { items, ...next } = pageOf(groups, (group) => group.name, input)
  return { CacheParameterGroups: items.map(parameterGroupShown), ...next }
}
