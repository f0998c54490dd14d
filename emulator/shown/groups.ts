import type {
  CacheParameterGroup as ParameterGroupShown,
  CacheSubnetGroup as SubnetGroupShown,
} from '@aws-sdk/client-elasticache'
import type { ParameterGroup } from '../world/parameter-group.ts'
import type { SubnetGroup } from '../world/subnet-group.ts'

export const parameterGroupShown = (group: ParameterGroup): ParameterGroupShown => ({
  CacheParameterGroupName: group.name,
  CacheParameterGroupFamily: group.family,
  Description: group.description,
  IsGlobal: false,
  ARN: group.arn,
})

export const subnetGroupShown = (group: SubnetGroup): SubnetGroupShown => ({
  CacheSubnetGroupName: group.name,
  CacheSubnetGroupDescription: group.description,
  VpcId: group.vpcId,
  Subnets: group.subnets.map((subnet) => ({
    SubnetIdentifier: subnet.id,
    SubnetAvailabilityZone: { Name: subnet.zone },
    SupportedNetworkTypes: ['ipv4'],
  })),
  ARN: group.arn,
  SupportedNetworkTypes: ['ipv4'],
})
