import {
  AddTagsToResourceCommand,
  CopySnapshotCommand,
  CreateCacheClusterCommand,
  CreateReplicationGroupCommand,
  CreateSnapshotCommand,
  DeleteCacheClusterCommand,
  DeleteSnapshotCommand,
  ListTagsForResourceCommand,
  ModifyCacheClusterCommand,
  RebootCacheClusterCommand,
  RemoveTagsFromResourceCommand,
} from '@aws-sdk/client-elasticache'
import { describe, it } from 'mocha'
import { type Bench, openBench, refused } from './fixture.ts'
import { one, SINGLE, take } from './snapshots-fixture.ts'

type Send = (bench: Bench) => Promise<unknown>

const SINGLE_ARN = 'arn:aws:elasticache:us-east-1:123456789012:cluster:single'
const NO_TAGGING = 'Cluster not in available state to perform tagging operations.'

const create: Send = ({ client }) => client.send(new CreateCacheClusterCommand(SINGLE))
const made: Send = async (bench) => {
  await create(bench)
  bench.settle()
}
const modify: Send = ({ client }) =>
  client.send(
    new ModifyCacheClusterCommand({ CacheClusterId: 'single', SnapshotRetentionLimit: 1, ApplyImmediately: true }),
  )
const remove: Send = ({ client }) => client.send(new DeleteCacheClusterCommand({ CacheClusterId: 'single' }))
const reboot: Send = ({ client }) =>
  client.send(new RebootCacheClusterCommand({ CacheClusterId: 'single', CacheNodeIdsToReboot: ['0001'] }))
const snap: Send = (bench) => take(bench, { CacheClusterId: 'single', SnapshotName: 'mine' })
const again: Send = (bench) => take(bench, { CacheClusterId: 'single', SnapshotName: 'again' })
const groupAround: Send = ({ client }) =>
  client.send(
    new CreateReplicationGroupCommand({
      ReplicationGroupId: 'around',
      ReplicationGroupDescription: 'around',
      PrimaryClusterId: 'single',
    }),
  )

const inOrder =
  (...steps: readonly Send[]): Send =>
  async (bench) => {
    for (const step of steps) await step(bench)
  }

/** How a cluster without a group comes into each status that is not available. */
const STATES: Readonly<Record<string, Send>> = {
  creating: create,
  modifying: inOrder(made, modify),
  'rebooting cluster nodes': inOrder(made, reboot),
  snapshotting: inOrder(made, snap),
  // Describe still says available here.
  deleting: inOrder(made, remove),
}

const TAGGING: Readonly<Record<string, Send>> = {
  AddTagsToResource: ({ client }) =>
    client.send(new AddTagsToResourceCommand({ ResourceName: SINGLE_ARN, Tags: [{ Key: 'a', Value: 'b' }] })),
  ListTagsForResource: ({ client }) => client.send(new ListTagsForResourceCommand({ ResourceName: SINGLE_ARN })),
  RemoveTagsFromResource: ({ client }) =>
    client.send(new RemoveTagsFromResourceCommand({ ResourceName: SINGLE_ARN, TagKeys: ['a'] })),
}

describe('a cluster without a group that is', () => {
  for (const [state, given] of Object.entries(STATES)) {
    const busy = `Cache cluster single is not in available state; it is ${state}.`
    const calls: readonly (readonly [name: string, when: Send, message: string])[] = [
      ['ModifyCacheCluster', modify, busy],
      ['RebootCacheCluster', reboot, busy],
      ['CreateSnapshot', again, busy],
      ['CreateReplicationGroup around it', groupAround, busy],
      ['DeleteCacheCluster', remove, 'Cache cluster single is not in a valid state to be deleted.'],
    ]
    for (const [name, when, message] of calls) {
      it(`${state} refuses ${name}`, async () => {
        const bench = await openBench()
        await given(bench)
        await refused(when(bench), 'InvalidCacheClusterState', message)
      })
    }
  }

  for (const [name, when] of Object.entries(TAGGING)) {
    it(`snapshotting refuses ${name}`, async () => {
      const bench = await openBench()
      await inOrder(made, snap)(bench)
      await refused(when(bench), 'InvalidReplicationGroupState', NO_TAGGING)
    })
  }

  it('available refuses nothing', async () => {
    const bench = await openBench()
    for (const when of [create, modify, reboot, snap, ...Object.values(TAGGING), remove]) {
      await when(bench)
      bench.settle()
    }
  })
})

describe('a reboot', () => {
  it('needs to be told which nodes', async () => {
    const bench = await openBench()
    await made(bench)
    const none = new RebootCacheClusterCommand({ CacheClusterId: 'single', CacheNodeIdsToReboot: [] })
    const message = 'The parameter CacheNodeIdsToReboot must be provided.'
    await refused(bench.client.send(none), 'InvalidParameterValue', message)
  })
})

const copy: Send = ({ client }) =>
  client.send(new CopySnapshotCommand({ SourceSnapshotName: 'mine', TargetSnapshotName: 'other' }))
const dropCalled =
  (SnapshotName: string): Send =>
  ({ client }) =>
    client.send(new DeleteSnapshotCommand({ SnapshotName }))
const taken: Send = async (bench) => {
  await inOrder(made, snap)(bench)
  bench.settle()
}
const restore: Send = ({ client }) =>
  client.send(new CreateCacheClusterCommand({ ...SINGLE, CacheClusterId: 'restored', SnapshotName: 'mine' }))

/** How a snapshot comes into each status in which it cannot be deleted. */
const SNAPSHOTS: readonly (readonly [status: string, name: string, given: Send])[] = [
  ['creating', 'mine', inOrder(made, snap)],
  ['copying', 'other', inOrder(taken, copy)],
  ['restoring', 'mine', inOrder(taken, restore)],
  ['deleting', 'mine', inOrder(taken, dropCalled('mine'))],
]

describe('a snapshot that is', () => {
  for (const [status, name, given] of SNAPSHOTS) {
    it(`${status} is not deleted`, async () => {
      const bench = await openBench()
      await given(bench)
      const message = `Snapshot ${name} is not in available state; it is ${status}.`
      await refused(dropCalled(name)(bench), 'InvalidSnapshotState', message)
    })
  }

  it('failed can be deleted', async () => {
    const bench = await openBench()
    await inOrder(made, snap)(bench)
    bench.emulator.engines.failed = () => new Map([['123456789012/us-east-1/snapshot/mine/0001', 'the disk is full']])
    bench.settle()
    const status = (await one(bench, 'mine')).SnapshotStatus
    if (status !== 'failed') throw new Error(`it is ${status}`)
    await dropCalled('mine')(bench)
  })

  it('of memcached or of a first small node cannot be had', async () => {
    const bench = await openBench()
    await bench.createMemcached()
    await bench.client.send(new CreateCacheClusterCommand({ ...SINGLE, CacheNodeType: 'cache.t1.micro' }))
    bench.settle()
    const of = (CacheClusterId: string) => new CreateSnapshotCommand({ CacheClusterId, SnapshotName: 'mine' })
    const code = 'SnapshotFeatureNotSupportedFault'
    await refused(bench.client.send(of('mem')), code, 'Snapshots are not supported for engine memcached.')
    await refused(bench.client.send(of('single')), code, 'Snapshots are not supported for node type cache.t1.micro.')
  })
})
