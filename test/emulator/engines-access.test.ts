import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'mocha'
import type { NodeWanted } from '../../emulator/engines/port.ts'
import type { ProcessEngines } from '../../emulator/engines/processes.ts'
import { front, hangUp, node, redisAt, settle, startEngines } from './engines-fixture.ts'

const [A, B, C] = ['token-A-canary-000001', 'token-B-canary-000002', 'token-C-canary-000003'] as const

describe('tokens and TLS of the processes behind the emulator', () => {
  let engines: ProcessEngines & { readonly said: readonly string[] }
  const primary = node('t-001/0001', { tls: 'required', authTokens: [A] })
  const replica = node('t-002/0001', { tls: 'required', authTokens: [A], primary: primary.key })
  const byName = front('t/primary', 'primary', [primary, replica])
  const at = ({ key, port }: { key: string; port: number }) => engines.address(key, port)
  const pidOf = ({ key }: NodeWanted) => engines.pids().get(key)
  const both = (changes: Partial<NodeWanted>) =>
    settle(
      engines,
      [primary, replica].map((each) => ({ ...each, ...changes })),
      [byName],
    )
  const secured = (to: { key: string; port: number } = primary) => redisAt(at(to), engines.caFile)
  const plain = (to: { key: string; port: number } = primary) => redisAt(at(to))
  const asked = (token: string) => secured().call('AUTH', token)

  before(async () => {
    engines = await startEngines()
    await both({})
  })
  afterEach(hangUp)
  after(() => engines.stop())

  it('without the token nothing is answered, with it everything', async () => {
    const redis = secured()
    await assert.rejects(redis.call('GET', 'a'), /NOAUTH/)
    await assert.rejects(redis.call('AUTH', B), /WRONGPASS/)
    assert.equal(await redis.call('AUTH', A), 'OK')
    assert.equal(await redis.call('SET', 'a', '1'), 'OK')
  })

  it('the replica replicates over TLS with a user of its own', async () => {
    const redis = secured(replica)
    await redis.call('AUTH', A)
    assert.match(String(await redis.call('INFO', 'replication')), /master_link_status:up/)
  })

  it('a client that speaks without TLS is turned away', async () => {
    await assert.rejects(plain().call('PING'))
  })

  it('the certificate is valid for the node, for the front and for localhost, and signed by the CA', async () => {
    for (const address of [primary, replica, byName])
      assert.equal(await secured(address).call('AUTH', A), 'OK', address.key)
  })

  it('while a token is rotated both are valid, in the same process; then only the new one', async () => {
    const pid = pidOf(primary)
    const old = secured()
    await old.call('AUTH', A)
    await both({ authTokens: [A, B] })
    assert.deepEqual(await Promise.all([asked(A), asked(B)]), ['OK', 'OK'])
    await both({ authTokens: [B, C] })
    assert.deepEqual(await Promise.all([asked(B), asked(C)]), ['OK', 'OK'])
    await assert.rejects(asked(A), /WRONGPASS/)
    await both({ authTokens: [C] })
    await assert.rejects(asked(B), /WRONGPASS/)
    assert.equal(await old.call('GET', 'a'), '1', 'a connection that is open stays')
    assert.equal(pidOf(primary), pid)
    await both({})
  })

  it('while a first token is introduced, clients without it are served, wrong ones are not', async () => {
    await both({ authTokens: [B], openToo: true })
    assert.equal(await secured().call('GET', 'a'), '1')
    assert.equal(await asked(B), 'OK')
    await assert.rejects(asked(A), /WRONGPASS/)
    await assert.rejects(plain().call('PING'))
    await both({ authTokens: [B] })
    await assert.rejects(secured().call('GET', 'a'), /NOAUTH/)
    await both({})
  })

  it('TLS is introduced without a restart, and both kinds of client are served meanwhile', async () => {
    const open = { authTokens: [] }
    await both({ ...open, tls: 'disabled' })
    const pid = pidOf(primary)
    const early = plain()
    assert.equal(await early.call('SET', 'b', '2'), 'OK')
    await both({ ...open, tls: 'preferred' })
    assert.equal(await plain().call('GET', 'b'), '2')
    assert.equal(await secured().call('GET', 'b'), '2')
    assert.equal(await early.call('GET', 'b'), '2')
    await both({ ...open, tls: 'required' })
    assert.equal(await secured().call('GET', 'b'), '2')
    await assert.rejects(plain().call('PING'))
    assert.equal(pidOf(primary), pid)
    await both({})
  })

  it('no token and no password of our own is ever said', () => {
    const words = [...engines.said, ...engines.failed().values()].join('\n')
    assert.doesNotMatch(words, /canary/)
    assert.ok(engines.said.length > 0 || words === '')
  })
})
