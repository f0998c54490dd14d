import assert from 'node:assert/strict'
import {
  CopySnapshotCommand,
  CreateCacheParameterGroupCommand,
  CreateReplicationGroupCommand,
  CreateServerlessCacheCommand,
  CreateSnapshotCommand,
  CreateUserCommand,
  DescribeCacheClustersCommand,
  DescribeCacheParameterGroupsCommand,
  DescribeEventsCommand,
  DescribeReplicationGroupsCommand,
  DescribeServerlessCachesCommand,
  DescribeSnapshotsCommand,
  DescribeUsersCommand,
} from '@aws-sdk/client-elasticache'
import { before, beforeEach, describe, it } from 'mocha'
import { type FaultBench, openFaultBench } from './faults-fixture.ts'
import { PAIR } from './fixture.ts'

const GROUPS = 110
const USER = { Engine: 'redis', AccessString: 'on ~* +@all', NoPasswordRequired: true }

interface Page {
  readonly names: readonly (string | undefined)[]
  readonly next: string | undefined
}
type List = (after: string | undefined) => Promise<Page>

/** All names, page by page. */
const walk = async (list: List): Promise<readonly (string | undefined)[]> => {
  const names: (string | undefined)[] = []
  let after: string | undefined
  do {
    const page = await list(after)
    names.push(...page.names)
    after = page.next
  } while (after !== undefined)
  return names
}

describe('pages that change in the middle of a list', () => {
  let bench: FaultBench
  before(async () => {
    bench = await openFaultBench({ quotas: { nodesPerRegion: 1_000, manualSnapshotsPerNodePerDay: 100 } })
    const { client } = bench
    for (let index = 0; index < GROUPS; index += 1) {
      await client.send(new CreateReplicationGroupCommand({ ...PAIR, ReplicationGroupId: numbered('g', index) }))
    }
    bench.settle()
    await client.send(new CreateSnapshotCommand({ SnapshotName: 'z', CacheClusterId: 'g-000-002' }))
    bench.settle()
    for (let index = 0; index < 24; index += 1) {
      const name = numbered('x', index)
      await client.send(new CopySnapshotCommand({ SourceSnapshotName: 'z', TargetSnapshotName: name }))
      await client.send(new CreateUserCommand({ ...USER, UserId: name, UserName: name }))
      await client.send(new CreateServerlessCacheCommand({ ServerlessCacheName: name, Engine: 'valkey' }))
      await client.send(
        new CreateCacheParameterGroupCommand({
          CacheParameterGroupName: name,
          CacheParameterGroupFamily: 'redis7',
          Description: name,
        }),
      )
    }
    bench.settle()
  })
  beforeEach(() => {
    bench.emulator.faults.clear()
    bench.calls()
  })

  const groups =
    (MaxRecords?: number): List =>
    async (Marker) => {
      const page = await bench.client.send(new DescribeReplicationGroupsCommand({ Marker, MaxRecords }))
      return { names: (page.ReplicationGroups ?? []).map((each) => each.ReplicationGroupId), next: page.Marker }
    }
  const clusters: List = async (Marker) => {
    const page = await bench.client.send(new DescribeCacheClustersCommand({ Marker }))
    return { names: (page.CacheClusters ?? []).map((each) => each.CacheClusterId), next: page.Marker }
  }
  const snapshots: List = async (Marker) => {
    const page = await bench.client.send(new DescribeSnapshotsCommand({ Marker, MaxRecords: 20 }))
    return { names: (page.Snapshots ?? []).map((each) => each.SnapshotName), next: page.Marker }
  }
  const users: List = async (Marker) => {
    const page = await bench.client.send(new DescribeUsersCommand({ Marker, MaxRecords: 20 }))
    return { names: (page.Users ?? []).map((each) => each.UserId), next: page.Marker }
  }
  const parameterGroups: List = async (Marker) => {
    const page = await bench.client.send(new DescribeCacheParameterGroupsCommand({ Marker, MaxRecords: 20 }))
    return { names: (page.CacheParameterGroups ?? []).map((each) => each.CacheParameterGroupName), next: page.Marker }
  }
  const serverless: List = async (NextToken) => {
    const page = await bench.client.send(new DescribeServerlessCachesCommand({ NextToken, MaxResults: 10 }))
    return { names: (page.ServerlessCaches ?? []).map((each) => each.ServerlessCacheName), next: page.NextToken }
  }

  const lists: readonly [string, string, List, number][] = [
    ['groups in pages of 100', 'DescribeReplicationGroups', groups(), 100],
    ['groups in pages of 20', 'DescribeReplicationGroups', groups(20), 20],
    ['clusters', 'DescribeCacheClusters', clusters, 100],
    ['snapshots', 'DescribeSnapshots', snapshots, 20],
    ['users', 'DescribeUsers', users, 20],
    ['parameter groups', 'DescribeCacheParameterGroups', parameterGroups, 20],
    ['serverless caches', 'DescribeServerlessCaches', serverless, 10],
  ]
  for (const [what, action, list, size] of lists) {
    it(`miss the first of the second page of ${what}, or repeat the last of the first, once`, async () => {
      const all = await walk(list)
      assert.ok(all.length > size)
      const missed = all.toSpliced(size, 1)
      bench.order({ action, do: 'shiftPages' })
      assert.deepEqual(await walk(list), missed)
      assert.deepEqual(bench.faults(), [])
      bench.order({ action: '*', do: 'shiftPages', shift: 'miss' })
      assert.deepEqual(await walk(list), missed)
      bench.order({ action, do: 'shiftPages', shift: 'repeat' })
      assert.deepEqual(await walk(list), all.toSpliced(size, 0, all[size - 1]))
      assert.deepEqual(await walk(list), all)
    })
  }

  it('can do so at every page for a while', async () => {
    const all = await walk(groups(50))
    bench.order({ action: 'DescribeReplicationGroups', do: 'shiftPages', seconds: 1 })
    assert.deepEqual(await walk(groups(50)), all.toSpliced(101, 1).toSpliced(50, 1))
    bench.clock.advance(1_000)
    assert.deepEqual(await walk(groups(50)), all)
  })

  it('do not concern a list of one page, nor one that is not cut by names, and wait for another', async () => {
    bench.order({ action: '*', do: 'shiftPages' })
    await bench.client.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: 'g-000' }))
    const events = await bench.client.send(new DescribeEventsCommand({}))
    assert.ok(events.Marker)
    assert.deepEqual(bench.faults(), [{ action: '*', do: 'shiftPages', count: 1 }])
    await walk(groups())
    assert.deepEqual(bench.calls(), [
      ['DescribeReplicationGroups', 'ok', undefined],
      ['DescribeEvents', 'ok', undefined],
      ['DescribeReplicationGroups', 'ok', 'shiftPages'],
      ['DescribeReplicationGroups', 'ok', undefined],
    ])
  })
})

const numbered = (prefix: string, index: number) => `${prefix}-${String(index).padStart(3, '0')}`
