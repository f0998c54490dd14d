import type { CacheSubnetGroupMessage, DescribeCacheSubnetGroupsMessage } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { subnetGroupCalled } from '../rules/subnet-group.ts'
import { subnetGroupShown } from '../shown/groups.ts'
import { pageOf } from '../world/page.ts'

export const operation: Operation<DescribeCacheSubnetGroupsMessage, CacheSubnetGroupMessage> = ({ input, world }) => {
  const groups = input.CacheSubnetGroupName
    ? [subnetGroupCalled(world, input.CacheSubnetGroupName)]
    : world.subnetGroups.values()
  const { items, ...next } = pageOf(groups, (group) => group.name, input)
  return { CacheSubnetGroups: items.map(subnetGroupShown), ...next }
}
