import assert from 'node:assert/strict'
import { DescribeReplicationGroupsCommand, ElastiCacheClient } from '@aws-sdk/client-elasticache'
import { after, before, beforeEach, describe, it } from 'mocha'
import type { CallDeed } from '../../emulator/fault/fault.ts'
import { type ListeningEmulator, startEmulator } from '../../emulator/start.ts'
import { type ManualClock, manualClock } from '../../emulator/world/clock.ts'
import { until } from './engines-fixture.ts'
import { endOf, endsOf } from './faults-fixture.ts'
import { CREDENTIALS, REGION } from './fixture.ts'

const DEEDS =
  'dropReplyAfterCommit, resetBeforeCommit, throttle, throttleBucket, serverError, delay, timeout, error, truncate, ' +
  'noCapacity, quota, expiredCredentials, stale, notFoundAfterCreate, shiftPages, stuckModifying, createFailed, killNode'

const throttle = { action: '*', do: 'throttle' }

/** What is ordered, and what is said against it. */
const WRONG: readonly [unknown, string][] = [
  ['throttle', 'a fault is a JSON object'],
  [null, 'a fault is a JSON object'],
  [{ action: '*' }, `do must be one of ${DEEDS}`],
  [{ action: '*', do: 'explode' }, `do must be one of ${DEEDS}`],
  [{ action: '*', do: 'toString' }, `do must be one of ${DEEDS}`],
  [{ do: 'throttle' }, 'action must be an action name or *'],
  [{ action: '', do: 'throttle' }, 'action must be an action name or *'],
  [{ action: 7, do: 'throttle' }, 'action must be an action name or *'],
  [
    { action: 'CreateReplicatonGroup', do: 'throttle' },
    'action CreateReplicatonGroup is unknown: use the name of an action, or * for any',
  ],
  [{ ...throttle, colour: 'red' }, 'unknown field colour'],
  [{ ...throttle, delayMs: 5 }, 'unknown field delayMs'],
  [{ ...throttle, id: '' }, 'id must be text'],
  [{ ...throttle, count: 0 }, 'count must be a whole number from 1'],
  [{ ...throttle, count: 1.5 }, 'count must be a whole number from 1'],
  [{ ...throttle, count: '2' }, 'count must be a whole number from 1'],
  [{ ...throttle, seconds: 0 }, 'seconds must be a positive number'],
  [{ ...throttle, seconds: -1 }, 'seconds must be a positive number'],
  [
    { action: '*', do: 'throttleBucket' },
    'throttleBucket needs ratePerSecond: it must be a positive number; ' +
      'throttleBucket needs burst: it must be a whole number from 1',
  ],
  [{ action: '*', do: 'throttleBucket', ratePerSecond: 0, burst: 1 }, 'ratePerSecond must be a positive number'],
  [{ action: '*', do: 'throttleBucket', ratePerSecond: 1, burst: 0.5 }, 'burst must be a whole number from 1'],
  [{ action: '*', do: 'serverError', status: 502 }, 'status must be 500 or 503'],
  [{ action: '*', do: 'delay' }, 'delay needs delayMs: it must be a positive number'],
  [{ action: '*', do: 'delay', delayMs: 'long' }, 'delayMs must be a positive number'],
  [{ action: '*', do: 'timeout', carriedOut: 'yes' }, 'carriedOut must be true or false'],
  [{ action: '*', do: 'error' }, 'error needs code: it must be text'],
  [{ action: '*', do: 'error', code: 'X', message: 3 }, 'message must be text'],
  [{ action: '*', do: 'noCapacity', asynchronous: 1 }, 'asynchronous must be true or false'],
  [
    { action: 'DescribeUsers', do: 'noCapacity' },
    'action DescribeUsers cannot be struck by noCapacity: use * or one of CreateCacheCluster, CreateReplicationGroup, ' +
      'DecreaseReplicaCount, IncreaseReplicaCount, ModifyCacheCluster, ModifyReplicationGroup, ' +
      'ModifyReplicationGroupShardConfiguration',
  ],
  [
    { action: 'CreateReplicationGroup', do: 'noCapacity', asynchronous: true },
    'action CreateReplicationGroup cannot be struck by noCapacity: use * or one of ModifyReplicationGroup, ' +
      'IncreaseReplicaCount, ModifyReplicationGroupShardConfiguration, ModifyCacheCluster',
  ],
  [{ action: '*', do: 'quota', code: '' }, 'code must be text'],
  [
    { action: 'CreateUser', do: 'quota', code: 'NodeQuotaForCustomerExceeded' },
    'code must be one of UserQuotaExceeded, TagQuotaPerResourceExceeded',
  ],
  [
    { action: 'DescribeUsers', do: 'quota', code: 'X' },
    'action DescribeUsers cannot be struck by quota: use * or one of AddTagsToResource, CopyServerlessCacheSnapshot, ' +
      'CopySnapshot, CreateCacheCluster, CreateCacheParameterGroup, CreateCacheSecurityGroup, CreateCacheSubnetGroup, ' +
      'CreateGlobalReplicationGroup, CreateReplicationGroup, CreateServerlessCache, ' +
      'CreateServerlessCacheSnapshot, CreateSnapshot, CreateUser, ' +
      'CreateUserGroup, DecreaseReplicaCount, DeleteCacheCluster, DeleteReplicationGroup, IncreaseReplicaCount, ' +
      'ModifyCacheCluster, ModifyCacheSubnetGroup, ModifyReplicationGroup, ModifyReplicationGroupShardConfiguration, ' +
      'PurchaseReservedCacheNodesOffering, TestFailover',
  ],
  [
    { action: '*', do: 'expiredCredentials', code: 'AccessDenied' },
    'code must be ExpiredToken or InvalidClientTokenId',
  ],
  [{ action: '*', do: 'stale', lagMs: 0 }, 'lagMs must be a positive number'],
  [{ action: '*', do: 'shiftPages', shift: 'swap' }, 'shift must be miss or repeat'],
  [
    { action: 'DescribeEvents', do: 'shiftPages' },
    'action DescribeEvents cannot be struck by shiftPages: use * or one of DescribeReplicationGroups, ' +
      'DescribeCacheClusters, DescribeCacheParameterGroups, DescribeCacheParameters, DescribeCacheSubnetGroups, ' +
      'DescribeSnapshots, DescribeServerlessCaches, DescribeServerlessCacheSnapshots, DescribeServiceUpdates, ' +
      'DescribeUsers, DescribeUserGroups',
  ],
  [{ action: '*', do: 'stuckModifying', phase: 'snapshotting' }, 'phase must be creating or modifying or deleting'],
  [
    { action: 'CreateUser', do: 'stuckModifying' },
    'action CreateUser cannot be struck by stuckModifying: use * or one of ModifyReplicationGroup, ModifyCacheCluster, ' +
      'ModifyServerlessCache, ModifyUser, ModifyUserGroup, ModifyReplicationGroupShardConfiguration, ' +
      'IncreaseReplicaCount, DecreaseReplicaCount',
  ],
  [
    { action: 'CreateUser', do: 'createFailed' },
    'action CreateUser cannot be struck by createFailed: use * or one of CreateReplicationGroup, CreateCacheCluster, ' +
      'CreateServerlessCache',
  ],
  [{ do: 'killNode' }, 'killNode needs id: it must be text'],
  [
    { do: 'killNode', id: 'pair', action: '*', seconds: 5 },
    'killNode strikes at the order: leave action out; killNode strikes at the order: leave seconds out',
  ],
  [{ do: 'killNode', id: 'pair', node: 1 }, 'node must be text'],
  [
    { do: 'killNode', id: 'pair' },
    "killNode needs server processes, and nodes are 'none': start the emulator with nodes 'real'",
  ],
  [{ ...throttle, colour: 'red', count: 0 }, 'unknown field colour; count must be a whole number from 1'],
]

/** Orders that are right as they stand. */
const RIGHT: readonly object[] = [
  { action: 'GetCallerIdentity', do: 'throttle', count: 1 },
  { action: 'ListMetrics', do: 'serverError', seconds: 1 },
  { action: 'ModifyReplicationGroup', do: 'noCapacity', asynchronous: false, count: 1 },
  { action: 'DecreaseReplicaCount', do: 'stuckModifying', count: 1 },
  { action: 'CopySnapshot', do: 'stuckModifying', phase: 'creating' },
  { action: 'DeleteServerlessCacheSnapshot', do: 'stuckModifying', phase: 'deleting' },
  { action: 'ListTagsForResource', do: 'stale', lagMs: 0.5, count: 1 },
  { action: 'TestFailover', do: 'quota', code: 'APICallRateForCustomerExceeded', seconds: 0.5 },
]

describe('the door for faults', () => {
  let emulator: ListeningEmulator
  let clock: ManualClock
  let client: ElastiCacheClient
  before(async () => {
    clock = manualClock()
    emulator = await startEmulator({ nodes: 'none', clock })
    client = clientOf(emulator)
  })
  after(async () => {
    client.destroy()
    await emulator.stop()
  })
  beforeEach(() => {
    emulator.faults.clear()
    emulator.clearLedger()
  })
  const clientOf = ({ url: endpoint }: ListeningEmulator) =>
    new ElastiCacheClient({ region: REGION, credentials: CREDENTIALS, endpoint, maxAttempts: 1 })
  const door = async (method: string, body?: string) => {
    const response = await fetch(`${emulator.url}/_faults`, { method, ...(body === undefined ? {} : { body }) })
    return [response.status, await response.json()] as const
  }
  const post = (order: unknown) => door('POST', JSON.stringify(order))
  const describeGroups = () => client.send(new DescribeReplicationGroupsCommand({}))

  for (const [order, error] of WRONG) {
    it(`refuses ${JSON.stringify(order)}`, async () => {
      assert.deepEqual(await post(order), [400, { error }])
      assert.deepEqual(await door('GET'), [200, { faults: [] }])
      assert.throws(() => emulator.faults.order(order as never, clock.now()), { message: error })
    })
  }

  it('refuses what is no JSON', async () => {
    assert.deepEqual(await door('POST', '{ do: throttle }'), [400, { error: 'a fault is a JSON object' }])
  })

  it('orders all of a list or nothing', async () => {
    assert.deepEqual(await post([throttle, { ...throttle, count: 0 }, { do: 'throttle' }]), [
      400,
      { error: 'count must be a whole number from 1; action must be an action name or *' },
    ])
    assert.equal(await endOf(describeGroups()), 'ok')
    assert.deepEqual(await post(RIGHT), [200, { faults: RIGHT }])
    assert.deepEqual(await post([]), [200, { faults: RIGHT }])
  })

  it('tells what is on order with what is left of it, and forgets all of it', async () => {
    const storm = { action: '*', do: 'throttleBucket', ratePerSecond: 1, burst: 1 }
    const slow = { action: '*', do: 'delay', delayMs: 1, seconds: 5 }
    assert.deepEqual(await post([{ ...throttle, count: 3 }, throttle, storm, slow]), [
      200,
      { faults: [{ ...throttle, count: 3 }, { ...throttle, count: 1 }, storm, slow] },
    ])
    assert.deepEqual(await endsOf(2, describeGroups), ['Throttling', 'Throttling'])
    assert.deepEqual(await door('GET'), [
      200,
      { faults: [{ ...throttle, count: 1 }, { ...throttle, count: 1 }, storm, slow] },
    ])
    assert.deepEqual(await endsOf(4, describeGroups), ['Throttling', 'Throttling', 'ok', 'Throttling'])
    clock.advance(5_000)
    assert.deepEqual(await door('GET'), [200, { faults: [storm] }])
    assert.deepEqual(await door('DELETE'), [200, { faults: [] }])
    assert.deepEqual(await endsOf(3, describeGroups), ['ok', 'ok', 'ok'])
  })

  const heard: readonly [CallDeed, string, string][] = [
    [{ do: 'truncate' }, 'ECONNRESET', 'ok'],
    [{ do: 'resetBeforeCommit' }, 'ECONNRESET', 'reset'],
    [{ do: 'dropReplyAfterCommit' }, 'ECONNRESET', 'ok'],
    [{ do: 'expiredCredentials' }, 'ExpiredToken', 'ExpiredToken'],
    [{ do: 'timeout' }, 'AbortError', 'timeout'],
    [{ do: 'timeout', carriedOut: true }, 'AbortError', 'ok'],
  ]
  for (const [deed, end, outcome] of heard) {
    it(`lets a client over HTTP hear ${end} of ${JSON.stringify(deed)}`, async () => {
      await post({ action: '*', ...deed })
      const patience = new AbortController()
      const call = client.send(new DescribeReplicationGroupsCommand({}), { abortSignal: patience.signal })
      const ended = endOf(call)
      await until('the call is there', () => emulator.ledger().length === 1)
      if (deed.do === 'timeout') patience.abort()
      assert.equal(await ended, end)
      assert.equal(await endOf(describeGroups()), 'ok')
      assert.deepEqual(
        emulator.ledger().map((entry) => [entry.outcome, entry.fault]),
        [
          [outcome, deed.do],
          ['ok', undefined],
        ],
      )
    })
  }

  it('does not keep the emulator from ending while a client waits in vain', async () => {
    const other = await startEmulator({ nodes: 'none' })
    const waiting = clientOf(other)
    other.faults.order({ action: '*', do: 'timeout', carriedOut: true }, other.clock.now())
    const end = endOf(waiting.send(new DescribeReplicationGroupsCommand({})))
    await until('the call is there', () => other.ledger().length === 1)
    await other.stop()
    assert.equal(await end, 'ECONNRESET')
    waiting.destroy()
  })
})
