import assert from 'node:assert/strict'
import {
  CreateReplicationGroupCommand,
  CreateSnapshotCommand,
  type CreateSnapshotCommandInput,
  DescribeSnapshotsCommand,
  type DescribeSnapshotsCommandInput,
} from '@aws-sdk/client-elasticache'
import { type Bench, refused, SHARDED } from './fixture.ts'

/** A redis node without a group. */
export const SINGLE = { CacheClusterId: 'single', Engine: 'redis', CacheNodeType: 'cache.t4g.small', NumCacheNodes: 1 }

export const createSharded = async (bench: Bench, input: object = {}) => {
  await bench.client.send(new CreateReplicationGroupCommand({ ...SHARDED, ...input }))
  bench.settle()
}

export const take = (bench: Bench, input: CreateSnapshotCommandInput) =>
  bench.client.send(new CreateSnapshotCommand(input))

export const snapshots = async (bench: Bench, input: DescribeSnapshotsCommandInput = {}) =>
  (await bench.client.send(new DescribeSnapshotsCommand(input))).Snapshots ?? []

export const one = async (bench: Bench, name: string, input: DescribeSnapshotsCommandInput = {}) => {
  const [found] = await snapshots(bench, { SnapshotName: name, ...input })
  assert.ok(found)
  return found
}

export const names = async (bench: Bench, input: DescribeSnapshotsCommandInput = {}) =>
  (await snapshots(bench, input)).map((snapshot) => snapshot.SnapshotName)

export const gone = (bench: Bench, name: string) =>
  refused(
    bench.client.send(new DescribeSnapshotsCommand({ SnapshotName: name })),
    'SnapshotNotFoundFault',
    `Snapshot ${name} not found.`,
  )

export const HOUR_MS = 3_600_000
