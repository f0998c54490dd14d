import type { DeleteCacheSubnetGroupMessage } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { identifier } from '../rules/identifier.ts'
import { clustersIn, subnetGroupCalled } from '../rules/subnet-group.ts'
import { invalidValue, refusal } from '../wire/refusal.ts'
import { record } from '../world/event.ts'

export const operation: Operation<DeleteCacheSubnetGroupMessage, object> = ({ input, world, nowMs }) => {
  const name = identifier('CacheSubnetGroupName', input.CacheSubnetGroupName, 255)
  const group = subnetGroupCalled(world, name)
  if (name === 'default') throw invalidValue('The default cache subnet group cannot be deleted.')
  if (clustersIn(world, name).length > 0) {
    throw refusal('CacheSubnetGroupInUse', `Cache subnet group ${name} is currently in use by a cache cluster.`)
  }
  world.subnetGroups.delete(name)
  world.tags.delete(group.arn)
  record(world, nowMs, 'cache-subnet-group', name, `Cache subnet group ${name} deleted`)
  return {}
}
