import type { CreateSnapshotMessage, CreateSnapshotResult } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { kmsKeyOf } from '../rules/kms-key.ts'
import { hasBackups, newSnapshotName, snapshottable, subjectNamed, withinSnapshotQuota } from '../rules/snapshot.ts'
import { tagsOf, withinTagQuota } from '../rules/tag.ts'
import { snapshotShown } from '../shown/snapshot.ts'
import { sourcesOf, takeSnapshot } from '../world/snapshot-taking.ts'

export const operation: Operation<CreateSnapshotMessage, CreateSnapshotResult> = (call) => {
  const { input, world, nowMs, profile, quotas } = call
  const name = newSnapshotName(world, 'SnapshotName', input.SnapshotName)
  const tags = withinTagQuota(tagsOf(input.Tags), quotas)
  const subject = subjectNamed(world, input)
  hasBackups(subject.is === 'group' ? subject.group.settings : subject.cluster.settings)
  snapshottable(world, subject)
  withinSnapshotQuota(call, sourcesOf(subject))
  const snapshot = takeSnapshot(
    world,
    profile,
    subject,
    { name, source: 'manual', ...kmsKeyOf(world, input.KmsKeyId) },
    nowMs,
  )
  if (tags.size > 0) world.tags.set(snapshot.arn, tags)
  return { Snapshot: snapshotShown(snapshot) }
}
