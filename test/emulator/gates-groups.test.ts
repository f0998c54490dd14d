import {
  AddTagsToResourceCommand,
  CreateCacheClusterCommand,
  CreateReplicationGroupCommand,
  CreateSnapshotCommand,
  DecreaseReplicaCountCommand,
  DeleteCacheClusterCommand,
  DeleteReplicationGroupCommand,
  IncreaseReplicaCountCommand,
  ListTagsForResourceCommand,
  ModifyReplicationGroupCommand,
  ModifyReplicationGroupShardConfigurationCommand,
  RebootCacheClusterCommand,
  RemoveTagsFromResourceCommand,
  TestFailoverCommand,
} from '@aws-sdk/client-elasticache'
import { describe, it } from 'mocha'
import { type Bench, openBench, PAIR, PAIR_ARN, refused } from './fixture.ts'
import { createSharded } from './snapshots-fixture.ts'

type Send = (bench: Bench) => Promise<unknown>

const NOW = { ReplicationGroupId: 'pair', ApplyImmediately: true }
const replicas = (NewReplicaCount: number) => ({ ...NOW, NewReplicaCount })
const describeAs =
  (text: string): Send =>
  ({ client }) =>
    client.send(new ModifyReplicationGroupCommand({ ...NOW, ReplicationGroupDescription: text }))
const snapshotOf =
  (CacheClusterId: string): Send =>
  ({ client }) =>
    client.send(new CreateSnapshotCommand({ CacheClusterId, SnapshotName: `of-${CacheClusterId}` }))
const deleteGroup: Send = ({ client }) => client.send(new DeleteReplicationGroupCommand({ ReplicationGroupId: 'pair' }))
const deleteCluster =
  (CacheClusterId: string): Send =>
  ({ client }) =>
    client.send(new DeleteCacheClusterCommand({ CacheClusterId }))
const reboot =
  (CacheClusterId: string): Send =>
  ({ client }) =>
    client.send(new RebootCacheClusterCommand({ CacheClusterId, CacheNodeIdsToReboot: ['0001'] }))

/** What changes a group: AWS asks for an available group with available members first, and for the rest later. */
const CHANGES: Readonly<Record<string, Send>> = {
  ModifyReplicationGroup: describeAs('changed'),
  IncreaseReplicaCount: ({ client }) => client.send(new IncreaseReplicaCountCommand(replicas(4))),
  DecreaseReplicaCount: ({ client }) => client.send(new DecreaseReplicaCountCommand(replicas(0))),
  ModifyReplicationGroupShardConfiguration: ({ client }) =>
    client.send(new ModifyReplicationGroupShardConfigurationCommand({ ...NOW, NodeGroupCount: 2 })),
  TestFailover: ({ client }) =>
    client.send(new TestFailoverCommand({ ReplicationGroupId: 'pair', NodeGroupId: '0001' })),
  'CreateCacheCluster of a replica': ({ client }) =>
    client.send(new CreateCacheClusterCommand({ CacheClusterId: 'extra', ReplicationGroupId: 'pair' })),
  'DeleteCacheCluster of a replica': deleteCluster('pair-002'),
}

const TAGGING: Readonly<Record<string, Send>> = {
  AddTagsToResource: ({ client }) =>
    client.send(new AddTagsToResourceCommand({ ResourceName: PAIR_ARN, Tags: [{ Key: 'a', Value: 'b' }] })),
  ListTagsForResource: ({ client }) => client.send(new ListTagsForResourceCommand({ ResourceName: PAIR_ARN })),
  RemoveTagsFromResource: ({ client }) =>
    client.send(new RemoveTagsFromResourceCommand({ ResourceName: PAIR_ARN, TagKeys: ['a'] })),
}

const made: Send = (bench) => bench.createGroup({ NumCacheClusters: 3 })
const reached =
  (first: Send, then: Send, ms = 0): Send =>
  async (bench) => {
    await first(bench)
    await then(bench)
    bench.clock.advance(ms)
  }

/** How a group comes into each status that is not available. */
const STATES: Readonly<Record<string, Send>> = {
  creating: ({ client }) => client.send(new CreateReplicationGroupCommand({ ...PAIR, NumCacheClusters: 3 })),
  modifying: reached(made, describeAs('busy')),
  snapshotting: reached(made, snapshotOf('pair-001')),
  // Describe still says available here.
  deleting: reached(made, deleteGroup),
  'create-failed': async (bench) => {
    bench.emulator.engines.failed = () => new Map([['123456789012/us-east-1/pair-002/0001', 'no capacity']])
    await made(bench)
  },
}

const SCALED_MS = 800
const larger: Send = ({ client }) =>
  client.send(new ModifyReplicationGroupCommand({ ...NOW, CacheNodeType: 'cache.r6g.large' }))

/** How a member gets busy while its group is available. */
const MEMBERS: readonly (readonly [status: string, member: string, given: Send])[] = [
  ['creating', 'pair-004', reached(made, CHANGES['IncreaseReplicaCount'] as Send, SCALED_MS)],
  [
    'deleting',
    'pair-003',
    reached(made, ({ client }) => client.send(new DecreaseReplicaCountCommand(replicas(1))), SCALED_MS),
  ],
  ['modifying', 'pair-001', reached(made, larger, SCALED_MS)],
  ['rebooting cluster nodes', 'pair-003', reached(made, reboot('pair-003'))],
]

describe('a replication group that is', () => {
  for (const [state, given] of Object.entries(STATES)) {
    for (const [name, when] of Object.entries(CHANGES)) {
      it(`${state} refuses ${name}`, async () => {
        const bench = await openBench()
        await given(bench)
        const message = 'Replication group must be in available state to modify.'
        await refused(when(bench), 'InvalidReplicationGroupState', message)
      })
    }
    for (const [name, when] of Object.entries(TAGGING)) {
      it(`${state} refuses ${name}`, async () => {
        const bench = await openBench()
        await given(bench)
        const message = 'Cluster not in available state to perform tagging operations.'
        await refused(when(bench), 'InvalidReplicationGroupState', message)
      })
    }
    it(`${state} refuses CreateSnapshot of a member`, async () => {
      const bench = await openBench()
      await given(bench)
      const message = `Replication group pair is not in available state; it is ${state}.`
      await refused(snapshotOf('pair-002')(bench), 'InvalidReplicationGroupState', message)
    })
    it(`${state} refuses RebootCacheCluster of a member`, async () => {
      const bench = await openBench()
      await given(bench)
      const message = `Cache cluster pair-002 is not in available state; it is ${state}.`
      await refused(reboot('pair-002')(bench), 'InvalidCacheClusterState', message)
    })
  }

  for (const state of ['modifying', 'snapshotting']) {
    it(`${state} refuses DeleteReplicationGroup`, async () => {
      const bench = await openBench()
      await STATES[state]?.(bench)
      const message = `Replication group pair has status ${state}, which is not valid for deletion.`
      await refused(deleteGroup(bench), 'InvalidReplicationGroupState', message)
    })
  }
})

describe('an available replication group with a member that is', () => {
  for (const [status, member, given] of MEMBERS) {
    for (const [name, when] of Object.entries(CHANGES)) {
      it(`${status} refuses ${name}`, async () => {
        const bench = await openBench()
        await given(bench)
        const message = `Cache cluster ${member} is not in available state; it is ${status}.`
        await refused(when(bench), 'InvalidCacheClusterState', message)
      })
    }
  }

  it('being deleted cannot be deleted itself', async () => {
    const bench = await openBench()
    await MEMBERS[1]?.[2](bench)
    const message = 'Cache cluster pair-003 is not in a valid state to be deleted'
    await refused(deleteGroup(bench), 'InvalidReplicationGroupState', message)
  })

  it('rebooting can be tagged and deleted', async () => {
    const bench = await openBench()
    await MEMBERS[3]?.[2](bench)
    await TAGGING['ListTagsForResource']?.(bench)
    await deleteGroup(bench)
  })

  it('busy has no snapshot taken of that member, and in cluster mode none at all', async () => {
    const bench = await openBench()
    await MEMBERS[3]?.[2](bench)
    const rebooting = 'Cache cluster pair-003 is not in available state; it is rebooting cluster nodes.'
    await refused(snapshotOf('pair-003')(bench), 'InvalidCacheClusterState', rebooting)
    await snapshotOf('pair-001')(bench)
    await createSharded(bench)
    const scaled = { ReplicationGroupId: 'sharded', CacheNodeType: 'cache.r6g.large', ApplyImmediately: true }
    await bench.client.send(new ModifyReplicationGroupCommand(scaled))
    bench.clock.advance(SCALED_MS)
    const all = new CreateSnapshotCommand({ ReplicationGroupId: 'sharded', SnapshotName: 'all' })
    const modifying = 'Cache cluster sharded-0001-001 is not in available state; it is modifying.'
    await refused(bench.client.send(all), 'InvalidCacheClusterState', modifying)
  })
})

describe('a member of a replication group', () => {
  it('that serves as primary is not deleted by itself, and AWS says what it is', async () => {
    const bench = await openBench()
    await made(bench)
    const message = 'Cache cluster pair-001 is serving as primary for replication group pair and cannot be deleted.'
    await refused(deleteCluster('pair-001')(bench), 'InvalidCacheClusterState', message)
  })

  it('that is the last replica of a group that fails over is not deleted', async () => {
    const bench = await openBench()
    await bench.createGroup()
    const message = 'Must have at least 1 replica when cluster mode is disabled with auto failover enabled.'
    await refused(deleteCluster('pair-002')(bench), 'InvalidParameterValue', message)
  })

  it('is deleted while all are available', async () => {
    const bench = await openBench()
    await made(bench)
    await deleteCluster('pair-002')(bench)
    bench.settle()
    await refused(bench.cluster('pair-002'), 'CacheClusterNotFound', 'CacheCluster not found: pair-002')
  })
})
