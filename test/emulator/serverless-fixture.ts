import {
  CreateServerlessCacheCommand,
  type CreateServerlessCacheCommandInput,
  CreateServerlessCacheSnapshotCommand,
  DeleteServerlessCacheCommand,
  DescribeServerlessCacheSnapshotsCommand,
  DescribeServerlessCachesCommand,
  type ElastiCacheClient,
  ModifyServerlessCacheCommand,
  type ModifyServerlessCacheCommandInput,
} from '@aws-sdk/client-elasticache'

export const CACHE_ARN = 'arn:aws:elasticache:us-east-1:123456789012:serverlesscache:burst'
export const SNAPSHOT_ARN = 'arn:aws:elasticache:us-east-1:123456789012:serverlesscachesnapshot:shot'

/** Calls about serverless caches, of one client; the cache is `burst` unless told otherwise. */
export const serverlessCalls = (client: ElastiCacheClient) => ({
  create: (input: Partial<CreateServerlessCacheCommandInput> = {}) =>
    client.send(new CreateServerlessCacheCommand({ ServerlessCacheName: 'burst', Engine: 'valkey', ...input })),
  modify: (input: Partial<ModifyServerlessCacheCommandInput>) =>
    client.send(new ModifyServerlessCacheCommand({ ServerlessCacheName: 'burst', ...input })),
  remove: (FinalSnapshotName?: string) =>
    client.send(
      new DeleteServerlessCacheCommand({
        ServerlessCacheName: 'burst',
        ...(FinalSnapshotName === undefined ? {} : { FinalSnapshotName }),
      }),
    ),
  cache: async (ServerlessCacheName = 'burst') =>
    (await client.send(new DescribeServerlessCachesCommand({ ServerlessCacheName }))).ServerlessCaches?.[0],
  snap: (ServerlessCacheSnapshotName = 'shot', ServerlessCacheName = 'burst') =>
    client.send(new CreateServerlessCacheSnapshotCommand({ ServerlessCacheSnapshotName, ServerlessCacheName })),
  snapshot: async (ServerlessCacheSnapshotName = 'shot') =>
    (await client.send(new DescribeServerlessCacheSnapshotsCommand({ ServerlessCacheSnapshotName })))
      .ServerlessCacheSnapshots?.[0],
})

export type ServerlessCalls = ReturnType<typeof serverlessCalls>
