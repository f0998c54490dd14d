import type { CacheParameterGroupNameMessage, ModifyCacheParameterGroupMessage } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import {
  acceptedValue,
  changeableGroup,
  changeValues,
  namedParameters,
  valuesFitNodes,
} from '../rules/parameter-group.ts'

export const operation: Operation<ModifyCacheParameterGroupMessage, CacheParameterGroupNameMessage> = (call) => {
  const { input, world, nowMs, profile } = call
  const named = namedParameters(input.ParameterNameValues ?? [])
  const group = changeableGroup(world, input.CacheParameterGroupName)
  const accepted = [...named].map(([name, value]) => [name, acceptedValue(world, group, name, value)] as const)
  const values = { ...group.values, ...Object.fromEntries(accepted) }
  valuesFitNodes(world, group, values)
  changeValues(world, group, values, nowMs, profile.parameterMs)
  return { CacheParameterGroupName: group.name }
}
