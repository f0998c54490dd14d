import type {
  CreateServerlessCacheSnapshotRequest,
  CreateServerlessCacheSnapshotResponse,
} from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { kmsKeyOf } from '../rules/kms-key.ts'
import { notForMemcached, serverlessAvailable, serverlessCalled } from '../rules/serverless.ts'
import { newServerlessSnapshotName, withinServerlessSnapshotQuota } from '../rules/serverless-snapshot.ts'
import { tagsOf, withinTagQuota } from '../rules/tag.ts'
import { serverlessSnapshotShown } from '../shown/serverless.ts'
import { takeServerlessSnapshot } from '../world/serverless-snapshot.ts'

type Create = Operation<CreateServerlessCacheSnapshotRequest, CreateServerlessCacheSnapshotResponse>

export const operation: Create = (call) => {
  const { input, world, nowMs, profile, quotas } = call
  const name = newServerlessSnapshotName(world, 'ServerlessCacheSnapshotName', input.ServerlessCacheSnapshotName)
  const tags = withinTagQuota(tagsOf(input.Tags), quotas)
  const kms = kmsKeyOf(world, input.KmsKeyId)
  const cache = serverlessCalled(world, input.ServerlessCacheName)
  notForMemcached(cache.settings.engine, 'CreateServerlessCacheSnapshot')
  serverlessAvailable(cache)
  withinServerlessSnapshotQuota(call, cache.name)

  const snapshot = takeServerlessSnapshot(world, profile, cache, { name, type: 'manual', ...kms }, nowMs)
  if (tags.size > 0) world.tags.set(snapshot.arn, tags)
  return { ServerlessCacheSnapshot: serverlessSnapshotShown(snapshot) }
}
