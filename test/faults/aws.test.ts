import assert from 'node:assert/strict'
import { before, describe, it } from 'mocha'
import { cacheCluster, until, worldForSuite } from '../world/world.ts'

type Row = readonly [
  sentence: string,
  fault: { readonly action: string; readonly do: string; readonly [more: string]: unknown },
]

/** Each strikes the calls for one cache; the others go their way meanwhile. */
const CALLS: readonly Row[] = [
  ['the reply of the create is lost', { action: 'CreateReplicationGroup', do: 'dropReplyAfterCommit' }],
  ['the create is reset before AWS has done it', { action: 'CreateReplicationGroup', do: 'resetBeforeCommit' }],
  ['the create is throttled twice', { action: 'CreateReplicationGroup', do: 'throttle', count: 2 }],
  ['the create meets a server error twice', { action: 'CreateReplicationGroup', do: 'serverError', count: 2 }],
  ['the reply of the create takes 3 s', { action: 'CreateReplicationGroup', do: 'delay', delayMs: 3000 }],
  ['nothing is heard of a create that is done', { action: 'CreateReplicationGroup', do: 'timeout', carriedOut: true }],
  ['the reply of the delete is lost', { action: 'DeleteReplicationGroup', do: 'dropReplyAfterCommit' }],
  ['the delete is throttled', { action: 'DeleteReplicationGroup', do: 'throttle' }],
]

/** Each strikes what all caches share, so one comes after the other. */
const LOOKS: readonly Row[] = [
  ['looks are throttled twice', { action: 'DescribeReplicationGroups', do: 'throttle', count: 2 }],
  ['looks meet a server error twice', { action: 'DescribeCacheClusters', do: 'serverError', count: 2 }],
  ['looks do not show the new cache at first', { action: '*', do: 'notFoundAfterCreate', count: 6 }],
  ['looks show what was six seconds ago', { action: '*', do: 'stale', lagMs: 6000, seconds: 40 }],
  ['the reply of a look is cut off', { action: 'DescribeReplicationGroups', do: 'truncate' }],
  ['the credentials have expired for three calls', { action: '*', do: 'expiredCredentials', count: 3 }],
  ['AWS lets one call a second pass', { action: '*', do: 'throttleBucket', ratePerSecond: 1, burst: 1, seconds: 15 }],
]

/** Whatever goes wrong on the way to AWS: one cache, one pair of Secrets, and after a delete nothing. */
describe('faults of AWS', () => {
  const world = worldForSuite({ emulator: ['--nodes', 'none'], operator: ['--leader-elect=false'] })

  const struckBy = async (result: string) => (await world().calls()).some(({ fault }) => fault === result)
  const createdOnce = async (name: string) => {
    await world().ready(name)
    const created = (await world().calls()).filter(
      ({ action, id, outcome }) =>
        action === 'CreateReplicationGroup' && id === `larder-default-${name}` && outcome === 'ok',
    )
    assert.equal(created.length, 1)
    assert.ok((await world().secret(name))?.uri)
    assert.ok((await world().secret(`${name}-env`))?.REDIS_URL)
  }
  const deletedWhole = async () => {
    await world().kubectl('delete', 'cachecluster', '--all', '--timeout=200s')
    const { worlds } = await world().emulator<{ worlds: readonly { groups: object; clusters: object }[] }>('/_world')
    for (const { groups, clusters } of worlds) assert.deepEqual([groups, clusters], [{}, {}])
  }

  describe('that strike the calls for one cache', () => {
    const nameOf = (index: number) => `call-${index}`

    before(async () => {
      for (const [index, [, fault]] of CALLS.entries()) {
        await world().fault({ ...fault, id: `larder-default-${nameOf(index)}` })
      }
      await world().apply(...CALLS.map((_, index) => cacheCluster(nameOf(index))))
    })

    for (const [index, [sentence]] of CALLS.entries()) {
      it(`${sentence}: it is created once`, () => createdOnce(nameOf(index)))
    }

    it('all are deleted whole, and each fault has struck', async () => {
      await deletedWhole()
      const calls = await world().calls()
      for (const [index, [sentence, fault]] of CALLS.entries()) {
        const struck = calls.filter(({ id, ...call }) => id?.endsWith(nameOf(index)) && call.fault === fault.do)
        assert.equal(struck.length, fault['count'] ?? 1, sentence)
      }
      await world().clearFaults()
    })
  })

  describe('that strike what all caches share', () => {
    for (const [index, [sentence, fault]] of LOOKS.entries()) {
      it(`${sentence}: created once, deleted whole`, async () => {
        await world().fault(fault)
        await world().apply(cacheCluster(`look-${index}`))
        await createdOnce(`look-${index}`)
        assert.ok(await struckBy(fault.do))
        await deletedWhole()
        await world().clearFaults()
      })
    }
  })

  describe('that last', () => {
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
      await world().clearFaults()
    })
  })

  describe('when they are over', () => {
    it('the Secrets of all of them are collected by Kubernetes', () =>
      until('the Secrets to be collected', async () => (await world().kubectl('get', 'secrets', '-o', 'name')) === ''))
  })
})
