import type { DeleteServerlessCacheRequest, DeleteServerlessCacheResponse } from '@aws-sdk/client-elasticache'
import type { Call, Operation } from '../operations.ts'
import { notForMemcached, serverlessCalled } from '../rules/serverless.ts'
import {
  newServerlessSnapshotName,
  snapshotUnderway,
  withinServerlessSnapshotQuota,
} from '../rules/serverless-snapshot.ts'
import { serverlessShown } from '../shown/serverless.ts'
import { refusal } from '../wire/refusal.ts'
import type { ServerlessCache } from '../world/serverless-cache.ts'
import { cancelServerlessSnapshots } from '../world/serverless-daily.ts'
import { beginServerlessRemoval } from '../world/serverless-happenings.ts'
import { takeServerlessSnapshot } from '../world/serverless-snapshot.ts'

type Input = DeleteServerlessCacheRequest

/** One that could not be made can be deleted too, but has no data for a final snapshot. */
const deletable = ({ input, world }: Call<Input>, cache: ServerlessCache): void => {
  const failed = cache.status === 'create-failed' && input.FinalSnapshotName === undefined
  const busy = snapshotUnderway(world, cache.name)
  if ((cache.status === 'available' || failed) && !busy) return
  throw refusal(
    'InvalidServerlessCacheStateFault',
    busy && cache.status === 'available'
      ? `Serverless cache ${cache.name} cannot be deleted while its snapshot ${busy.name} is being created.`
      : `Serverless cache ${cache.name} is not in available state; it is ${cache.status}.`,
  )
}

/** The final snapshot's name, after everything that may speak against it. */
const finalName = (call: Call<Input>, cache: ServerlessCache): string | undefined => {
  const { FinalSnapshotName: asked } = call.input
  if (asked === undefined) return undefined
  const name = newServerlessSnapshotName(call.world, 'FinalSnapshotName', asked)
  notForMemcached(cache.settings.engine, 'FinalSnapshotName')
  withinServerlessSnapshotQuota(call, cache.name)
  return name
}

export const operation: Operation<Input, DeleteServerlessCacheResponse> = (call) => {
  const { input, world, nowMs, profile } = call
  const cache = serverlessCalled(world, input.ServerlessCacheName)
  deletable(call, cache)
  const name = finalName(call, cache)

  const before = cache.status
  cancelServerlessSnapshots(world, cache.name)
  if (name === undefined) {
    beginServerlessRemoval({ world, profile, atMs: nowMs }, cache)
  } else {
    // The cache keeps its server until the snapshot is whole.
    takeServerlessSnapshot(world, profile, cache, { name, type: 'manual', thenDelete: true }, nowMs)
    cache.status = 'deleting'
  }
  const ServerlessCache = serverlessShown(call, cache)
  cache.reads = { as: before, untilMs: nowMs + profile.deleteReadsAvailableMs }
  return { ServerlessCache }
}
