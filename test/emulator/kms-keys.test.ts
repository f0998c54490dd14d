import assert from 'node:assert/strict'
import {
  CopyServerlessCacheSnapshotCommand,
  CopySnapshotCommand,
  CreateReplicationGroupCommand,
  CreateServerlessCacheSnapshotCommand,
  CreateSnapshotCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { type Bench, CREDENTIALS, openBench, PAIR } from './fixture.ts'
import { serverlessCalls } from './serverless-fixture.ts'

const HERE = 'arn:aws:kms:us-east-1:123456789012'
const ID = '0f1e2d3c-1111-2222-3333-444455556666'
const KEY_ARN = /^arn:aws:kms:us-east-1:123456789012:key\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

describe('a KMS key', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })

  /** The key that a new group shows, right at its creation and later. */
  const shownFor = async (KmsKeyId: string, id = 'pair', client = bench.client) => {
    const input = { ...PAIR, ReplicationGroupId: id, AtRestEncryptionEnabled: true, KmsKeyId }
    const { ReplicationGroup } = await client.send(new CreateReplicationGroupCommand(input))
    bench.settle()
    const seen = await client.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: id }))
    assert.equal(seen.ReplicationGroups?.[0]?.KmsKeyId, ReplicationGroup?.KmsKeyId)
    return ReplicationGroup?.KmsKeyId ?? ''
  }

  it('that is named by its ARN is shown as it is', async () => {
    assert.equal(await shownFor(`${HERE}:key/${ID}`), `${HERE}:key/${ID}`)
    const elsewhere = 'arn:aws:kms:us-east-1:210987654321:key/mrk-1'
    assert.equal(await shownFor(elsewhere, 'other'), elsewhere)
  })

  it('that is named by its id is shown by its ARN', async () => {
    assert.equal(await shownFor(ID), `${HERE}:key/${ID}`)
  })

  it('that is named by an alias, or by its ARN, is shown by the ARN of one key', async () => {
    const key = await shownFor('alias/caches')
    assert.match(key, KEY_ARN)
    assert.equal(await shownFor(`${HERE}:alias/caches`, 'by-arn'), key)
    assert.equal(await shownFor('alias/caches', 'again'), key)
    assert.notEqual(await shownFor('alias/others', 'another'), key)
  })

  it('of an alias is the same in the next emulator', async () => {
    const key = await shownFor('alias/caches')
    bench = await openBench()
    assert.equal(await shownFor('alias/caches'), key)
  })

  it('of an alias is another one in another region, and in the account of its ARN', async () => {
    const key = await shownFor('alias/caches')
    const client = new ElastiCacheClient({
      region: 'eu-west-1',
      credentials: CREDENTIALS,
      requestHandler: bench.emulator.requestHandler,
      maxAttempts: 1,
    })
    const abroad = await shownFor('alias/caches', 'pair', client)
    assert.match(abroad, /^arn:aws:kms:eu-west-1:123456789012:key\//)
    assert.notEqual(abroad.split('/')[1], key.split('/')[1])
    const theirs = await shownFor('arn:aws:kms:us-east-1:210987654321:alias/caches', 'theirs')
    assert.match(theirs, /^arn:aws:kms:us-east-1:210987654321:key\//)
    assert.notEqual(theirs.split('/')[1], key.split('/')[1])
  })

  it('is shown alike by snapshots, and by serverless caches and theirs', async () => {
    const KmsKeyId = 'alias/caches'
    const key = await shownFor(KmsKeyId)
    const taken = await bench.client.send(
      new CreateSnapshotCommand({ CacheClusterId: 'pair-001', SnapshotName: 'mine', KmsKeyId }),
    )
    bench.settle()
    const copied = await bench.client.send(
      new CopySnapshotCommand({ SourceSnapshotName: 'mine', TargetSnapshotName: 'copy', KmsKeyId }),
    )
    const calls = serverlessCalls(bench.client)
    await calls.create({ KmsKeyId })
    bench.settle()
    const cache = await calls.cache()
    const kept = await bench.client.send(
      new CreateServerlessCacheSnapshotCommand({
        ServerlessCacheName: 'burst',
        ServerlessCacheSnapshotName: 'shot',
        KmsKeyId,
      }),
    )
    bench.settle()
    const copy = { SourceServerlessCacheSnapshotName: 'shot', TargetServerlessCacheSnapshotName: 'copy', KmsKeyId }
    const again = await bench.client.send(new CopyServerlessCacheSnapshotCommand(copy))
    assert.equal(cache?.StorageEncryptionType, 'sse-kms')
    assert.deepEqual(
      [taken.Snapshot, copied.Snapshot, cache, kept.ServerlessCacheSnapshot, again.ServerlessCacheSnapshot].map(
        (shown) => shown?.KmsKeyId,
      ),
      [key, key, key, key, key],
    )
  })

  it('is nothing that the emulator refuses, however it is written', async () => {
    assert.equal(await shownFor('k'), `${HERE}:key/k`)
    assert.equal(await shownFor('arn:aws:s3:::bucket', 'bucket'), 'arn:aws:s3:::bucket')
  })
})
