import assert from 'node:assert/strict'
import {
  DecreaseReplicaCountCommand,
  IncreaseReplicaCountCommand,
  ListAllowedNodeTypeModificationsCommand,
  ModifyReplicationGroupCommand,
  type ModifyReplicationGroupCommandInput,
  ModifyReplicationGroupShardConfigurationCommand,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { type Bench, openBench, refused, SHARDED } from './fixture.ts'

type Step = readonly [name: string, send: () => Promise<unknown>]

const [OLD, NEW] = ['old-token-0123456789', 'new-token-0123456789']
const NOW = { ReplicationGroupId: 'sharded', ApplyImmediately: true }
const BUSY = 'Replication group must be in available state to modify.'

/** Everything that one modification may carry at once. */
const PLAIN: Partial<ModifyReplicationGroupCommandInput> = {
  ReplicationGroupDescription: 'larger',
  MultiAZEnabled: true,
  CacheNodeType: 'cache.r6g.large',
  SecurityGroupIds: ['sg-12345678'],
  PreferredMaintenanceWindow: 'sun:03:00-sun:04:00',
  SnapshotWindow: '20:00-21:00',
  SnapshotRetentionLimit: 2,
  AutoMinorVersionUpgrade: false,
  NotificationTopicArn: 'arn:aws:sns:us-east-1:123456789012:topic',
}

describe('the order of changes', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
    await bench.createGroup({
      ...SHARDED,
      NumCacheClusters: undefined,
      TransitEncryptionEnabled: true,
      AuthToken: OLD,
    })
  })

  const modify = (change: Partial<ModifyReplicationGroupCommandInput>) =>
    bench.client.send(new ModifyReplicationGroupCommand({ ...NOW, ...change }))
  const shards = (NodeGroupCount: number) =>
    bench.client.send(new ModifyReplicationGroupShardConfigurationCommand({ ...NOW, NodeGroupCount }))
  const more = (NewReplicaCount: number) =>
    bench.client.send(new IncreaseReplicaCountCommand({ ...NOW, NewReplicaCount }))
  const fewer = (NewReplicaCount: number) =>
    bench.client.send(new DecreaseReplicaCountCommand({ ...NOW, NewReplicaCount }))

  /** Takes steps as a careful client does, and as a hasty one that does not wait for the last. */
  const walk = async (steps: readonly Step[]) => {
    for (const [index, [, send]] of steps.entries()) {
      await send()
      const next = steps[index + 1]
      if (next) await refused(next[1](), 'InvalidReplicationGroupState', BUSY)
      bench.settle()
      assert.equal((await bench.group('sharded')).Status, 'available', steps[index]?.[0])
    }
  }

  it('of Terraform is shards, more replicas, one call for the plain fields, the token, fewer replicas', async () => {
    await walk([
      ['shards', () => shards(3)],
      ['more replicas', () => more(2)],
      ['the plain fields', () => modify(PLAIN)],
      ['the token', () => modify({ AuthToken: NEW, AuthTokenUpdateStrategy: 'ROTATE' })],
      ['fewer replicas', () => fewer(1)],
    ])
    const group = await bench.group('sharded')
    assert.deepEqual(
      group.NodeGroups?.map((shard) => shard.NodeGroupMembers?.length),
      [2, 2, 2],
    )
    const { Description, MultiAZ, CacheNodeType, SnapshotRetentionLimit, SnapshotWindow } = group
    assert.deepEqual(
      { Description, MultiAZ, CacheNodeType, SnapshotRetentionLimit, SnapshotWindow },
      {
        Description: 'larger',
        MultiAZ: 'enabled',
        CacheNodeType: 'cache.r6g.large',
        SnapshotRetentionLimit: 2,
        SnapshotWindow: '20:00-21:00',
      },
    )
  })

  it('of the ACK controller is a larger node type that AWS allows, replicas, then shards', async () => {
    const moves = await bench.client.send(
      new ListAllowedNodeTypeModificationsCommand({ ReplicationGroupId: 'sharded' }),
    )
    assert.ok(moves.ScaleUpModifications?.includes('cache.r6g.large'))
    await walk([
      ['the node type', () => modify({ CacheNodeType: 'cache.r6g.large' })],
      ['replicas', () => more(2)],
      ['shards', () => shards(3)],
    ])
    const types = new Set((await bench.group('sharded')).NodeGroups?.map((shard) => shard.NodeGroupMembers?.length))
    assert.deepEqual([...types], [3])
    assert.equal((await bench.cluster('sharded-0003-001')).CacheNodeType, 'cache.r6g.large')
  })

  it('takes a node type that is not among those that AWS allows at no point', async () => {
    const moves = await bench.client.send(
      new ListAllowedNodeTypeModificationsCommand({ ReplicationGroupId: 'sharded' }),
    )
    const allowed = [...(moves.ScaleUpModifications ?? []), ...(moves.ScaleDownModifications ?? [])]
    for (const CacheNodeType of ['cache.r6gd.xlarge', 'cache.m3.large']) {
      assert.ok(!allowed.includes(CacheNodeType))
      const message = `The cache node type cannot be modified from cache.t4g.small to ${CacheNodeType}.`
      await refused(modify({ CacheNodeType }), 'InvalidParameterValue', message)
    }
  })
})
