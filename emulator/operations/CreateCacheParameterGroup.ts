import type { CreateCacheParameterGroupMessage, CreateCacheParameterGroupResult } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { identifier } from '../rules/identifier.ts'
import { tagsOf, withinTagQuota } from '../rules/tag.ts'
import { parameterGroupShown } from '../shown/groups.ts'
import { invalidValue, refusal } from '../wire/refusal.ts'
import { arnOf } from '../world/arn.ts'
import { record } from '../world/event.ts'
import { FAMILIES } from '../world/parameters.ts'

export const operation: Operation<CreateCacheParameterGroupMessage, CreateCacheParameterGroupResult> = (call) => {
  const { input, world, nowMs, quotas } = call
  const name = identifier('CacheParameterGroupName', input.CacheParameterGroupName, 255)
  const family = input.CacheParameterGroupFamily ?? ''
  if (!FAMILIES.includes(family))
    throw invalidValue(`CacheParameterGroupFamily ${family} is not a valid parameter group family.`)
  const description = input.Description ?? ''
  if (description.length < 1 || description.length > 255)
    throw invalidValue('The description must be 1 to 255 characters.')
  const tags = withinTagQuota(tagsOf(input.Tags), quotas)
  if (world.parameterGroups.has(name)) {
    throw refusal('CacheParameterGroupAlreadyExists', `Parameter group ${name} already exists`)
  }
  if (world.parameterGroups.size >= quotas.parameterGroups) {
    throw refusal(
      'CacheParameterGroupQuotaExceeded',
      `The number of parameter groups exceeds the limit of ${quotas.parameterGroups}.`,
    )
  }
  const group = {
    name,
    arn: arnOf(world, 'parametergroup', name),
    family,
    description,
    values: {},
    changingUntilMs: 0,
    isDefault: false,
  }
  world.parameterGroups.set(name, group)
  if (tags.size > 0) world.tags.set(group.arn, tags)
  record(world, nowMs, 'cache-parameter-group', name, `Cache parameter group ${name} created`)
  return { CacheParameterGroup: parameterGroupShown(group) }
}
