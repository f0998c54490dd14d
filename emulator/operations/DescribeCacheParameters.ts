import type { CacheParameterGroupDetails, DescribeCacheParametersMessage } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { parameterGroupCalled } from '../rules/engine.ts'
import { nodeTypeParametersShown, parameterShown } from '../shown/parameter.ts'
import { invalidValue } from '../wire/refusal.ts'
import { pageOf } from '../world/page.ts'
import { parametersOfFamily } from '../world/parameters.ts'

const SOURCES = ['user', 'system', 'engine-default']

export const operation: Operation<DescribeCacheParametersMessage, CacheParameterGroupDetails> = ({ input, world }) => {
  const source = input.Source
  if (source !== undefined && !SOURCES.includes(source)) {
    throw invalidValue(`Invalid Source: ${source}. Valid values are: ${SOURCES.join(', ')}.`)
  }
  const group = parameterGroupCalled(world, input.CacheParameterGroupName)
  const shown = [...parametersOfFamily(group.family).values()]
    .filter((definition) => !definition.perNodeType)
    .map((definition) => parameterShown(definition, group.values[definition.name]))
    .filter((parameter) => source === undefined || parameter.Source === source)
  const { items, ...next } = pageOf(shown, (parameter) => parameter.ParameterName ?? '', input)
  const perType = source === undefined || source === 'system' ? nodeTypeParametersShown(group.family) : []
  return { Parameters: [...items], CacheNodeTypeSpecificParameters: input.Marker ? [] : perType, ...next }
}
