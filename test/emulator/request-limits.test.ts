import assert from 'node:assert/strict'
import {
  AddTagsToResourceCommand,
  CopyServerlessCacheSnapshotCommand,
  CopySnapshotCommand,
  CreateCacheClusterCommand,
  CreateCacheParameterGroupCommand,
  CreateCacheSubnetGroupCommand,
  CreateReplicationGroupCommand,
  CreateServerlessCacheCommand,
  CreateServerlessCacheSnapshotCommand,
  CreateSnapshotCommand,
  CreateUserCommand,
  CreateUserGroupCommand,
  DeleteSnapshotCommand,
  DescribeCacheSubnetGroupsCommand,
  type LogDeliveryConfigurationRequest,
  ModifyCacheClusterCommand,
  ModifyCacheParameterGroupCommand,
  ModifyReplicationGroupCommand,
  type Tag,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { parametersOfFamily } from '../../emulator/world/parameters.ts'
import { type Bench, MEMCACHED, openBench, PAIR, PAIR_ARN, refused } from './fixture.ts'
import { passwordOf } from './rbac-fixture.ts'
import { serverlessCalls } from './serverless-fixture.ts'
import { HOUR_MS, SINGLE, take } from './snapshots-fixture.ts'

const VALUE = 'InvalidParameterValue'
const COMBINATION = 'InvalidParameterCombination'

const SUBNETS = { CacheSubnetGroupDescription: 'a', SubnetIds: ['subnet-0123abcd'] }
const FAMILY = { CacheParameterGroupFamily: 'redis7', Description: 'a' }
const USER = { UserName: 'a', Engine: 'redis', AccessString: 'on', Passwords: [passwordOf('a')] }

/** Everything that can be made with tags, or given them. */
const TAGGED: Readonly<Record<string, (bench: Bench, Tags: Tag[]) => Promise<unknown>>> = {
  CreateReplicationGroup: ({ client }, Tags) =>
    client.send(new CreateReplicationGroupCommand({ ...PAIR, ReplicationGroupId: 'new', Tags })),
  CreateCacheCluster: ({ client }, Tags) => client.send(new CreateCacheClusterCommand({ ...MEMCACHED, Tags })),
  'CreateCacheCluster of a replica': ({ client }, Tags) =>
    client.send(new CreateCacheClusterCommand({ CacheClusterId: 'new', ReplicationGroupId: 'pair', Tags })),
  CreateCacheParameterGroup: ({ client }, Tags) =>
    client.send(new CreateCacheParameterGroupCommand({ ...FAMILY, CacheParameterGroupName: 'new', Tags })),
  CreateCacheSubnetGroup: ({ client }, Tags) =>
    client.send(new CreateCacheSubnetGroupCommand({ ...SUBNETS, CacheSubnetGroupName: 'new', Tags })),
  CreateSnapshot: ({ client }, Tags) =>
    client.send(new CreateSnapshotCommand({ SnapshotName: 'new', CacheClusterId: 'pair-001', Tags })),
  CopySnapshot: ({ client }, Tags) =>
    client.send(new CopySnapshotCommand({ SourceSnapshotName: 'mine', TargetSnapshotName: 'new', Tags })),
  CreateUser: ({ client }, Tags) => client.send(new CreateUserCommand({ ...USER, UserId: 'new', Tags })),
  CreateUserGroup: ({ client }, Tags) =>
    client.send(new CreateUserGroupCommand({ UserGroupId: 'new', Engine: 'redis', UserIds: ['default'], Tags })),
  CreateServerlessCache: ({ client }, Tags) =>
    client.send(new CreateServerlessCacheCommand({ ServerlessCacheName: 'new', Engine: 'valkey', Tags })),
  CreateServerlessCacheSnapshot: ({ client }, Tags) =>
    client.send(
      new CreateServerlessCacheSnapshotCommand({
        ServerlessCacheSnapshotName: 'new',
        ServerlessCacheName: 'burst',
        Tags,
      }),
    ),
  CopyServerlessCacheSnapshot: ({ client }, Tags) =>
    client.send(
      new CopyServerlessCacheSnapshotCommand({
        SourceServerlessCacheSnapshotName: 'shot',
        TargetServerlessCacheSnapshotName: 'new',
        Tags,
      }),
    ),
  AddTagsToResource: ({ client }, Tags) => client.send(new AddTagsToResourceCommand({ ResourceName: PAIR_ARN, Tags })),
}

const tags = (count: number): Tag[] => Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: 'v' }))

describe('tags', () => {
  for (const [name, send] of Object.entries(TAGGED)) {
    it(`of ${name} are fifty at most`, async () => {
      const bench = await openBench()
      await bench.createGroup()
      await serverlessCalls(bench.client).create()
      await take(bench, { CacheClusterId: 'pair-001', SnapshotName: 'mine' })
      bench.settle()
      await serverlessCalls(bench.client).snap()
      bench.settle()
      await refused(send(bench, tags(51)), 'TagQuotaPerResourceExceeded', 'The number of tags exceeds the limit of 50.')
      await send(bench, tags(50))
    })
  }
})

describe('a request', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })

  it('changes 1 to 20 parameters', async () => {
    const CacheParameterGroupName = 'mine'
    await bench.client.send(new CreateCacheParameterGroupCommand({ ...FAMILY, CacheParameterGroupName }))
    const all = [...parametersOfFamily('redis7').values()].filter((each) => each.modifiable && each.default !== '')
    const change = (count: number) =>
      bench.client.send(
        new ModifyCacheParameterGroupCommand({
          CacheParameterGroupName,
          ParameterNameValues: all
            .slice(0, count)
            .map((each) => ({ ParameterName: each.name, ParameterValue: each.default })),
        }),
      )
    await refused(change(0), VALUE, 'The request must contain at least one ParameterNameValue.')
    await refused(change(21), COMBINATION, 'Cannot modify more than 20 parameters in a single request')
    await change(20)
  })

  it('lists 100 records unless told, and 20 at least', async () => {
    for (let number = 0; number < 100; number += 1) {
      await bench.client.send(new CreateCacheSubnetGroupCommand({ ...SUBNETS, CacheSubnetGroupName: `g${number}` }))
    }
    const page = async (input = {}) => bench.client.send(new DescribeCacheSubnetGroupsCommand(input))
    const first = await page()
    assert.equal(first.CacheSubnetGroups?.length, 100)
    assert.equal((await page({ Marker: first.Marker })).CacheSubnetGroups?.length, 1)
    assert.equal((await page({ MaxRecords: 20 })).CacheSubnetGroups?.length, 20)
    const message = 'The parameter MaxRecords must be an integer between 20 and 100.'
    for (const MaxRecords of [19, 101]) await refused(page({ MaxRecords }), VALUE, message)
  })

  it('keeps backups for 0 to 35 days, at create and later', async () => {
    await bench.createGroup()
    await bench.client.send(new CreateCacheClusterCommand(SINGLE))
    bench.settle()
    const calls = (SnapshotRetentionLimit: number) => [
      () =>
        bench.client.send(
          new CreateReplicationGroupCommand({ ...PAIR, ReplicationGroupId: 'new', SnapshotRetentionLimit }),
        ),
      () =>
        bench.client.send(new CreateCacheClusterCommand({ ...SINGLE, CacheClusterId: 'one', SnapshotRetentionLimit })),
      () => bench.client.send(new ModifyCacheClusterCommand({ CacheClusterId: 'single', SnapshotRetentionLimit })),
      () =>
        bench.client.send(
          new ModifyReplicationGroupCommand({
            ReplicationGroupId: 'pair',
            SnapshottingClusterId: 'pair-001',
            SnapshotRetentionLimit,
          }),
        ),
    ]
    const message = 'The snapshot retention limit must be between 0 and 35 days.'
    for (const days of [-1, 36]) for (const call of calls(days)) await refused(call(), VALUE, message)
    for (const call of calls(35)) await call()
    bench.settle()
    assert.equal((await bench.group()).SnapshotRetentionLimit, 35)
    assert.equal((await bench.cluster('single')).SnapshotRetentionLimit, 35)
  })

  it('turns backups on only together with their source, without cluster mode', async () => {
    await bench.createGroup()
    const modify = (change: object) =>
      bench.client.send(new ModifyReplicationGroupCommand({ ReplicationGroupId: 'pair', ...change }))
    const message = 'Must specify both SnapshotRetentionLimit and SnapshottingClusterId to turn on snapshots'
    await refused(modify({ SnapshotRetentionLimit: 1 }), COMBINATION, message)
    await modify({ SnapshotRetentionLimit: 1, SnapshottingClusterId: 'pair-001' })
  })

  it('takes twenty snapshots of a node in any 24 hours, each node by itself', async () => {
    await bench.createGroup()
    const snap = async (CacheClusterId: string, times: number) => {
      for (let count = 0; count < times; count += 1) {
        await take(bench, { CacheClusterId, SnapshotName: 'mine' })
        bench.settle()
        await bench.client.send(new DeleteSnapshotCommand({ SnapshotName: 'mine' }))
        bench.settle()
      }
    }
    const message = 'The request cannot be processed because it would exceed the maximum number of snapshots.'
    await snap('pair-001', 5)
    bench.clock.advance(12 * HOUR_MS)
    await snap('pair-001', 15)
    await refused(snap('pair-001', 1), 'SnapshotQuotaExceededFault', message)
    await snap('pair-002', 1)
    bench.clock.advance(12 * HOUR_MS)
    await snap('pair-001', 5)
    await refused(snap('pair-001', 1), 'SnapshotQuotaExceededFault', message)
  })

  const LOG: LogDeliveryConfigurationRequest = {
    LogType: 'engine-log',
    LogFormat: 'text',
    DestinationType: 'kinesis-firehose',
    DestinationDetails: { KinesisFirehoseDetails: { DeliveryStream: 'stream' } },
  }
  const LOGS: readonly (readonly [LogDeliveryConfigurationRequest[], code: string, message: string])[] = [
    [[LOG, LOG], COMBINATION, 'LogType engine-log is given twice.'],
    [
      [{ ...LOG, LogType: 'audit-log' as 'slow-log' }],
      VALUE,
      'Invalid LogType: audit-log. Valid values are: slow-log, engine-log.',
    ],
    [[{ ...LOG, LogFormat: 'xml' as 'json' }], VALUE, 'Invalid LogFormat: xml. Valid values are: text, json.'],
    [
      [{ ...LOG, DestinationType: 's3' as 'cloudwatch-logs' }],
      VALUE,
      'Invalid DestinationType: s3. Valid values are: cloudwatch-logs, kinesis-firehose.',
    ],
    [
      [{ ...LOG, DestinationType: 'cloudwatch-logs' }],
      COMBINATION,
      'DestinationDetails must name the destination for cloudwatch-logs.',
    ],
  ]
  for (const [LogDeliveryConfigurations, code, message] of LOGS) {
    it(`delivers no logs as in: ${message}`, async () => {
      await bench.createGroup()
      const create = { ...PAIR, ReplicationGroupId: 'new', LogDeliveryConfigurations }
      await refused(bench.client.send(new CreateReplicationGroupCommand(create)), code, message)
      const change = { ReplicationGroupId: 'pair', LogDeliveryConfigurations }
      await refused(bench.client.send(new ModifyReplicationGroupCommand(change)), code, message)
    })
  }
})
