import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { cacheCluster, until, worldForSuite } from './world.ts'

/** Whatever goes wrong on the way to AWS: one cache, one pair of Secrets, and after a delete nothing. */
describe('faults of AWS', function () {
  this.timeout(240_000)
  const world = worldForSuite({ emulator: ['--nodes', 'none'], operator: ['--no-leader-elect'] })

  const rows = [
    [
      'the reply of the create is lost after AWS has done it',
      { action: 'CreateReplicationGroup', do: 'dropReplyAfterCommit' },
    ],
    ['the create is reset before AWS has done it', { action: 'CreateReplicationGroup', do: 'resetBeforeCommit' }],
    ['the create is throttled three times', { action: 'CreateReplicationGroup', do: 'throttle', count: 3 }],
    ['the create meets a server error twice', { action: 'CreateReplicationGroup', do: 'serverError', count: 2 }],
    ['the reply of the create takes 3 s', { action: 'CreateReplicationGroup', do: 'delay', delayMs: 3000 }],
    ['looks are throttled four times', { action: 'DescribeReplicationGroups', do: 'throttle', count: 4 }],
    ['looks meet a server error four times', { action: 'DescribeCacheClusters', do: 'serverError', count: 4 }],
    ['looks do not show the new cache at first', { action: '*', do: 'notFoundAfterCreate', count: 6 }],
    ['looks show what was three seconds ago', { action: '*', do: 'stale', lagMs: 3000, seconds: 40 }],
    [
      'nothing is heard of the create, which AWS has carried out',
      { action: 'CreateReplicationGroup', do: 'timeout', carriedOut: true },
    ],
    ['the credentials have expired for five calls', { action: '*', do: 'expiredCredentials', count: 5 }],
    [
      'AWS lets two calls a second pass, and throttles the rest',
      { action: '*', do: 'throttleBucket', ratePerSecond: 2, burst: 2 },
    ],
    ['the reply of a look is cut off', { action: 'DescribeReplicationGroups', do: 'truncate' }],
    ['the reply of the delete is lost', { action: 'DeleteReplicationGroup', do: 'dropReplyAfterCommit' }],
    ['the delete is throttled twice', { action: 'DeleteReplicationGroup', do: 'throttle', count: 2 }],
  ] as const

  for (const [index, [sentence, fault]] of rows.entries()) {
    it(`${sentence}: created once, deleted whole`, async () => {
      const name = `fault-${index}`
      await world().fault(fault)
      await world().apply(cacheCluster(name))
      await world().ready(name)
      const created = (await world().calls()).filter(
        (call) =>
          call.action === 'CreateReplicationGroup' && call.id === `larder-default-${name}` && call.outcome === 'ok',
      )
      assert.equal(created.length, 1)
      assert.ok((await world().secret(name))?.uri)
      assert.ok((await world().secret(`${name}-env`))?.REDIS_URL)
      await world().kubectl('delete', 'cachecluster', name, '--timeout=120s')
      const { worlds } = await world().emulator<{ worlds: readonly { groups: object; clusters: object }[] }>('/_world')
      for (const { groups, clusters } of worlds) assert.deepEqual([groups, clusters], [{}, {}])
      await until(
        'the Secrets to be collected',
        async () => (await world().kubectl('get', 'secrets', '-o', 'name')) === '',
      )
      await world().clearFaults()
    })
  }

  it('what AWS refuses for good is Stalled with the words of AWS', async () => {
    await world().fault({
      action: 'CreateReplicationGroup',
      do: 'error',
      code: 'InsufficientCacheClusterCapacity',
      message: 'No capacity in us-east-1a.',
      count: 100,
    })
    await world().apply(cacheCluster('refused'))
    await until('Stalled', async () => (await world().condition('refused', 'Stalled'))?.status === 'True')
    const stalled = await world().condition('refused', 'Stalled')
    assert.equal(stalled?.reason, 'NoCapacity')
    assert.match(stalled?.message ?? '', /No capacity in us-east-1a/)
    assert.equal((await world().condition('refused', 'Ready'))?.status, 'False')
    assert.equal(await world().condition('refused', 'Reconciling'), undefined)
    await world().kubectl('delete', 'cachecluster', 'refused', '--timeout=60s')
  })
})
