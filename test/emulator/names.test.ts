import assert from 'node:assert/strict'
import {
  CopySnapshotCommand,
  CreateCacheClusterCommand,
  CreateCacheParameterGroupCommand,
  CreateCacheSubnetGroupCommand,
  CreateReplicationGroupCommand,
  type CreateReplicationGroupCommandInput,
  CreateServerlessCacheCommand,
  CreateServerlessCacheSnapshotCommand,
  CreateSnapshotCommand,
  CreateUserCommand,
  CreateUserGroupCommand,
  DeleteCacheParameterGroupCommand,
  DeleteCacheSubnetGroupCommand,
  IncreaseReplicaCountCommand,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { type Bench, MEMCACHED, openBench, PAIR, refused, SHARDED } from './fixture.ts'
import { passwordOf } from './rbac-fixture.ts'
import { SINGLE } from './snapshots-fixture.ts'

const VALUE = 'InvalidParameterValue'

interface Named {
  /** What AWS calls it in its refusal. */
  readonly parameter: string
  readonly longest: number
  /** Asks for one of this name, and tells the name that it got. */
  readonly make: (bench: Bench, name: string) => Promise<string | undefined>
}

const NAMED: readonly Named[] = [
  {
    parameter: 'CacheClusterIdentifier',
    longest: 50,
    make: async ({ client }, CacheClusterId) =>
      (await client.send(new CreateCacheClusterCommand({ ...MEMCACHED, CacheClusterId }))).CacheCluster?.CacheClusterId,
  },
  {
    parameter: 'ReplicationGroupId',
    longest: 40,
    make: async ({ client }, ReplicationGroupId) =>
      (await client.send(new CreateReplicationGroupCommand({ ...PAIR, ReplicationGroupId }))).ReplicationGroup
        ?.ReplicationGroupId,
  },
  {
    parameter: 'CacheParameterGroupName',
    longest: 255,
    make: async ({ client }, CacheParameterGroupName) =>
      (
        await client.send(
          new CreateCacheParameterGroupCommand({
            CacheParameterGroupName,
            CacheParameterGroupFamily: 'redis7',
            Description: 'a',
          }),
        )
      ).CacheParameterGroup?.CacheParameterGroupName,
  },
  {
    parameter: 'CacheSubnetGroupName',
    longest: 255,
    make: async ({ client }, CacheSubnetGroupName) =>
      (
        await client.send(
          new CreateCacheSubnetGroupCommand({
            CacheSubnetGroupName,
            CacheSubnetGroupDescription: 'a',
            SubnetIds: ['subnet-0123abcd'],
          }),
        )
      ).CacheSubnetGroup?.CacheSubnetGroupName,
  },
  {
    parameter: 'UserId',
    longest: 40,
    make: async ({ client }, UserId) =>
      (
        await client.send(
          new CreateUserCommand({
            UserId,
            UserName: 'a',
            Engine: 'redis',
            AccessString: 'on',
            Passwords: [passwordOf('a')],
          }),
        )
      ).UserId,
  },
  {
    parameter: 'UserGroupId',
    longest: 40,
    make: async ({ client }, UserGroupId) =>
      (await client.send(new CreateUserGroupCommand({ UserGroupId, Engine: 'redis', UserIds: ['default'] })))
        .UserGroupId,
  },
  {
    parameter: 'SnapshotName',
    longest: 255,
    make: async (bench, SnapshotName) => {
      const command = new CreateSnapshotCommand({ SnapshotName, CacheClusterId: 'single' })
      const { Snapshot } = await bench.client.send(command)
      bench.settle()
      return Snapshot?.SnapshotName
    },
  },
  {
    parameter: 'TargetSnapshotName',
    longest: 255,
    make: async ({ client }, TargetSnapshotName) =>
      (await client.send(new CopySnapshotCommand({ SourceSnapshotName: 'source', TargetSnapshotName }))).Snapshot
        ?.SnapshotName,
  },
  {
    parameter: 'ServerlessCacheName',
    longest: 40,
    make: async ({ client }, ServerlessCacheName) =>
      (await client.send(new CreateServerlessCacheCommand({ ServerlessCacheName, Engine: 'valkey' }))).ServerlessCache
        ?.ServerlessCacheName,
  },
  {
    parameter: 'ServerlessCacheSnapshotName',
    longest: 255,
    make: async ({ client }, ServerlessCacheSnapshotName) =>
      (
        await client.send(
          new CreateServerlessCacheSnapshotCommand({ ServerlessCacheSnapshotName, ServerlessCacheName: 'burst' }),
        )
      ).ServerlessCacheSnapshot?.ServerlessCacheSnapshotName,
  },
]

const notAnIdentifier = (parameter: string) =>
  `The parameter ${parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.`

const WRONG = ['1st', '-a', 'a-', 'a--b', 'a_b', 'a.b', 'a b', 'ä', 'a/b', '']

describe('a name of', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
    await bench.client.send(new CreateCacheClusterCommand(SINGLE))
    await bench.client.send(new CreateServerlessCacheCommand({ ServerlessCacheName: 'burst', Engine: 'valkey' }))
    bench.settle()
    await bench.client.send(new CreateSnapshotCommand({ SnapshotName: 'source', CacheClusterId: 'single' }))
    bench.settle()
  })

  for (const { parameter, longest, make } of NAMED) {
    it(`${parameter} begins with a letter, has letters, digits and single hyphens, and ends with none of these`, async () => {
      for (const name of WRONG) await refused(make(bench, name), VALUE, notAnIdentifier(parameter))
    })

    it(`${parameter} has ${longest} characters at most, and is stored in lower case`, async () => {
      const tooLong = `The parameter ${parameter} must be no longer than ${longest} characters.`
      await refused(make(bench, 'A'.repeat(longest + 1)), VALUE, tooLong)
      assert.equal(await make(bench, 'A1-b'), 'a1-b')
      bench.settle()
      assert.equal(await make(bench, 'A'.repeat(longest)), 'a'.repeat(longest))
      bench.settle()
    })
  }

  it('a default group of settings is none that Delete takes', async () => {
    const parameters = new DeleteCacheParameterGroupCommand({ CacheParameterGroupName: 'default.redis7' })
    await refused(bench.client.send(parameters), VALUE, notAnIdentifier('CacheParameterGroupName'))
    const subnets = new DeleteCacheSubnetGroupCommand({ CacheSubnetGroupName: 'default.vpc' })
    await refused(bench.client.send(subnets), VALUE, notAnIdentifier('CacheSubnetGroupName'))
  })
})

describe('the id of a node group', () => {
  const WITH_SHARDS: readonly (readonly [ids: readonly (string | undefined)[], taken: boolean])[] = [
    [['1', '2'], true],
    [['0001', '9999'], true],
    [['00001', '2'], false],
    [['a', 'b'], false],
    [['1', '1'], false],
    [['1', undefined], false],
  ]
  for (const [ids, taken] of WITH_SHARDS) {
    it(`is ${taken ? 'taken' : 'refused'} as ${ids.map((id) => id ?? 'nothing').join(' and ')}`, async () => {
      const bench = await openBench()
      const input: CreateReplicationGroupCommandInput = {
        ...SHARDED,
        NodeGroupConfiguration: ids.map((NodeGroupId) => ({ NodeGroupId, ReplicaCount: 1 })),
      }
      const create = () => bench.client.send(new CreateReplicationGroupCommand(input))
      const message = 'NodeGroupId must be one to four digits, different, and given for all node groups or for none.'
      if (!taken) return refused(create(), VALUE, message)
      const { ReplicationGroup: made } = await create()
      assert.deepEqual(
        made?.NodeGroups?.map((shard) => shard.NodeGroupId),
        ids,
      )
    })
  }

  it('is always 0001 without cluster mode', async () => {
    const bench = await openBench()
    const message = 'NodeGroupId must be 0001 when cluster mode is disabled.'
    const { NumCacheClusters: _count, ...one } = PAIR
    const create = (NodeGroupId: string) =>
      bench.client.send(
        new CreateReplicationGroupCommand({ ...one, NodeGroupConfiguration: [{ NodeGroupId, ReplicaCount: 1 }] }),
      )
    for (const id of ['1', '0002', 'a']) await refused(create(id), VALUE, message)
    await create('0001')
    bench.settle()
    assert.equal((await bench.group()).NodeGroups?.[0]?.NodeGroupId, '0001')
    const grow = new IncreaseReplicaCountCommand({
      ReplicationGroupId: 'pair',
      ApplyImmediately: true,
      ReplicaConfiguration: [{ NodeGroupId: '0002', NewReplicaCount: 2 }],
    })
    await refused(bench.client.send(grow), VALUE, 'Node group 0002 is not part of the replication group.')
  })
})

describe('the port', () => {
  it('is that of the engine unless told, and between 1024 and 65535', async () => {
    const bench = await openBench()
    await bench.createGroup()
    await bench.createGroup({ ReplicationGroupId: 'valkey', Engine: 'valkey' })
    await bench.createMemcached()
    const primary = async (id: string) => (await bench.group(id)).NodeGroups?.[0]?.PrimaryEndpoint?.Port
    assert.deepEqual([await primary('pair'), await primary('valkey')], [6379, 6379])
    assert.equal((await bench.cluster('mem')).ConfigurationEndpoint?.Port, 11_211)
    for (const Port of [0, 1023, 65_536]) {
      const message = `The port ${Port} is not valid; it must be between 1024 and 65535.`
      await refused(bench.createMemcached({ CacheClusterId: 'odd', Port }), VALUE, message)
    }
  })
})
