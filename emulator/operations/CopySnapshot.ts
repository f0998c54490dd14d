import type { CopySnapshotMessage, CopySnapshotResult } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { kmsKeyOf } from '../rules/kms-key.ts'
import { inStatus, newSnapshotName, snapshotCalled, withinSnapshotQuota } from '../rules/snapshot.ts'
import { tagsOf, withinTagQuota } from '../rules/tag.ts'
import { snapshotShown } from '../shown/snapshot.ts'
import { invalidValue } from '../wire/refusal.ts'
import { arnOf } from '../world/arn.ts'
import { noteManualSnapshot } from '../world/manual-snapshots.ts'
import type { Snapshot } from '../world/snapshot.ts'
import { schedule } from '../world/transition.ts'

export const operation: Operation<CopySnapshotMessage, CopySnapshotResult> = (call) => {
  const { input, world, nowMs, profile, quotas } = call
  const source = snapshotCalled(world, input.SourceSnapshotName)
  const name = newSnapshotName(world, 'TargetSnapshotName', input.TargetSnapshotName)
  const tags = withinTagQuota(tagsOf(input.Tags), quotas)
  if (input.TargetBucket !== undefined) {
    throw invalidValue(`ElastiCache has not been granted WRITE permissions ${input.TargetBucket} on the S3 Bucket.`)
  }
  inStatus(source, 'available')
  const clusters = source.pieces.map((piece) => piece.clusterId)
  withinSnapshotQuota(call, clusters)

  const { restoringInto: _into, thenDelete: _deletion, kmsKeyId: _key, ...kept } = source
  const copy: Snapshot = {
    ...kept,
    name,
    arn: arnOf(world, 'snapshot', name),
    createdAtMs: nowMs,
    source: 'manual',
    status: 'copying',
    pieces: source.pieces.map((piece) => ({ ...piece })),
    ...kmsKeyOf(world, input.KmsKeyId),
  }
  world.snapshots.set(name, copy)
  if (tags.size > 0) world.tags.set(copy.arn, tags)
  for (const id of clusters) noteManualSnapshot(world, id, nowMs)
  schedule(world, nowMs + profile.snapshotMs, { do: 'settleSnapshot', id: name })
  return { Snapshot: snapshotShown(copy) }
}
