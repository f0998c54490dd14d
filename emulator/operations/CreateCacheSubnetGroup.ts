import type { CreateCacheSubnetGroupMessage, CreateCacheSubnetGroupResult } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { identifier } from '../rules/identifier.ts'
import { subnetsOf } from '../rules/subnet-group.ts'
import { tagsOf, withinTagQuota } from '../rules/tag.ts'
import { subnetGroupShown } from '../shown/groups.ts'
import { invalidValue, refusal } from '../wire/refusal.ts'
import { arnOf } from '../world/arn.ts'
import { record } from '../world/event.ts'
import { type SubnetGroup, vpcIdOf } from '../world/subnet-group.ts'

export const operation: Operation<CreateCacheSubnetGroupMessage, CreateCacheSubnetGroupResult> = (call) => {
  const { input, world, nowMs, quotas } = call
  const name = identifier('CacheSubnetGroupName', input.CacheSubnetGroupName, 255)
  if (name === 'default') throw invalidValue('The cache subnet group name default is reserved.')
  const tags = withinTagQuota(tagsOf(input.Tags), quotas)
  if (world.subnetGroups.has(name)) {
    throw refusal('CacheSubnetGroupAlreadyExists', `Cache subnet group ${name} already exists.`)
  }
  const subnets = subnetsOf(world, input.SubnetIds, quotas)
  // The default group does not count.
  if (world.subnetGroups.size - 1 >= quotas.subnetGroups) {
    throw refusal(
      'CacheSubnetGroupQuotaExceeded',
      `The number of subnet groups exceeds the limit of ${quotas.subnetGroups}.`,
    )
  }
  const group: SubnetGroup = {
    name,
    arn: arnOf(world, 'subnetgroup', name),
    description: input.CacheSubnetGroupDescription ?? '',
    vpcId: vpcIdOf(world),
    subnets,
  }
  world.subnetGroups.set(name, group)
  if (tags.size > 0) world.tags.set(group.arn, tags)
  record(world, nowMs, 'cache-subnet-group', name, `Cache subnet group ${name} created`)
  return { CacheSubnetGroup: subnetGroupShown(group) }
}
