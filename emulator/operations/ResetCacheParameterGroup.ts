import type { CacheParameterGroupNameMessage, ResetCacheParameterGroupMessage } from '@aws-sdk/client-elasticache'
import type { Call, Operation } from '../operations.ts'
import { changeableGroup, changeableParameter, changeValues, namedParameters } from '../rules/parameter-group.ts'
import { invalidCombination, refusal } from '../wire/refusal.ts'
import type { ParameterGroup } from '../world/parameter-group.ts'

/** What is reset: every value that a user set, or the named parameters. */
const namesOf = (call: Call<ResetCacheParameterGroupMessage>, group: ParameterGroup): readonly string[] => {
  const { ResetAllParameters: all, ParameterNameValues: list } = call.input
  if (all === true) return Object.keys(group.values)
  return [...namedParameters(list ?? []).keys()]
}

export const operation: Operation<ResetCacheParameterGroupMessage, CacheParameterGroupNameMessage> = (call) => {
  const { input, world, nowMs, profile } = call
  const listed = (input.ParameterNameValues ?? []).length > 0
  if ((input.ResetAllParameters === true) === listed) {
    throw invalidCombination('Specify either ResetAllParameters or ParameterNameValues, not both.')
  }
  const group = changeableGroup(world, input.CacheParameterGroupName)
  if (nowMs < group.changingUntilMs) {
    throw refusal('InvalidCacheParameterGroupState', `The cache parameter group ${group.name} has pending changes.`)
  }
  const names = new Set(namesOf(call, group))
  for (const name of names) changeableParameter(world, group, name)
  const values = Object.fromEntries(Object.entries(group.values).filter(([name]) => !names.has(name)))
  changeValues(world, group, values, nowMs, profile.parameterMs)
  return { CacheParameterGroupName: group.name }
}
