import type {
  CopyServerlessCacheSnapshotRequest,
  CopyServerlessCacheSnapshotResponse,
} from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { kmsKeyOf } from '../rules/kms-key.ts'
import {
  newServerlessSnapshotName,
  serverlessSnapshotCalled,
  serverlessSnapshotIn,
  withinServerlessSnapshotQuota,
} from '../rules/serverless-snapshot.ts'
import { tagsOf, withinTagQuota } from '../rules/tag.ts'
import { serverlessSnapshotShown } from '../shown/serverless.ts'
import { arnOf } from '../world/arn.ts'
import { noteServerlessSnapshot, type ServerlessSnapshot } from '../world/serverless-snapshot.ts'
import { schedule } from '../world/transition.ts'

type Copy = Operation<CopyServerlessCacheSnapshotRequest, CopyServerlessCacheSnapshotResponse>

export const operation: Copy = (call) => {
  const { input, world, nowMs, profile, quotas } = call
  const source = serverlessSnapshotCalled(world, input.SourceServerlessCacheSnapshotName)
  const parameter = 'TargetServerlessCacheSnapshotName'
  const name = newServerlessSnapshotName(world, parameter, input.TargetServerlessCacheSnapshotName)
  const tags = withinTagQuota(tagsOf(input.Tags), quotas)
  const kms = kmsKeyOf(world, input.KmsKeyId)
  serverlessSnapshotIn(source, 'available')
  withinServerlessSnapshotQuota(call, source.cache.name)

  const copy: ServerlessSnapshot = {
    name,
    arn: arnOf(world, 'serverlesscachesnapshot', name),
    type: 'manual',
    status: 'copying',
    createdAtMs: nowMs,
    ...kms,
    cache: source.cache,
    file: source.file,
  }
  world.serverlessSnapshots.set(name, copy)
  if (tags.size > 0) world.tags.set(copy.arn, tags)
  noteServerlessSnapshot(world, source.cache.name, nowMs)
  schedule(world, nowMs + profile.snapshotMs, { do: 'settleServerlessSnapshot', id: name })
  return { ServerlessCacheSnapshot: serverlessSnapshotShown(copy) }
}
