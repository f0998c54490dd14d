import type {
  CacheUsageLimits,
  ServerlessCache as ServerlessCacheShown,
  ServerlessCacheSnapshot as ServerlessCacheSnapshotShown,
} from '@aws-sdk/client-elasticache'
import type { ServerlessCache, UsageLimits, UsageRange } from '../world/serverless-cache.ts'
import { serverlessNodeKey, serverlessReaderKey } from '../world/serverless-keys.ts'
import { fullVersion, majorVersion, type ServerlessSnapshot } from '../world/serverless-snapshot.ts'
import { serverlessPorts } from '../world/serverless-wanted.ts'
import { endpointOf, type View } from './view.ts'

const rangeShown = ({ maximum, minimum }: UsageRange) => ({
  ...(maximum === undefined ? {} : { Maximum: maximum }),
  ...(minimum === undefined ? {} : { Minimum: minimum }),
})

const limitsShown = ({ storage, ecpu }: UsageLimits): { CacheUsageLimits?: CacheUsageLimits } =>
  storage || ecpu
    ? {
        CacheUsageLimits: {
          ...(storage ? { DataStorage: { ...rangeShown(storage), Unit: 'GB' as const } } : {}),
          ...(ecpu ? { ECPUPerSecond: rangeShown(ecpu) } : {}),
        },
      }
    : {}

/** Clients can connect only while the cache is there. */
const endpointsShown = (view: View, { name, settings }: ServerlessCache) => {
  const { endpoint, reader } = serverlessPorts(settings.engine)
  return {
    Endpoint: endpointOf(view, serverlessNodeKey(view.world, name), endpoint),
    ReaderEndpoint: endpointOf(view, serverlessReaderKey(view.world, name), reader),
  }
}

/** The member that is newer than the SDK. */
type Shown = ServerlessCacheShown & { readonly ConnectionType: string }

/** A serverless cache as DescribeServerlessCaches shows it. A change shows when it is done. */
export const serverlessShown = (view: View, cache: ServerlessCache): Shown => {
  const { settings, reads } = cache
  const status = reads && view.nowMs < reads.untilMs ? reads.as : cache.status
  return {
    ServerlessCacheName: cache.name,
    Description: settings.description,
    CreateTime: new Date(cache.createdAtMs),
    Status: status,
    Engine: settings.engine,
    MajorEngineVersion: majorVersion(settings.engine, settings.engineVersion),
    FullEngineVersion: fullVersion(settings.engine, settings.engineVersion),
    ...limitsShown(settings.limits),
    ...(cache.kmsKeyId === undefined ? {} : { KmsKeyId: cache.kmsKeyId }),
    StorageEncryptionType: cache.kmsKeyId === undefined ? 'sse-elasticache' : 'sse-kms',
    SecurityGroupIds: [...settings.securityGroups],
    ...(status === 'available' || status === 'modifying' ? endpointsShown(view, cache) : {}),
    ARN: cache.arn,
    ...(cache.userGroupId === undefined ? {} : { UserGroupId: cache.userGroupId }),
    SubnetIds: [...cache.subnets],
    SnapshotRetentionLimit: settings.snapshotRetentionDays,
    ...(settings.dailySnapshotTime === undefined ? {} : { DailySnapshotTime: settings.dailySnapshotTime }),
    NetworkType: cache.networkType as 'ipv4',
    ConnectionType: cache.connectionType,
  }
}

/** A serverless cache's snapshot as DescribeServerlessCacheSnapshots shows it. */
export const serverlessSnapshotShown = (snapshot: ServerlessSnapshot): ServerlessCacheSnapshotShown => {
  const { cache } = snapshot
  return {
    ServerlessCacheSnapshotName: snapshot.name,
    ARN: snapshot.arn,
    ...(snapshot.kmsKeyId === undefined ? {} : { KmsKeyId: snapshot.kmsKeyId }),
    SnapshotType: snapshot.type,
    Status: snapshot.status,
    CreateTime: new Date(snapshot.createdAtMs),
    ...(snapshot.expiresAtMs === undefined ? {} : { ExpiryTime: new Date(snapshot.expiresAtMs) }),
    ...(snapshot.bytes === undefined ? {} : { BytesUsedForCache: String(snapshot.bytes) }),
    ServerlessCacheConfiguration: {
      ServerlessCacheName: cache.name,
      Engine: cache.engine,
      MajorEngineVersion: majorVersion(cache.engine, cache.engineVersion),
    },
  }
}
