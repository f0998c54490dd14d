import { busy, missing, stalled, taken } from './row-kinds.ts'
import type { ErrorRow } from './rows.ts'

/** Snapshots of replication groups and clusters. */
export const snapshotErrorRows: readonly ErrorRow[] = [
  missing('SnapshotNotFoundFault', 'snapshot', 'Name a snapshot that exists.'),
  taken('SnapshotAlreadyExistsFault', 'snapshot', 'Choose another name for the snapshot, or delete the old one.'),
  stalled(
    'SnapshotQuotaExceededFault',
    'QuotaExceeded',
    'Delete old snapshots: AWS allows 20 manual ones per node and day.',
  ),
  stalled(
    'SnapshotFeatureNotSupportedFault',
    'NotSupported',
    'Ask for no snapshots: this engine or node type has none.',
  ),
  busy('InvalidSnapshotState', 'Wait: the snapshot is being made or copied.'),
]
