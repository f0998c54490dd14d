import assert from 'node:assert/strict'
import {
  CreateCacheParameterGroupCommand,
  CreateCacheSubnetGroupCommand,
  CreateSnapshotCommand,
  CreateUserCommand,
  CreateUserGroupCommand,
  DeleteReplicationGroupCommand,
  DescribeCacheParameterGroupsCommand,
  DescribeCacheSubnetGroupsCommand,
  DescribeReplicationGroupsCommand,
  DescribeSnapshotsCommand,
  DescribeUserGroupsCommand,
  DescribeUsersCommand,
  ListAllowedNodeTypeModificationsCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import type { ViewDeed } from '../../emulator/fault/fault.ts'
import { endOf, type FaultBench, openFaultBench } from './faults-fixture.ts'
import { PAIR_ARN, refused, tagPair } from './fixture.ts'
import { serverlessCalls } from './serverless-fixture.ts'

const FOR_GROUPS = 'DescribeReplicationGroups'

const ANN = { UserId: 'ann', UserName: 'ann', Engine: 'redis', AccessString: 'on ~* +@all', NoPasswordRequired: true }

describe('not-found after a create', () => {
  const deed: ViewDeed = { do: 'notFoundAfterCreate' }
  let bench: FaultBench
  beforeEach(async () => {
    bench = await openFaultBench()
  })

  it('hides what was made after the order, once, and waits for it', async () => {
    await bench.createGroup()
    bench.order({ action: FOR_GROUPS, ...deed })
    assert.equal((await bench.group()).Status, 'available')
    await bench.createGroup({ ReplicationGroupId: 'late' })
    bench.calls()
    assert.equal((await bench.group()).Status, 'available')
    await refused(bench.group('late'), 'ReplicationGroupNotFoundFault', 'ReplicationGroup late not found.')
    assert.equal((await bench.group('late')).Status, 'available')
    assert.deepEqual(bench.calls(), [
      [FOR_GROUPS, 'ok', undefined],
      [FOR_GROUPS, 'ReplicationGroupNotFoundFault', 'notFoundAfterCreate'],
      [FOR_GROUPS, 'ok', undefined],
    ])
  })

  it('hides it in lists too, and its members, its tags and its node types, but not its events', async () => {
    bench.order({ action: '*', ...deed, seconds: 60 })
    await bench.createGroup()
    await bench.client.send(tagPair())
    bench.settle()
    const { client } = bench
    assert.deepEqual((await client.send(new DescribeReplicationGroupsCommand({}))).ReplicationGroups, [])
    assert.equal(await endOf(bench.cluster('pair-001')), 'CacheClusterNotFound')
    assert.equal(
      await endOf(client.send(new ListTagsForResourceCommand({ ResourceName: PAIR_ARN }))),
      'ReplicationGroupNotFoundFault',
    )
    assert.equal(
      await endOf(client.send(new ListAllowedNodeTypeModificationsCommand({ ReplicationGroupId: 'pair' }))),
      'ReplicationGroupNotFoundFault',
    )
    assert.deepEqual(await bench.events('pair'), ['Replication group pair created'])
  })

  it('of one id hides that one only', async () => {
    bench.order({ action: '*', id: 'late', ...deed, seconds: 60 })
    await bench.createGroup()
    await bench.createGroup({ ReplicationGroupId: 'late' })
    assert.equal((await bench.group()).Status, 'available')
    assert.equal(await endOf(bench.group('late')), 'ReplicationGroupNotFoundFault')
  })

  it('concerns a group that was deleted and made anew', async () => {
    await bench.createGroup()
    bench.order({ action: '*', ...deed, seconds: 60 })
    await bench.client.send(new DeleteReplicationGroupCommand({ ReplicationGroupId: 'pair' }))
    bench.settle()
    await bench.createGroup()
    assert.equal(await endOf(bench.group()), 'ReplicationGroupNotFoundFault')
  })

  const kinds: readonly [string, () => Promise<unknown>, () => Promise<unknown>, string][] = [
    [
      'a parameter group',
      () =>
        bench.client.send(
          new CreateCacheParameterGroupCommand({
            CacheParameterGroupName: 'mine',
            CacheParameterGroupFamily: 'redis7',
            Description: 'mine',
          }),
        ),
      () => bench.client.send(new DescribeCacheParameterGroupsCommand({ CacheParameterGroupName: 'mine' })),
      'CacheParameterGroupNotFound',
    ],
    [
      'a subnet group',
      () =>
        bench.client.send(
          new CreateCacheSubnetGroupCommand({
            CacheSubnetGroupName: 'mine',
            CacheSubnetGroupDescription: 'mine',
            SubnetIds: ['subnet-0123456789abcdef0'],
          }),
        ),
      () => bench.client.send(new DescribeCacheSubnetGroupsCommand({ CacheSubnetGroupName: 'mine' })),
      'CacheSubnetGroupNotFoundFault',
    ],
    [
      'a user',
      () => bench.client.send(new CreateUserCommand(ANN)),
      () => bench.client.send(new DescribeUsersCommand({ UserId: 'ann' })),
      'UserNotFound',
    ],
    [
      'a user group',
      () => bench.client.send(new CreateUserGroupCommand({ UserGroupId: 'team', Engine: 'valkey' })),
      () => bench.client.send(new DescribeUserGroupsCommand({ UserGroupId: 'team' })),
      'UserGroupNotFound',
    ],
    [
      'a serverless cache',
      () => serverlessCalls(bench.client).create(),
      () => serverlessCalls(bench.client).cache(),
      'ServerlessCacheNotFoundFault',
    ],
    ['a memcached cluster', () => bench.createMemcached(), () => bench.cluster('mem'), 'CacheClusterNotFound'],
  ]
  for (const [kind, create, look, code] of kinds) {
    it(`hides ${kind} as ${code}`, async () => {
      bench.order({ action: '*', ...deed, count: 1 })
      await create()
      assert.deepEqual([await endOf(look()), await endOf(look())], [code, 'ok'])
    })
  }

  it('hides a snapshot in the list of its group', async () => {
    await bench.createGroup()
    bench.order({ action: 'DescribeSnapshots', ...deed })
    const list = async () =>
      (await bench.client.send(new DescribeSnapshotsCommand({ ReplicationGroupId: 'pair' }))).Snapshots?.length
    assert.equal(await list(), 0)
    await bench.client.send(new CreateSnapshotCommand({ SnapshotName: 'shot', CacheClusterId: 'pair-002' }))
    assert.deepEqual([await list(), await list()], [0, 1])
  })

  it('leaves what every account has from the beginning', async () => {
    bench.order({ action: '*', ...deed })
    const { Users } = await bench.client.send(new DescribeUsersCommand({}))
    const { CacheSubnetGroups } = await bench.client.send(new DescribeCacheSubnetGroupsCommand({}))
    assert.deepEqual([Users?.[0]?.UserId, CacheSubnetGroups?.[0]?.CacheSubnetGroupName], ['default', 'default'])
    assert.equal(bench.faults().length, 1)
  })
})
