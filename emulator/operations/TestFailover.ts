import type { TestFailoverMessage, TestFailoverResult } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { groupCalled, modifiable } from '../rules/replication-group.ts'
import { groupShown } from '../shown/replication-group.ts'
import { refusal } from '../wire/refusal.ts'
import { record } from '../world/event.ts'
import { beginFailover } from '../world/failover.ts'

const DAY_MS = 24 * 3_600_000
/** Node groups whose failover an account may test in any 24 hours. */
const TESTS_A_DAY = 15

export const operation: Operation<TestFailoverMessage, TestFailoverResult> = (call) => {
  const { input, world, nowMs, profile } = call
  const group = groupCalled(world, input.ReplicationGroupId)
  const shard = group.shards.find(({ id }) => id === input.NodeGroupId)
  if (!shard) throw refusal('NodeGroupNotFoundFault', `NodeGroup ${input.NodeGroupId} not found.`)
  modifiable(world, group)
  if (!group.automaticFailover) {
    throw refusal(
      'TestFailoverNotAvailableFault',
      'Test failover is not available: automatic failover is not enabled for the replication group.',
    )
  }
  if (shard.members.length < 2) {
    throw refusal(
      'TestFailoverNotAvailableFault',
      `Test failover is not available: node group ${shard.id} has no read replica.`,
    )
  }
  const recent = world.failoverTests.filter((atMs) => atMs > nowMs - DAY_MS)
  if (recent.length >= TESTS_A_DAY) {
    throw refusal(
      'APICallRateForCustomerExceeded',
      `The customer has exceeded the allowed rate of API calls: ${TESTS_A_DAY} node groups in 24 hours.`,
    )
  }
  world.failoverTests.splice(0, world.failoverTests.length, ...recent, nowMs)
  record(world, nowMs, 'replication-group', group.id, `Test Failover API called for node group ${shard.id}`)
  beginFailover(world, group, shard, 'test', nowMs, profile.failoverMs)
  return { ReplicationGroup: groupShown(call, group) }
}
