import assert from 'node:assert/strict'
import {
  CreateReplicationGroupCommand,
  CreateUserCommand,
  DescribeReplicationGroupsCommand,
  type ElastiCacheServiceException,
  TestFailoverCommand,
} from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import type { CallDeed } from '../../emulator/fault/fault.ts'
import { endOf, type FaultBench, openFaultBench } from './faults-fixture.ts'
import { PAIR, tagPair } from './fixture.ts'

interface Row {
  readonly deed: CallDeed
  /** What the caller hears: the wire code, the HTTP status and the message. */
  readonly refused: readonly [string, number, string]
}

const NO_CAPACITY = [
  'InsufficientCacheClusterCapacity',
  400,
  'The requested cache node type is not available in the specified Availability Zone.',
] as const
const LIMIT = 'The request would exceed a limit of this account.'

const REFUSALS: readonly Row[] = [
  { deed: { do: 'throttle' }, refused: ['Throttling', 400, 'Rate exceeded'] },
  {
    deed: { do: 'serverError' },
    refused: ['InternalFailure', 500, 'An internal error has occurred. Please try your query again at a later time.'],
  },
  {
    deed: { do: 'serverError', status: 500 },
    refused: ['InternalFailure', 500, 'An internal error has occurred. Please try your query again at a later time.'],
  },
  { deed: { do: 'serverError', status: 503 }, refused: ['ServiceUnavailable', 503, 'Service Unavailable'] },
  { deed: { do: 'error', code: 'Peculiar' }, refused: ['Peculiar', 400, 'Ordered by a fault.'] },
  {
    deed: { do: 'error', code: 'ReplicationGroupNotFoundFault', message: 'never was' },
    refused: ['ReplicationGroupNotFoundFault', 404, 'never was'],
  },
  { deed: { do: 'noCapacity' }, refused: NO_CAPACITY },
  { deed: { do: 'noCapacity', asynchronous: false }, refused: NO_CAPACITY },
  { deed: { do: 'quota' }, refused: ['NodeQuotaForCustomerExceeded', 400, LIMIT] },
  {
    deed: { do: 'quota', code: 'ClusterQuotaForCustomerExceeded' },
    refused: ['ClusterQuotaForCustomerExceeded', 400, LIMIT],
  },
  {
    deed: { do: 'expiredCredentials' },
    refused: ['ExpiredToken', 403, 'The security token included in the request is expired'],
  },
  {
    deed: { do: 'expiredCredentials', code: 'ExpiredToken' },
    refused: ['ExpiredToken', 403, 'The security token included in the request is expired'],
  },
  {
    deed: { do: 'expiredCredentials', code: 'InvalidClientTokenId' },
    refused: ['InvalidClientTokenId', 403, 'The security token included in the request is invalid.'],
  },
]

const BROKEN: readonly {
  readonly deed: CallDeed
  readonly heard: string
  readonly committed: boolean
  readonly outcome: string
}[] = [
  { deed: { do: 'resetBeforeCommit' }, heard: 'ECONNRESET', committed: false, outcome: 'reset' },
  { deed: { do: 'dropReplyAfterCommit' }, heard: 'ECONNRESET', committed: true, outcome: 'ok' },
  { deed: { do: 'truncate' }, heard: 'Error', committed: true, outcome: 'ok' },
  { deed: { do: 'delay', delayMs: 1 }, heard: 'ok', committed: true, outcome: 'ok' },
  { deed: { do: 'delay', delayMs: 60_000 }, heard: 'ETIMEDOUT', committed: true, outcome: 'ok' },
  { deed: { do: 'timeout' }, heard: 'ETIMEDOUT', committed: false, outcome: 'timeout' },
  { deed: { do: 'timeout', carriedOut: false }, heard: 'ETIMEDOUT', committed: false, outcome: 'timeout' },
  { deed: { do: 'timeout', carriedOut: true }, heard: 'ETIMEDOUT', committed: true, outcome: 'ok' },
]

describe('a fault that strikes a call', () => {
  let bench: FaultBench
  beforeEach(async () => {
    bench = await openFaultBench()
  })
  const create = (requestTimeout?: number) =>
    bench.client.send(new CreateReplicationGroupCommand(PAIR), requestTimeout === undefined ? {} : { requestTimeout })
  const groups = async () =>
    (await bench.client.send(new DescribeReplicationGroupsCommand({}))).ReplicationGroups?.length

  for (const { deed, refused } of REFUSALS) {
    const [code, status] = refused
    it(`${JSON.stringify(deed)} refuses one call with ${code} ${status}, and nothing is carried out`, async () => {
      bench.order({ action: 'CreateReplicationGroup', ...deed })
      await assert.rejects(create(), (error: ElastiCacheServiceException & { readonly Code?: string }) => {
        assert.deepEqual([error.Code, error.$metadata.httpStatusCode, error.message], refused)
        return true
      })
      assert.deepEqual(bench.calls(), [['CreateReplicationGroup', code, deed.do]])
      assert.equal(await groups(), 0)
      assert.deepEqual(bench.faults(), [])
      assert.equal(await endOf(create()), 'ok')
    })
  }

  for (const { deed, heard, committed, outcome } of BROKEN) {
    const done = committed ? 'is' : 'is not'
    it(`${JSON.stringify(deed)} lets the caller hear ${heard}, and the call ${done} carried out`, async () => {
      bench.order({ action: 'CreateReplicationGroup', ...deed })
      assert.equal(await endOf(create(20)), heard)
      assert.deepEqual(bench.calls(), [['CreateReplicationGroup', outcome, deed.do]])
      assert.equal(await groups(), committed ? 1 : 0)
      assert.equal(await endOf(create()), committed ? 'ReplicationGroupAlreadyExists' : 'ok')
    })
  }

  it('that lets a call time out waits for as long as the caller does', async () => {
    bench.order({ action: 'CreateReplicationGroup', do: 'timeout' })
    const going = new AbortController()
    const call = bench.client.send(new CreateReplicationGroupCommand(PAIR), { abortSignal: going.signal })
    const end = endOf(call)
    assert.equal(await Promise.race([end, groups()]), 0)
    going.abort()
    assert.equal(await end, 'AbortError')
  })

  it('does not hide a refusal that the call gets anyway: its reply is lost as well', async () => {
    await create()
    bench.calls()
    bench.order({ action: '*', do: 'dropReplyAfterCommit' })
    assert.equal(await endOf(create()), 'ECONNRESET')
    assert.deepEqual(bench.calls(), [
      ['CreateReplicationGroup', 'ReplicationGroupAlreadyExists', 'dropReplyAfterCommit'],
    ])
  })
})

describe('a quota that is exceeded by order', () => {
  const USER = {
    UserId: 'ann',
    UserName: 'ann',
    Engine: 'redis',
    AccessString: 'on ~* +@all',
    NoPasswordRequired: true,
  }
  const calls = {
    CreateReplicationGroup: new CreateReplicationGroupCommand(PAIR),
    CreateUser: new CreateUserCommand(USER),
    AddTagsToResource: tagPair(),
    TestFailover: new TestFailoverCommand({ ReplicationGroupId: 'pair', NodeGroupId: '0001' }),
  }
  const codes: Readonly<Record<keyof typeof calls, string>> = {
    CreateReplicationGroup: 'NodeQuotaForCustomerExceeded',
    CreateUser: 'UserQuotaExceeded',
    AddTagsToResource: 'TagQuotaPerResourceExceeded',
    TestFailover: 'APICallRateForCustomerExceeded',
  }
  let bench: FaultBench
  beforeEach(async () => {
    bench = await openFaultBench()
  })
  const send = (name: keyof typeof calls) => endOf(bench.client.send(calls[name] as CreateUserCommand))

  for (const [name, code] of Object.entries(codes) as [keyof typeof calls, string][]) {
    it(`is ${code} of ${name}, also when any action is meant`, async () => {
      bench.order({ action: name, do: 'quota' }, { action: '*', do: 'quota' })
      assert.deepEqual([await send(name), await send(name)], [code, code])
      assert.deepEqual(bench.faults(), [])
    })
  }

  it('with a code of its own strikes the first call that can get that code', async () => {
    bench.order({ action: '*', do: 'quota', code: 'TagQuotaPerResourceExceeded' })
    assert.deepEqual(
      [await send('TestFailover'), await send('CreateUser')],
      ['ReplicationGroupNotFoundFault', 'TagQuotaPerResourceExceeded'],
    )
  })

  it('or a lack of capacity passes calls that have no such error, and is not used up by them', async () => {
    bench.order({ action: '*', do: 'quota' }, { action: '*', do: 'noCapacity', count: 2 })
    const describeGroups = () => endOf(bench.client.send(new DescribeReplicationGroupsCommand({})))
    assert.equal(await describeGroups(), 'ok')
    assert.deepEqual([await send('CreateUser'), await send('CreateUser')], ['UserQuotaExceeded', 'ok'])
    assert.equal(await send('CreateReplicationGroup'), 'InsufficientCacheClusterCapacity')
    assert.deepEqual(bench.faults(), [{ action: '*', do: 'noCapacity', count: 1 }])
  })
})
