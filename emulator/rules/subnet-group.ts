import { invalidValue, refusal } from '../wire/refusal.ts'
import type { Quotas } from '../world/quota.ts'
import { type Subnet, type SubnetGroup, subnetOf } from '../world/subnet-group.ts'
import type { World } from '../world/world.ts'

const SUBNET = /^subnet-[0-9a-f]{8}([0-9a-f]{9})?$/

export const subnetGroupCalled = (world: World, asked: string | undefined): SubnetGroup => {
  const name = asked?.toLowerCase() ?? ''
  const group = world.subnetGroups.get(name)
  if (!group) throw refusal('CacheSubnetGroupNotFoundFault', `Cache Subnet Group ${name} does not exist.`)
  return group
}

export const subnetsOf = (world: World, ids: readonly string[] | undefined, quotas: Quotas): readonly Subnet[] => {
  const asked = [...new Set(ids ?? [])]
  const bad = asked.filter((id) => !SUBNET.test(id))
  if (asked.length === 0 || bad.length > 0)
    throw invalidValue(`Some input subnets in :[${bad.join(', ')}] are invalid.`)
  if (asked.length > quotas.subnetsPerSubnetGroup) {
    throw refusal(
      'CacheSubnetQuotaExceededFault',
      `The number of subnets exceeds the limit of ${quotas.subnetsPerSubnetGroup}.`,
    )
  }
  return asked.map((id) => subnetOf(world, id))
}

export const clustersIn = (world: World, subnetGroup: string) =>
  [...world.clusters.values()].filter((cluster) => cluster.settings.subnetGroup === subnetGroup)
