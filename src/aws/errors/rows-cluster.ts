import { busy, missing, stalled, taken } from './row-kinds.ts'
import type { ErrorRow } from './rows.ts'

/** Replication groups, cache clusters and their nodes. */
export const clusterErrorRows: readonly ErrorRow[] = [
  missing('ReplicationGroupNotFoundFault', 'group', 'Nothing to do: the replication group is gone or not there yet.'),
  taken(
    'ReplicationGroupAlreadyExists',
    'group',
    'Larder looks at its owner tag. If it belongs to somebody else, choose another name for the cache.',
  ),
  busy(
    'InvalidReplicationGroupState',
    'Wait: the replication group is busy, and Larder looks again when it is available.',
  ),
  missing('CacheClusterNotFound', 'cacheCluster', 'Nothing to do: the cache cluster is gone or not there yet.'),
  taken(
    'CacheClusterAlreadyExists',
    'cacheCluster',
    'Larder looks at its owner tag. If it belongs to somebody else, choose another name for the cache.',
  ),
  busy('InvalidCacheClusterState', 'Wait: a node is busy, and Larder looks again when it is available.'),
  {
    code: 'NodeGroupNotFoundFault',
    http: 404,
    does: 'retryable',
    reason: 'Conflict',
    cure: 'The shards changed since the last look. Larder looks again and plans anew.',
  },
  {
    code: 'NoOperationFault',
    http: 400,
    does: 'unchanged',
    reason: 'NothingToChange',
    cure: 'Nothing to do: AWS has what was asked for.',
  },
  stalled(
    'InsufficientCacheClusterCapacity',
    'NoCapacity',
    'AWS has no such nodes free. Choose another node type or other availability zones, or wait: Larder tries again.',
  ),
  stalled(
    'ClusterQuotaForCustomerExceeded',
    'QuotaExceeded',
    'Ask AWS for a higher quota of clusters, or delete caches.',
  ),
  stalled(
    'NodeQuotaForClusterExceeded',
    'QuotaExceeded',
    'Ask for fewer nodes, or ask AWS for a higher quota of nodes per cluster.',
  ),
  stalled(
    'NodeQuotaForCustomerExceeded',
    'QuotaExceeded',
    'Ask AWS for a higher quota of nodes in this region, or delete caches.',
  ),
  stalled(
    'NodeGroupsPerReplicationGroupQuotaExceeded',
    'QuotaExceeded',
    'Ask for fewer shards, or ask AWS for a higher quota of shards.',
  ),
  stalled('TestFailoverNotAvailableFault', 'NotSupported', 'A test failover is not offered for this cache.'),
  {
    code: 'APICallRateForCustomerExceeded',
    http: 400,
    does: 'retryable',
    reason: 'Throttled',
    cure: 'AWS limits how often this may be asked. Larder tries again more slowly.',
  },
  busy('ReplicationGroupAlreadyUnderMigrationFault', 'Wait until the migration has ended.'),
  stalled('ReplicationGroupNotUnderMigrationFault', 'InvalidState', 'No migration runs, so there is none to complete.'),
]
