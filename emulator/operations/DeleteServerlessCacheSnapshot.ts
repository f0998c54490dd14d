import type {
  DeleteServerlessCacheSnapshotRequest,
  DeleteServerlessCacheSnapshotResponse,
} from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { serverlessSnapshotCalled, serverlessSnapshotIn } from '../rules/serverless-snapshot.ts'
import { serverlessSnapshotShown } from '../shown/serverless.ts'
import { schedule, unschedule } from '../world/transition.ts'

type Delete = Operation<DeleteServerlessCacheSnapshotRequest, DeleteServerlessCacheSnapshotResponse>

export const operation: Delete = ({ input, world, nowMs, profile }) => {
  const snapshot = serverlessSnapshotCalled(world, input.ServerlessCacheSnapshotName)
  serverlessSnapshotIn(snapshot, 'available', 'failed')
  snapshot.status = 'deleting'
  unschedule(world, (happening) => happening.do === 'expireServerlessSnapshot' && happening.id === snapshot.name)
  schedule(world, nowMs + profile.snapshotMs, { do: 'removeServerlessSnapshot', id: snapshot.name })
  return { ServerlessCacheSnapshot: serverlessSnapshotShown(snapshot) }
}
