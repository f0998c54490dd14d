import { busy, missing, stalled, taken } from './row-kinds.ts'
import type { ErrorRow } from './rows.ts'

/** What belongs to the account: roles, reservations, service updates, tags, global groups. */
export const accountErrorRows: readonly ErrorRow[] = [
  {
    code: 'TagNotFound',
    http: 404,
    does: 'unchanged',
    reason: 'NothingToChange',
    cure: 'Nothing to do: the tag is not there.',
  },
  stalled('TagQuotaPerResourceExceeded', 'QuotaExceeded', 'Ask for fewer tags: AWS allows 50 on a resource.'),
  {
    code: 'InvalidCredentialsException',
    http: 408,
    does: 'stalled',
    reason: 'CredentialsInvalid',
    cure: 'Give the operator credentials that AWS accepts.',
  },
  missing('GlobalReplicationGroupNotFoundFault', 'globalGroup', 'Name a global replication group that exists.'),
  taken(
    'GlobalReplicationGroupAlreadyExistsFault',
    'globalGroup',
    'Choose another name for the global replication group.',
  ),
  busy('InvalidGlobalReplicationGroupState', 'Wait: the global replication group is busy.'),
  stalled(
    'ServiceLinkedRoleNotFoundFault',
    'DependencyNotFound',
    'Create the role once: aws iam create-service-linked-role --aws-service-name elasticache.amazonaws.com',
  ),
  missing('ServiceUpdateNotFoundFault', 'serviceUpdate', 'Name a service update that exists.'),
  missing('ReservedCacheNodeNotFound', 'reservedNode', 'Name a reservation that exists.'),
  taken('ReservedCacheNodeAlreadyExists', 'reservedNode', 'Nothing to do: Larder never buys reservations.', 404),
  stalled('ReservedCacheNodeQuotaExceeded', 'QuotaExceeded', 'Nothing to do: Larder never buys reservations.'),
  missing('ReservedCacheNodesOfferingNotFound', 'reservedNode', 'Name an offering that exists.'),
]
