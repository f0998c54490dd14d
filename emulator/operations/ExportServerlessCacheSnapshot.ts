import type {
  ExportServerlessCacheSnapshotRequest,
  ExportServerlessCacheSnapshotResponse,
} from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { serverlessSnapshotCalled, serverlessSnapshotIn } from '../rules/serverless-snapshot.ts'
import { invalidValue } from '../wire/refusal.ts'

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/

type Export = Operation<ExportServerlessCacheSnapshotRequest, ExportServerlessCacheSnapshotResponse>

/** Answers as to an account whose buckets ElastiCache may not write. */
export const operation: Export = ({ input, world }) => {
  const snapshot = serverlessSnapshotCalled(world, input.ServerlessCacheSnapshotName)
  const bucket = input.S3BucketName ?? ''
  if (!BUCKET.test(bucket)) throw invalidValue(`Invalid S3 bucket name: ${bucket}.`)
  serverlessSnapshotIn(snapshot, 'available')
  throw invalidValue(`ElastiCache has not been granted WRITE permissions ${bucket} on the S3 Bucket.`)
}
