import { busy, missing, stalled, taken } from './row-kinds.ts'
import type { ErrorRow } from './rows.ts'

/** Subnet groups and security groups: where nodes stand. */
export const networkErrorRows: readonly ErrorRow[] = [
  stalled(
    'InvalidVPCNetworkStateFault',
    'InvalidSpec',
    'Check the VPC, its subnets and security groups: AWS cannot place nodes there.',
  ),
  missing(
    'CacheSubnetGroupNotFoundFault',
    'subnetGroup',
    'Nothing to do where Larder owns it; else name a subnet group that exists.',
    400,
  ),
  taken(
    'CacheSubnetGroupAlreadyExists',
    'subnetGroup',
    'Larder looks at its owner tag. If it belongs to somebody else, rename or delete that group.',
  ),
  busy('CacheSubnetGroupInUse', 'Wait: a cache still uses the subnet group.'),
  stalled(
    'CacheSubnetGroupQuotaExceeded',
    'QuotaExceeded',
    'Delete subnet groups that nobody uses, or ask AWS for a higher quota.',
  ),
  stalled(
    'CacheSubnetQuotaExceededFault',
    'QuotaExceeded',
    'Name fewer subnets, or ask AWS for a higher quota of subnets per group.',
  ),
  stalled('InvalidSubnet', 'InvalidSpec', 'Name subnets that exist and lie in one VPC.'),
  stalled('SubnetInUse', 'InvalidSpec', 'Keep the subnet in the group: nodes stand in it.'),
  stalled('SubnetNotAllowedFault', 'InvalidSpec', 'Name subnets that ElastiCache may use for this cache.'),
  {
    code: 'CacheSecurityGroupNotFound',
    http: 404,
    does: 'absent',
    reason: 'DependencyNotFound',
    subject: 'securityGroup',
    cure: 'Use VPC security groups: cache security groups belong to EC2-Classic.',
  },
  taken(
    'CacheSecurityGroupAlreadyExists',
    'securityGroup',
    'Use VPC security groups: cache security groups belong to EC2-Classic.',
  ),
  busy('InvalidCacheSecurityGroupState', 'Wait: the security group is being changed.'),
  stalled(
    'QuotaExceeded.CacheSecurityGroup',
    'QuotaExceeded',
    'Use VPC security groups: cache security groups belong to EC2-Classic.',
  ),
  missing(
    'AuthorizationNotFound',
    'authorization',
    'Use VPC security groups: cache security groups belong to EC2-Classic.',
  ),
  taken(
    'AuthorizationAlreadyExists',
    'authorization',
    'Use VPC security groups: cache security groups belong to EC2-Classic.',
  ),
]
