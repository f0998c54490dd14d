import {
  CreateCacheClusterCommand,
  CreateCacheParameterGroupCommand,
  CreateCacheSubnetGroupCommand,
  CreateReplicationGroupCommand,
  DeleteCacheClusterCommand,
  DeleteCacheParameterGroupCommand,
  DeleteCacheSubnetGroupCommand,
  ModifyCacheClusterCommand,
  ModifyCacheParameterGroupCommand,
  ModifyReplicationGroupCommand,
  ResetCacheParameterGroupCommand,
} from '@aws-sdk/client-elasticache'
import { describe, it } from 'mocha'
import { type Bench, openBench, PAIR, refused, SHARDED } from './fixture.ts'
import { SINGLE } from './snapshots-fixture.ts'

type Send = (bench: Bench) => Promise<unknown>

const inOrder =
  (...steps: readonly Send[]): Send =>
  async (bench) => {
    for (const step of steps) await step(bench)
  }
const made: Send = async (bench) => {
  await bench.client.send(new CreateCacheClusterCommand(SINGLE))
  bench.settle()
}
const remove: Send = ({ client }) => client.send(new DeleteCacheClusterCommand({ CacheClusterId: 'single' }))

const GROUP = { CacheParameterGroupName: 'mine', CacheParameterGroupFamily: 'redis7', Description: 'my own' }
const parameterGroup: Send = ({ client }) => client.send(new CreateCacheParameterGroupCommand(GROUP))
const deleteParameterGroup: Send = ({ client }) =>
  client.send(new DeleteCacheParameterGroupCommand({ CacheParameterGroupName: 'mine' }))
const subnetGroup: Send = ({ client }) =>
  client.send(
    new CreateCacheSubnetGroupCommand({
      CacheSubnetGroupName: 'nets',
      CacheSubnetGroupDescription: 'one',
      SubnetIds: ['subnet-0123abcd'],
    }),
  )
const deleteSubnetGroup: Send = ({ client }) =>
  client.send(new DeleteCacheSubnetGroupCommand({ CacheSubnetGroupName: 'nets' }))
const [PARAMETERS_USED, NETS_USED] = [
  'One or more cache clusters are still members of this parameter group mine, so the group cannot be deleted.',
  'Cache subnet group nets is currently in use by a cache cluster.',
]

/** Who uses both groups. */
const USERS: Readonly<Record<string, Send>> = {
  'a cluster without a group': ({ client }) =>
    client.send(
      new CreateCacheClusterCommand({ ...SINGLE, CacheParameterGroupName: 'mine', CacheSubnetGroupName: 'nets' }),
    ),
  'a replication group': ({ client }) =>
    client.send(
      new CreateReplicationGroupCommand({ ...PAIR, CacheParameterGroupName: 'mine', CacheSubnetGroupName: 'nets' }),
    ),
}

describe('a group of settings', () => {
  for (const [user, use] of Object.entries(USERS)) {
    it(`that ${user} uses is not deleted, from the moment it is being made`, async () => {
      const bench = await openBench()
      await inOrder(parameterGroup, subnetGroup, use)(bench)
      for (const _state of ['creating', 'available']) {
        await refused(deleteParameterGroup(bench), 'InvalidCacheParameterGroupState', PARAMETERS_USED)
        await refused(deleteSubnetGroup(bench), 'CacheSubnetGroupInUse', NETS_USED)
        bench.settle()
      }
    })
  }

  it('is deleted once nobody uses it', async () => {
    const bench = await openBench()
    await inOrder(parameterGroup, subnetGroup, USERS['a cluster without a group'] as Send)(bench)
    bench.settle()
    await remove(bench)
    bench.settle()
    await inOrder(deleteParameterGroup, deleteSubnetGroup)(bench)
  })

  it('that somebody is to use, now or in the window, is not deleted', async () => {
    const bench = await openBench()
    await inOrder(parameterGroup, made)(bench)
    const change = { CacheClusterId: 'single', CacheParameterGroupName: 'mine' }
    for (const ApplyImmediately of [false, true]) {
      await bench.client.send(new ModifyCacheClusterCommand({ ...change, ApplyImmediately }))
      await refused(deleteParameterGroup(bench), 'InvalidCacheParameterGroupState', PARAMETERS_USED)
    }
    await bench.createGroup()
    const ofGroup = { ReplicationGroupId: 'pair', CacheParameterGroupName: 'mine' }
    await remove(bench)
    bench.settle()
    await bench.client.send(new ModifyReplicationGroupCommand(ofGroup))
    await refused(deleteParameterGroup(bench), 'InvalidCacheParameterGroupState', PARAMETERS_USED)
  })

  it('is not reset right after a change, and is a moment later', async () => {
    const bench = await openBench()
    await parameterGroup(bench)
    const change = { ParameterNameValues: [{ ParameterName: 'timeout', ParameterValue: '20' }] }
    await bench.client.send(new ModifyCacheParameterGroupCommand({ CacheParameterGroupName: 'mine', ...change }))
    const reset = new ResetCacheParameterGroupCommand({ CacheParameterGroupName: 'mine', ResetAllParameters: true })
    const message = 'The cache parameter group mine has pending changes.'
    await refused(bench.client.send(reset), 'InvalidCacheParameterGroupState', message)
    bench.settle()
    await bench.client.send(reset)
  })

  it('that nobody uses is deleted while others are in use', async () => {
    const bench = await openBench()
    await inOrder(parameterGroup, subnetGroup)(bench)
    await bench.createGroup({ ...SHARDED, NumCacheClusters: undefined })
    await inOrder(deleteParameterGroup, deleteSubnetGroup)(bench)
  })
})
