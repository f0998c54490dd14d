import type { DeleteCacheParameterGroupMessage } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { identifier } from '../rules/identifier.ts'
import { refusal } from '../wire/refusal.ts'
import { record } from '../world/event.ts'
import { isParameterGroupUsed } from '../world/parameter-status.ts'

export const operation: Operation<DeleteCacheParameterGroupMessage, object> = ({ input, world, nowMs }) => {
  // A dot is no part of an identifier, so the default groups fail here.
  const name = identifier('CacheParameterGroupName', input.CacheParameterGroupName, 255)
  const group = world.parameterGroups.get(name)
  // AWS's own spelling of this message.
  if (!group) throw refusal('CacheParameterGroupNotFound', `CacheParameterGroupnot found: ${name}`)
  if (isParameterGroupUsed(world, name)) {
    throw refusal(
      'InvalidCacheParameterGroupState',
      `One or more cache clusters are still members of this parameter group ${name}, so the group cannot be deleted.`,
    )
  }
  world.parameterGroups.delete(name)
  world.tags.delete(group.arn)
  record(world, nowMs, 'cache-parameter-group', name, `Cache parameter group ${name} deleted`)
  return {}
}
