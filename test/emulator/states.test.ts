import {
  AddTagsToResourceCommand,
  CreateCacheClusterCommand,
  CreateCacheParameterGroupCommand,
  CreateCacheSubnetGroupCommand,
  CreateReplicationGroupCommand,
  DecreaseReplicaCountCommand,
  DeleteCacheClusterCommand,
  DeleteCacheParameterGroupCommand,
  DeleteCacheSubnetGroupCommand,
  DeleteReplicationGroupCommand,
  IncreaseReplicaCountCommand,
  ListTagsForResourceCommand,
  ModifyCacheClusterCommand,
  ModifyCacheParameterGroupCommand,
  ModifyReplicationGroupCommand,
  RemoveTagsFromResourceCommand,
  ResetCacheParameterGroupCommand,
} from '@aws-sdk/client-elasticache'
import { describe, it } from 'mocha'
import { type Bench, MEMCACHED, openBench, PAIR, PAIR_ARN, refused, SHARDED } from './fixture.ts'

type Send = (bench: Bench) => Promise<unknown>
const tags = [{ Key: 'a', Value: 'b' }]
const busy: Send = ({ client }) =>
  client.send(
    new ModifyReplicationGroupCommand({
      ReplicationGroupId: 'pair',
      ReplicationGroupDescription: 'busy',
      ApplyImmediately: true,
    }),
  )

const modify: Send = ({ client }) =>
  client.send(new ModifyReplicationGroupCommand({ ReplicationGroupId: 'pair', ReplicationGroupDescription: 'x' }))
const increase: Send = ({ client }) =>
  client.send(
    new IncreaseReplicaCountCommand({ ReplicationGroupId: 'pair', ApplyImmediately: true, NewReplicaCount: 2 }),
  )
const decrease: Send = ({ client }) =>
  client.send(
    new DecreaseReplicaCountCommand({ ReplicationGroupId: 'pair', ApplyImmediately: true, NewReplicaCount: 0 }),
  )
const addTags: Send = ({ client }) => client.send(new AddTagsToResourceCommand({ ResourceName: PAIR_ARN, Tags: tags }))
const listTags: Send = ({ client }) => client.send(new ListTagsForResourceCommand({ ResourceName: PAIR_ARN }))
const removeTags: Send = ({ client }) =>
  client.send(new RemoveTagsFromResourceCommand({ ResourceName: PAIR_ARN, TagKeys: ['a'] }))
const remove: Send = ({ client }) => client.send(new DeleteReplicationGroupCommand({ ReplicationGroupId: 'pair' }))
const addReplica: Send = ({ client }) =>
  client.send(new CreateCacheClusterCommand({ CacheClusterId: 'extra', ReplicationGroupId: 'pair' }))
const removeCluster =
  (CacheClusterId: string): Send =>
  ({ client }) =>
    client.send(new DeleteCacheClusterCommand({ CacheClusterId }))

const lagging: Send = async (bench) => {
  await bench.createGroup()
  await increase(bench)
  bench.clock.advance(800)
}
const modifying: Send = async (bench) => {
  await bench.createGroup()
  await busy(bench)
}
const creating: Send = ({ client }) => client.send(new CreateReplicationGroupCommand(PAIR))

const NOT_AVAILABLE = 'Replication group must be in available state to modify.'
const NO_TAGGING = 'Cluster not in available state to perform tagging operations.'

interface Row {
  readonly name: string
  readonly given: Send
  readonly when: Send
  readonly code: string
  readonly message: string | RegExp
}

const MODIFYING_ROWS: readonly Row[] = [
  ...Object.entries({ modify, increase, decrease, addReplica }).flatMap(([name, when]) =>
    Object.entries({ creating, modifying }).map(([state, given]) => ({
      name: `${name} while the group is ${state}`,
      given,
      when,
      code: 'InvalidReplicationGroupState',
      message: NOT_AVAILABLE,
    })),
  ),
  ...Object.entries({ addTags, listTags, removeTags }).flatMap(([name, when]) =>
    Object.entries({ creating, modifying }).map(([state, given]) => ({
      name: `${name} while the group is ${state}`,
      given,
      when,
      code: 'InvalidReplicationGroupState',
      message: NO_TAGGING,
    })),
  ),
  ...Object.entries({ modify, increase, decrease }).map(([name, when]) => ({
    name: `${name} while a member lags behind its available group`,
    given: lagging,
    when,
    code: 'InvalidCacheClusterState',
    message: 'Cache cluster pair-003 is not in available state; it is creating.',
  })),
]

const DELETE_ROWS: readonly Row[] = [
  {
    name: 'deleting a group that is being made',
    given: creating,
    when: remove,
    code: 'InvalidReplicationGroupState',
    message: 'Cache cluster pair-001 is not in a valid state to be deleted',
  },
  {
    name: 'deleting a group with a member that is being made',
    given: lagging,
    when: remove,
    code: 'InvalidReplicationGroupState',
    message: 'Cache cluster pair-003 is not in a valid state to be deleted',
  },
  {
    name: 'deleting a group twice',
    given: async (bench) => {
      await bench.createGroup()
      await remove(bench)
    },
    when: remove,
    code: 'InvalidReplicationGroupState',
    message: 'Cache cluster pair-001 is not in a valid state to be deleted',
  },
  {
    name: 'deleting the primary',
    given: (bench) => bench.createGroup(),
    when: removeCluster('pair-001'),
    code: 'InvalidCacheClusterState',
    message: /serving as primary/,
  },
  {
    name: 'deleting the only member',
    given: (bench) => bench.createGroup({ NumCacheClusters: 1, AutomaticFailoverEnabled: false }),
    when: removeCluster('pair-001'),
    code: 'InvalidCacheClusterState',
    message:
      'Cannot delete the cache cluster since it is the only member of a replication group. Delete the replication group instead.',
  },
  {
    name: 'deleting a member of a group with shards',
    given: (bench) => bench.createGroup({ ...SHARDED, NumCacheClusters: undefined }),
    when: removeCluster('sharded-0001-002'),
    code: 'InvalidCacheClusterState',
    message: /cluster mode enabled/,
  },
  {
    name: 'deleting a memcached cluster that is being made',
    given: ({ client }) => client.send(new CreateCacheClusterCommand(MEMCACHED)),
    when: removeCluster('mem'),
    code: 'InvalidCacheClusterState',
    message: 'Cache cluster mem is not in a valid state to be deleted.',
  },
  {
    name: 'modifying a memcached cluster that is being made',
    given: ({ client }) => client.send(new CreateCacheClusterCommand(MEMCACHED)),
    when: ({ client }) => client.send(new ModifyCacheClusterCommand({ CacheClusterId: 'mem', NumCacheNodes: 4 })),
    code: 'InvalidCacheClusterState',
    message: 'Cache cluster mem is not in available state; it is creating.',
  },
]

const PARAMETER_GROUP = {
  CacheParameterGroupName: 'mine',
  CacheParameterGroupFamily: 'redis7',
  Description: 'my own',
}
const createParameterGroup: Send = ({ client }) => client.send(new CreateCacheParameterGroupCommand(PARAMETER_GROUP))
const deleteParameterGroup: Send = ({ client }) =>
  client.send(new DeleteCacheParameterGroupCommand({ CacheParameterGroupName: 'mine' }))
const SUBNETS = {
  CacheSubnetGroupName: 'nets',
  CacheSubnetGroupDescription: 'two',
  SubnetIds: ['subnet-0123abcd', 'subnet-0123abce'],
}
const deleteSubnetGroup: Send = ({ client }) =>
  client.send(new DeleteCacheSubnetGroupCommand({ CacheSubnetGroupName: 'nets' }))

const USED_ROWS: readonly Row[] = [
  {
    name: 'deleting a parameter group that a cluster uses',
    given: async (bench) => {
      await createParameterGroup(bench)
      await bench.createGroup({ CacheParameterGroupName: 'mine' })
    },
    when: deleteParameterGroup,
    code: 'InvalidCacheParameterGroupState',
    message:
      'One or more cache clusters are still members of this parameter group mine, so the group cannot be deleted.',
  },
  {
    name: 'deleting a parameter group whose clusters lag behind their deleted group',
    given: async (bench) => {
      await createParameterGroup(bench)
      await bench.createGroup({ CacheParameterGroupName: 'mine' })
      await remove(bench)
      bench.clock.advance(800)
    },
    when: deleteParameterGroup,
    code: 'InvalidCacheParameterGroupState',
    message: /still members/,
  },
  {
    name: 'resetting a parameter group right after a change',
    given: async (bench) => {
      await createParameterGroup(bench)
      await bench.client.send(
        new ModifyCacheParameterGroupCommand({
          CacheParameterGroupName: 'mine',
          ParameterNameValues: [{ ParameterName: 'timeout', ParameterValue: '20' }],
        }),
      )
    },
    when: ({ client }) =>
      client.send(new ResetCacheParameterGroupCommand({ CacheParameterGroupName: 'mine', ResetAllParameters: true })),
    code: 'InvalidCacheParameterGroupState',
    message: /has pending changes/,
  },
  {
    name: 'deleting a subnet group that a cluster uses',
    given: async (bench) => {
      await bench.client.send(new CreateCacheSubnetGroupCommand(SUBNETS))
      await bench.createMemcached({ CacheSubnetGroupName: 'nets' })
    },
    when: deleteSubnetGroup,
    code: 'CacheSubnetGroupInUse',
    message: 'Cache subnet group nets is currently in use by a cache cluster.',
  },
]

describe('a state gate refuses', () => {
  for (const row of [...MODIFYING_ROWS, ...DELETE_ROWS, ...USED_ROWS]) {
    it(`${row.name}: ${row.code}`, async () => {
      const bench = await openBench()
      await row.given(bench)
      await refused(row.when(bench), row.code, row.message)
    })
  }

  it('nothing once all is available again', async () => {
    const bench = await openBench()
    for (const when of [
      creating,
      modify,
      addTags,
      listTags,
      removeTags,
      increase,
      addReplica,
      removeCluster('extra'),
    ]) {
      await when(bench)
      bench.settle()
    }
  })
})
