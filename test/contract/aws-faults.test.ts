import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'mocha'
import { type Ground, openInProcess } from './ground.ts'
import { createGroup, done, failureIn, groupSeen, settled } from './story.ts'

describe('the AWS port under faults', () => {
  let ground: Ground
  let id: string
  beforeEach(async () => {
    ground = await openInProcess()
    id = ground.name('x')
    ground.aws.watch(id, 'group', true)
    await ground.until('a first poll', () => ground.aws.observed(id).is === 'absent')
  })
  afterEach(() => ground.leave())

  type Order = Parameters<NonNullable<Ground['emulator']>['faults']['order']>[0]
  const order = (fault: Order) => ground.emulator?.faults.order(fault, ground.emulator.clock.now())
  const creates = () => ground.emulator?.ledger().filter(({ action }) => action === 'CreateReplicationGroup') ?? []

  for (const fault of ['dropReplyAfterCommit', 'truncate'] as const) {
    it(`${fault} of a create: it comes back as exists, and was sent once each time`, async () => {
      order({ action: 'CreateReplicationGroup', do: fault })
      const failure = failureIn(await ground.aws.act(createGroup(id)))
      assert.equal(failure.is, 'retryable')
      assert.equal(creates().length, 1)
      assert.equal(ground.aws.observed(id).is, 'unknown')
      assert.deepEqual(await ground.aws.act(createGroup(id)), { is: 'exists' })
      await settled(ground, id)
    })
  }

  const unsent = [
    [{ do: 'resetBeforeCommit' }, 'NetworkError'],
    [{ do: 'throttle' }, 'Throttled'],
    [{ do: 'serverError', status: 500 }, 'AwsUnavailable'],
    [{ do: 'serverError', status: 503 }, 'AwsUnavailable'],
  ] as const
  for (const [fault, reason] of unsent) {
    it(`${JSON.stringify(fault)} of a create: retryable, and the next one is taken`, async () => {
      order({ action: 'CreateReplicationGroup', ...fault })
      const failure = failureIn(await ground.aws.act(createGroup(id)))
      assert.deepEqual([failure.is, failure.reason], ['retryable', reason])
      await done(ground, createGroup(id))
    })
  }

  const codes = [
    ['InsufficientCacheClusterCapacity', 'stalled', 'NoCapacity'],
    ['NodeQuotaForCustomerExceeded', 'stalled', 'QuotaExceeded'],
    ['AccessDenied', 'stalled', 'AccessDenied'],
    ['ExpiredToken', 'retryable', 'CredentialsInvalid'],
    ['NeverHeardOf', 'retryable', 'UnknownError'],
  ] as const
  for (const [code, is, reason] of codes) {
    it(`${code}: ${is} ${reason}`, async () => {
      order({ action: 'CreateReplicationGroup', do: 'error', code })
      const failure = failureIn(await ground.aws.act(createGroup(id)))
      assert.deepEqual([failure.is, failure.reason], [is, reason])
      assert.equal(ground.aws.observed(id).is, 'absent', 'refused by AWS, so nothing was changed')
    })
  }

  it('tells that polls fail, why, and that they are good again', async () => {
    const told: (string | undefined)[] = []
    ground.polling.onHealth((ids) => {
      assert.deepEqual(ids, [id])
      told.push(ground.aws.pollState().failure?.reason)
    })
    order({ action: 'DescribeReplicationGroups', do: 'error', code: 'AccessDenied', count: 2 })
    await ground.until('told twice', () => told.length === 2)
    assert.deepEqual(told, ['AccessDenied', undefined])
    assert.ok((ground.aws.pollState().ageMs ?? Number.POSITIVE_INFINITY) < 60_000)
  })

  it('keeps the picture while polls fail, and goes on when AWS is back', async () => {
    await ground.aws.act(createGroup(id))
    await settled(ground, id)
    const before = groupSeen(ground, id)
    const failures: string[] = []
    ground.polling.onFailure(({ reason }) => failures.push(reason))
    order({ action: 'DescribeCacheClusters', do: 'truncate', count: 2 })
    await ground.until('two polls failed', () => failures.length === 2)
    assert.equal(groupSeen(ground, id), before)
    const { polls } = ground.polling.figures()
    await ground.until('a good poll', () => ground.polling.figures().polls > polls)
    assert.equal(groupSeen(ground, id), before)
  })
})

describe('the budget of polls', () => {
  it('is three pages of groups and five of clusters for 250 settled groups of two nodes, and nothing else', async () => {
    const ground = await openInProcess(1000)
    try {
      const ids = Array.from({ length: 250 }, (_, index) => ground.name(`b${index}`))
      for (const id of ids) {
        ground.aws.watch(id, 'group', false)
        assert.deepEqual(await ground.aws.act(createGroup(id)), { is: 'done' })
      }
      const available = (id: string) => {
        const observed = ground.aws.observed(id)
        return observed.is === 'seen' && observed.cache.state === 'available'
      }
      await ground.until('all available', () => ids.every(available))
      const changed: string[] = []
      const onePoll = async () => {
        const { polls } = ground.polling.figures()
        await ground.until('a poll', () => ground.polling.figures().polls > polls)
      }
      await onePoll()
      ground.polling.onChange((all) => changed.push(...all))
      ground.emulator?.clearLedger()
      for (let look = 0; look < 3; look++) await onePoll()
      const calls = Map.groupBy(ground.emulator?.ledger() ?? [], ({ action }) => action)
      assert.deepEqual(
        [...calls].map(([action, entries]) => [action, entries.length]),
        [
          ['DescribeReplicationGroups', 3 * 3],
          ['DescribeCacheClusters', 3 * 5],
        ],
      )
      assert.deepEqual(changed, [])
    } finally {
      await ground.leave()
    }
  })
})
