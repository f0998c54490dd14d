import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'mocha'
import type { AwsConnection } from '../../src/aws/client/connect.ts'
import { connectedTo } from './connection.ts'
import { type FakeWire, fakeWire, okReply, refusal, type WireReply } from './fake-wire.ts'

const reset: WireReply = { error: Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }) }
const remove = { do: 'DeleteGroup', id: 'x' } as const

describe('the connection to AWS', () => {
  let connection: AwsConnection | undefined
  afterEach(() => connection?.close())

  const connected = (wire: FakeWire, over: { mayWrite?: () => boolean } = {}) => {
    const made = connectedTo(wire, over)
    connection = made
    return made
  }

  it('sends a change once, whatever becomes of it', async () => {
    for (const reply of [reset, refusal('Throttling', 'Rate exceeded'), refusal('InternalFailure', 'oops', 500)]) {
      const wire = fakeWire(reply)
      const { aws } = connected(wire)
      const acted = await aws.act(remove)
      assert.equal(acted.is === 'failed' && acted.failure.is, 'retryable')
      assert.equal(wire.sent.length, 1)
    }
  })

  it('sends a read up to three times', async () => {
    const wire = fakeWire(
      reset,
      reset,
      okReply('ListTagsForResource', '<TagList><Tag><Key>a</Key><Value>b</Value></Tag></TagList>'),
    )
    const { aws, calls } = connected(wire)
    assert.deepEqual(await aws.readTags('arn:aws:elasticache:eu-west-1:1:cluster:x'), { ok: true, value: { a: 'b' } })
    assert.deepEqual(
      calls.map(({ operation, outcome }) => [operation, outcome]),
      [
        ['ListTagsForResource', 'ECONNRESET'],
        ['ListTagsForResource', 'ECONNRESET'],
        ['ListTagsForResource', 'ok'],
      ],
    )
  })

  it('takes a token for every attempt, and slows down at every throttled one', async () => {
    const wire = fakeWire(refusal('Throttling', 'Rate exceeded'), okReply('ListTagsForResource'))
    const { aws, clock, calls, ratePerSecond } = connected(wire)
    const polling = aws.readTags('arn:aws:elasticache:eu-west-1:1:cluster:x')
    while (calls.length < 1) await clock.settle()
    assert.equal(ratePerSecond(), 7.5)
    while (wire.sent.length < 2) await clock.advance(10)
    assert.equal((await polling).ok, true)
  })

  it('sends nothing when the lease has no margin, also when it goes while the request waits for its turn', async () => {
    const wire = fakeWire(okReply('DeleteReplicationGroup'))
    let may = false
    const { aws } = connected(wire, { mayWrite: () => may })
    const refused = await aws.act(remove)
    assert.equal(refused.is === 'failed' && refused.failure.code, 'NoLeaseMargin')
    assert.equal(refused.is === 'failed' && refused.failure.is, 'retryable')
    may = true
    const acting = aws.act(remove)
    may = false
    const late = await acting
    assert.equal(late.is === 'failed' && late.failure.code, 'NoLeaseMargin')
    assert.equal(wire.sent.length, 0)
    may = true
    assert.deepEqual(await aws.act(remove), { is: 'done' })
  })

  it('reads on without a lease', async () => {
    const { aws } = connected(fakeWire(okReply('ListTagsForResource')), { mayWrite: () => false })
    assert.equal((await aws.readTags('arn:aws:elasticache:eu-west-1:1:cluster:x')).ok, true)
  })

  it("does not take a proxy's page for an empty account", async () => {
    const page: WireReply = { http: 200, body: '<html><body>Please log in</body></html>' }
    const { aws, polling, clock } = connected(fakeWire(page))
    aws.watch('x', 'group', true)
    const failures: string[] = []
    polling.onFailure(({ code }) => failures.push(code ?? ''))
    polling.start()
    while (failures.length === 0) await clock.advance(10)
    assert.deepEqual(failures, ['StrangeReply'])
    assert.equal(aws.observed('x').is, 'unknown')
    const acted = await aws.act(remove)
    assert.equal(acted.is === 'failed' && acted.failure.code, 'StrangeReply')
  })

  it('tells neither words nor logs the auth token that AWS echoes', async () => {
    const token = 'Canary0123456789abcdef'
    const wire = fakeWire(refusal('InvalidParameterValue', `The token ${token} has been used before.`))
    const { aws, lines } = connected(wire)
    const acted = await aws.act({ do: 'RotateToken', id: 'x', tokenVersion: '2' }, token)
    assert.equal(wire.sent[0]?.get('AuthToken'), token)
    assert.ok(acted.is === 'failed' && acted.failure.message.includes('InvalidParameterValue'))
    assert.equal(JSON.stringify([acted, lines]).toLowerCase().includes('canary'), false)
    assert.equal(lines.length, 1)
  })

  it('does not know a cache from the begin of its change on', async () => {
    const wire = fakeWire(
      okReply('DescribeReplicationGroups'),
      okReply('DescribeCacheClusters'),
      okReply('DeleteReplicationGroup'),
    )
    const { aws, polling, clock } = connected(wire)
    aws.watch('x', 'group', false)
    polling.start()
    while (!polling.polled) await clock.advance(10)
    assert.equal(aws.observed('x').is, 'absent')
    const acting = aws.act(remove)
    assert.equal(aws.observed('x').is, 'unknown')
    assert.equal((await acting).is, 'done')
    assert.equal(aws.observed('x').is, 'unknown')
    wire.replies = [okReply('Any')]
    const { polls } = polling.figures()
    while (polling.figures().polls === polls) await clock.advance(100)
    assert.equal(aws.observed('x').is, 'absent')
  })

  it('asks for default versions and parameter defaults once an hour', async () => {
    const version =
      '<CacheEngineVersions><CacheEngineVersion><EngineVersion>8.1</EngineVersion><CacheParameterGroupFamily>valkey8</CacheParameterGroupFamily></CacheEngineVersion></CacheEngineVersions>'
    const wire = fakeWire(okReply('DescribeCacheEngineVersions', version))
    const { aws, clock } = connected(wire)
    const expected = { ok: true, value: { engineVersion: '8.1', family: 'valkey8' } }
    assert.deepEqual(await Promise.all([aws.readDefaultVersion('valkey'), aws.readDefaultVersion('valkey')]), [
      expected,
      expected,
    ])
    assert.equal(wire.sent.length, 1)
    await clock.advance(3_600_000)
    await aws.readDefaultVersion('valkey')
    assert.equal(wire.sent.length, 2)
  })

  it('does not keep a default version that it could not read', async () => {
    const wire = fakeWire(refusal('AccessDenied', 'no', 403), okReply('DescribeCacheEngineVersions'))
    const { aws } = connected(wire)
    const denied = await aws.readDefaultVersion('valkey')
    assert.equal(!denied.ok && denied.failure.reason, 'AccessDenied')
    const none = await aws.readDefaultVersion('valkey')
    assert.equal(!none.ok && none.failure.reason, 'NotSupported')
  })

  it('says that AWS cannot be polled when that begins and every five minutes while it lasts, and once when it ended', async () => {
    const wire = fakeWire(refusal('AccessDenied', 'no', 403))
    const { aws, polling, clock, lines } = connected(wire)
    aws.watch('x', 'group', false)
    polling.start()
    while (wire.sent.length < 4) await clock.advance(500)
    const told = () => lines.map(({ message, fields }) => [message, fields.reason])
    assert.deepEqual(told(), [['AWS cannot be polled', 'AccessDenied']])
    while (lines.length < 2) await clock.advance(1000)
    assert.ok(Number(lines[1]?.fields.outageSeconds) >= 300)
    while (lines.length < 3) await clock.advance(1000)
    assert.ok(Number(lines[2]?.fields.outageSeconds) >= 600)
    wire.replies = [okReply('Any')]
    while (!polling.polled) await clock.advance(500)
    assert.deepEqual(told().slice(2), [
      ['AWS cannot be polled', 'AccessDenied'],
      ['AWS can be polled again', undefined],
    ])
  })

  it("logs fixed sentences, and beside them AWS's words and its request id, never in a field called message", async () => {
    const wire = fakeWire(refusal('InvalidParameterValue', 'The value 9.9 is wrong'), okReply('DeleteReplicationGroup'))
    const { aws, lines } = connected(wire)
    await aws.act(remove)
    await aws.act(remove)
    assert.deepEqual(
      lines.map(({ message }) => message),
      ['AWS did not take a change', 'AWS took a change'],
    )
    const [refused, taken] = lines
    assert.equal(refused?.fields.words, 'The value 9.9 is wrong.')
    assert.deepEqual([refused?.fields.requestId, taken?.fields.requestId], ['1', '1'])
    for (const { fields } of lines) assert.equal('message' in fields, false)
  })

  it('refuses whatever comes after it was closed', async () => {
    const wire = fakeWire(okReply('DeleteReplicationGroup'))
    const { aws, close } = connected(wire)
    close()
    const acted = await aws.act(remove)
    assert.equal(acted.is === 'failed' && acted.failure.code, 'Closing')
    assert.equal(wire.sent.length, 0)
  })
})
