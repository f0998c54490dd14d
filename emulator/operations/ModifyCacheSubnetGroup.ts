import type { ModifyCacheSubnetGroupMessage, ModifyCacheSubnetGroupResult } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { clustersIn, subnetGroupCalled, subnetsOf } from '../rules/subnet-group.ts'
import { subnetGroupShown } from '../shown/groups.ts'
import { invalidCombination, refusal } from '../wire/refusal.ts'
import type { Subnet } from '../world/subnet-group.ts'

/** A zone in which a cluster's node lies must keep a subnet. */
const keepsZones = (
  name: string,
  subnets: readonly Subnet[],
  used: ReadonlySet<string>,
  before: readonly Subnet[],
): void => {
  const zones = new Set(subnets.map((subnet) => subnet.zone))
  const lost = before.find((subnet) => used.has(subnet.zone) && !zones.has(subnet.zone))
  if (lost) throw refusal('SubnetInUse', `The subnet ID ${lost.id} of cache subnet group ${name} is in use.`)
}

export const operation: Operation<ModifyCacheSubnetGroupMessage, ModifyCacheSubnetGroupResult> = (call) => {
  const { input, world, quotas } = call
  const group = subnetGroupCalled(world, input.CacheSubnetGroupName)
  if (input.SubnetIds === undefined && input.CacheSubnetGroupDescription === undefined) {
    throw invalidCombination('No modifications were requested')
  }
  const subnets = input.SubnetIds === undefined ? group.subnets : subnetsOf(world, input.SubnetIds, quotas)
  const used = new Set(clustersIn(world, group.name).flatMap((cluster) => cluster.nodes.map((node) => node.zone)))
  keepsZones(group.name, subnets, used, group.subnets)
  group.subnets = subnets
  group.description = input.CacheSubnetGroupDescription ?? group.description
  return { CacheSubnetGroup: subnetGroupShown(group) }
}
