import type { DeleteSnapshotMessage, DeleteSnapshotResult } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { inStatus, snapshotCalled } from '../rules/snapshot.ts'
import { snapshotShown } from '../shown/snapshot.ts'
import { schedule, unschedule } from '../world/transition.ts'

/** Manual and automatic snapshots alike can be deleted at any time (AWS user guide, "Deleting a backup"). */
export const operation: Operation<DeleteSnapshotMessage, DeleteSnapshotResult> = ({ input, world, nowMs, profile }) => {
  const snapshot = snapshotCalled(world, input.SnapshotName)
  inStatus(snapshot, 'available', 'failed')
  snapshot.status = 'deleting'
  unschedule(world, (happening) => happening.do === 'expireSnapshot' && happening.id === snapshot.name)
  schedule(world, nowMs + profile.snapshotMs, { do: 'removeSnapshot', id: snapshot.name })
  return { Snapshot: snapshotShown(snapshot) }
}
