import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'mocha'
import type { AwsAction } from '../../src/plan/core/action.ts'
import { type Connected, connectedTo, pictured } from './connection.ts'
import { type FakeWire, fakeWire, okReply, refusal, type WireReply } from './fake-wire.ts'

const remove: AwsAction = { do: 'DeleteGroup', id: 'x' }
const create: AwsAction = {
  do: 'CreateGroup',
  id: 'x',
  description: 'd',
  group: { engine: 'valkey', nodeType: 'cache.t4g.micro', shards: 1, replicasPerShard: 0 },
  tags: {},
  withToken: false,
}
const groups = `<ReplicationGroups><ReplicationGroup><ReplicationGroupId>x</ReplicationGroupId><Status>available</Status></ReplicationGroup></ReplicationGroups>`

describe('what a change that was not taken does to the picture', () => {
  let connection: Connected | undefined
  afterEach(() => connection?.close())

  /** The picture has the group x, or nothing; changes are answered as told. */
  const scene = async (reply: WireReply, there: boolean) => {
    const wire: FakeWire = fakeWire()
    wire.answer = (action) => {
      if (action === 'DescribeReplicationGroups') return okReply(action, there ? groups : '')
      return action.startsWith('Describe') ? okReply(action) : reply
    }
    const made = connectedTo(wire)
    connection = made
    made.aws.watch('x', 'group', false)
    await pictured(made)
    const changed: string[] = []
    made.polling.onChange((ids) => changed.push(...ids))
    return { ...made, wire, changed }
  }

  const refusals = [
    ['InvalidParameterValue', 400],
    ['InvalidParameterCombination', 400],
    ['NodeQuotaForCustomerExceeded', 400],
    ['InsufficientCacheClusterCapacity', 400],
    ['InvalidReplicationGroupState', 400],
    ['CacheParameterGroupNotFound', 404],
    ['AccessDenied', 403],
    ['Throttling', 400],
    ['NeverHeardOf', 400],
  ] as const
  for (const [code, http] of refusals) {
    it(`${code}: nothing was changed, so the cache stays known, nobody is told and no poll comes sooner`, async () => {
      const { aws, wire, changed, clock } = await scene(refusal(code, 'no', http), true)
      const before = aws.observed('x')
      const polls = () => wire.actions().filter((action) => action === 'DescribeReplicationGroups').length
      const polled = polls()
      assert.equal((await aws.act({ do: 'ModifyGroup', id: 'x', set: {}, when: 'Now' })).is, 'failed')
      assert.deepEqual(aws.observed('x'), before)
      assert.equal(aws.sinceWriteMs('x'), undefined)
      await clock.advance(50_000)
      assert.equal(polls(), polled)
      await clock.advance(20_000)
      assert.equal(polls(), polled + 1)
      assert.deepEqual(changed, [])
    })
  }

  it('a refused change once every 15 minutes is all that a wrong spec costs: 60 polls an hour, and 4 changes', async () => {
    const { aws, wire, clock } = await scene(refusal('InvalidParameterValue', 'no'), false)
    wire.sent.length = 0
    for (let quarter = 0; quarter < 4; quarter++) {
      await aws.act(create)
      await clock.advance(900_000)
    }
    const counts = Map.groupBy(wire.actions(), (action) => action)
    assert.equal(counts.get('CreateReplicationGroup')?.length, 4)
    assert.ok((counts.get('DescribeReplicationGroups')?.length ?? 0) <= 60)
  })

  const page: WireReply = { http: 200, body: '<html>Please log in</html>' }
  const doubtful: readonly [string, WireReply][] = [
    ['a connection that broke', { error: Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }) }],
    ['a time-out', { error: Object.assign(new Error('too long'), { name: 'TimeoutError' }) }],
    ['a 500', refusal('InternalFailure', 'oops', 500)],
    ['a 503', refusal('ServiceUnavailable', 'oops', 503)],
    ["a proxy's page", page],
    ["a proxy's refusal", { http: 403, body: '<html>Forbidden</html>' }],
  ]
  for (const [name, reply] of doubtful) {
    it(`${name}: it may have been made, so the cache is unknown until the next poll, which comes soon and is told`, async () => {
      const { aws, changed, clock } = await scene(reply, true)
      assert.equal((await aws.act(remove)).is, 'failed')
      assert.equal(aws.observed('x').is, 'unknown')
      assert.notEqual(aws.sinceWriteMs('x'), undefined)
      await clock.advance(6000)
      assert.equal(aws.observed('x').is, 'seen')
      assert.deepEqual(changed, ['x'])
    })
  }

  it('exists, where the picture has nothing: then the picture is wrong', async () => {
    const { aws } = await scene(refusal('ReplicationGroupAlreadyExists', 'it is there'), false)
    assert.deepEqual(await aws.act(create), { is: 'exists' })
    assert.equal(aws.observed('x').is, 'unknown')
  })

  it('exists, as the picture has it: it stays', async () => {
    const { aws } = await scene(refusal('ReplicationGroupAlreadyExists', 'it is there'), true)
    assert.deepEqual(await aws.act(create), { is: 'exists' })
    assert.equal(aws.observed('x').is, 'seen')
  })

  it('absent, where the picture has it: then the picture is wrong', async () => {
    const { aws } = await scene(refusal('ReplicationGroupNotFoundFault', 'it is gone', 404), true)
    assert.deepEqual(await aws.act(remove), { is: 'absent' })
    assert.equal(aws.observed('x').is, 'unknown')
  })

  it('absent, as the picture has it: it stays', async () => {
    const { aws } = await scene(refusal('ReplicationGroupNotFoundFault', 'it is gone', 404), false)
    assert.deepEqual(await aws.act(remove), { is: 'absent' })
    assert.equal(aws.observed('x').is, 'absent')
  })
})
