import { busy, missing, stalled, taken } from './row-kinds.ts'
import type { ErrorRow } from './rows.ts'

/** Serverless caches and their snapshots. */
export const serverlessErrorRows: readonly ErrorRow[] = [
  missing(
    'ServerlessCacheNotFoundFault',
    'serverless',
    'Nothing to do: the serverless cache is gone or not there yet.',
  ),
  taken('ServerlessCacheAlreadyExistsFault', 'serverless', 'Choose another name for the serverless cache.'),
  busy('InvalidServerlessCacheStateFault', 'Wait: the serverless cache is busy.'),
  stalled(
    'ServerlessCacheQuotaForCustomerExceededFault',
    'QuotaExceeded',
    'Delete serverless caches, or ask AWS for a higher quota.',
  ),
  missing('ServerlessCacheSnapshotNotFoundFault', 'snapshot', 'Name a snapshot that exists.'),
  taken('ServerlessCacheSnapshotAlreadyExistsFault', 'snapshot', 'Choose another name for the snapshot.'),
  stalled(
    'ServerlessCacheSnapshotQuotaExceededFault',
    'QuotaExceeded',
    'Delete old snapshots, or ask AWS for a higher quota.',
  ),
  busy('InvalidServerlessCacheSnapshotStateFault', 'Wait: the snapshot is busy.'),
]
