import type {
  DescribeEngineDefaultParametersMessage,
  DescribeEngineDefaultParametersResult,
} from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { nodeTypeParametersShown, parameterShown } from '../shown/parameter.ts'
import { invalidValue } from '../wire/refusal.ts'
import { pageOf } from '../world/page.ts'
import { FAMILIES, parametersOfFamily } from '../world/parameters.ts'

export const operation: Operation<DescribeEngineDefaultParametersMessage, DescribeEngineDefaultParametersResult> = ({
  input,
}) => {
  const family = input.CacheParameterGroupFamily ?? ''
  if (!FAMILIES.includes(family))
    throw invalidValue(`CacheParameterGroupFamily ${family} is not a valid parameter group family.`)
  const shown = [...parametersOfFamily(family).values()]
    .filter((definition) => !definition.perNodeType)
    .map((definition) => parameterShown(definition, undefined))
  const { items, ...next } = pageOf(shown, (parameter) => parameter.ParameterName ?? '', input)
  return {
    EngineDefaults: {
      CacheParameterGroupFamily: family,
      Parameters: [...items],
      CacheNodeTypeSpecificParameters: input.Marker ? [] : nodeTypeParametersShown(family),
      ...next,
    },
  }
}
