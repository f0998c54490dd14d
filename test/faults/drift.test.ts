import assert from 'node:assert/strict'
import {
  DeleteReplicationGroupCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
  IncreaseReplicaCountCommand,
  ModifyReplicationGroupCommand,
} from '@aws-sdk/client-elasticache'
import { after, before, describe, it } from 'mocha'
import { cacheCluster, until, worldForSuite } from '../world/world.ts'

/** Somebody else changes in AWS what Larder keeps. */
describe('what others change in AWS', () => {
  const world = worldForSuite({
    emulator: ['--nodes', 'none'],
    operator: ['--leader-elect=false', '--poll-interval', '5'],
  })
  const ReplicationGroupId = 'larder-default-kept'
  let somebody: ElastiCacheClient

  before(() => {
    somebody = new ElastiCacheClient({
      region: 'us-east-1',
      endpoint: world().awsUrl,
      credentials: { accessKeyId: 'somebody', secretAccessKey: 'else' },
    })
  })
  after(() => somebody?.destroy())

  const group = async () =>
    (await somebody.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId }))).ReplicationGroups?.[0]
  /** Asked on end: while the group or a member is busy, AWS refuses changes. */
  const taken = (change: () => Promise<unknown>) =>
    until('AWS to take the change', async () => (await change()) ?? true)
  const shape = async () => [(await group())?.CacheNodeType, (await group())?.MemberClusters?.length]
  const backTo = (asked: readonly unknown[]) =>
    until('AWS to hold what was asked for', async () => {
      const { Status } = (await group()) ?? {}
      return Status === 'available' && JSON.stringify(await shape()) === JSON.stringify(asked)
    })

  it('a node type and a replica are put back', async () => {
    await world().apply(cacheCluster('kept'))
    await world().ready('kept')
    const asked = await shape()
    const ApplyImmediately = true
    const CacheNodeType = 'cache.t4g.medium'
    const bigger = new ModifyReplicationGroupCommand({ ReplicationGroupId, ApplyImmediately, CacheNodeType })
    await taken(() => somebody.send(bigger))
    await until('the change to be there', async () => (await group())?.CacheNodeType === CacheNodeType)
    await backTo(asked)
    const more = new IncreaseReplicaCountCommand({ ReplicationGroupId, ApplyImmediately, NewReplicaCount: 2 })
    await taken(() => somebody.send(more))
    await until('the replica to be there', async () => (await group())?.MemberClusters?.length === 3)
    await backTo(asked)
    await world().ready('kept')
  })

  it('a cache that is deleted is said to be lost, and made again only for who names this loss', async () => {
    await taken(() => somebody.send(new DeleteReplicationGroupCommand({ ReplicationGroupId })))
    await until('Stalled', async () => (await world().condition('kept', 'Stalled'))?.reason === 'Lost')
    const { message = '' } = (await world().condition('kept', 'Stalled')) ?? {}
    const [cure] = /larder\.dev\/recreate=\S+/.exec(message) ?? []
    assert.ok(cure, message)
    await assert.rejects(group(), { name: 'ReplicationGroupNotFoundFault' })
    await world().annotate('kept', cure)
    await world().ready('kept')
    assert.equal((await group())?.Status, 'available')
    await world().kubectl('delete', 'cachecluster', 'kept', '--timeout=60s')
  })
})
