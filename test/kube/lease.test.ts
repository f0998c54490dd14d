import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'mocha'
import { type FakeClock, fakeClock } from '../loop/fake-clock.ts'
import { type LeaseProcess, type LeaseServer, leaseProcess, leaseServer } from './lease-world.ts'

describe('the lease', () => {
  let clock: FakeClock
  let server: LeaseServer
  let cut: Set<string>
  const launch = (identity: string): LeaseProcess => {
    const process = leaseProcess({
      clock,
      server,
      identity,
      drift: 1,
      trip: () => (cut.has(identity) ? { thereMs: undefined, backMs: undefined } : { thereMs: 5, backMs: 5 }),
    })
    process.elector.start()
    return process
  }

  beforeEach(() => {
    clock = fakeClock()
    server = leaseServer()
    cut = new Set()
  })

  it('is taken at once when there is none, and renewed every two seconds', async () => {
    const one = launch('one')
    assert.equal(one.elector.margin(), false)
    await clock.advance(100)
    await one.elector.held
    assert.equal(one.elector.margin(), true)
    assert.equal(server.record?.holder, 'one')
    assert.equal(server.record?.durationSeconds, 15)
    const before = server.writes
    await clock.advance(20_000)
    assert.ok(server.writes - before >= 9 && server.writes - before <= 10)
  })

  it('passes to another when its holder dies, fifteen seconds after its last sign of life, not sooner', async () => {
    const one = launch('one')
    await clock.advance(1000)
    const two = launch('two')
    await clock.advance(3500)
    one.crash()
    await clock.advance(14_000)
    assert.equal(two.elector.margin(), false)
    await clock.advance(5000)
    assert.equal(two.elector.margin(), true)
    assert.equal(server.record?.transitions, 1)
  })

  it('passes to another without a wait when its holder lets go, and that one leads no more at once', async () => {
    const one = launch('one')
    await clock.advance(1000)
    const two = launch('two')
    await clock.advance(1000)
    const released = one.elector.release()
    assert.equal(one.elector.margin(), false)
    await clock.advance(3000)
    await released
    assert.equal(two.elector.margin(), true)
    assert.equal(one.lost, false)
  })

  it('is lost at the deadline when the API server is away, before anybody else may have it', async () => {
    const one = launch('one')
    await clock.advance(1000)
    cut.add('one')
    await clock.advance(6000)
    assert.equal(one.elector.margin(), true)
    await clock.advance(5000)
    assert.equal(one.lost, true)
    assert.match(await one.elector.lost, /not renewed within 10000 ms/)
    assert.equal(one.elector.margin(), false)
  })

  it('is lost at once when another is seen to hold it', async () => {
    const one = launch('one')
    await clock.advance(1000)
    const before = server.record
    assert.ok(before)
    await server.handle((lock) => lock.replace({ ...before, holder: 'thief' }, before.version))
    await clock.advance(2100)
    assert.equal(one.lost, true)
    assert.match(await one.elector.lost, /thief/)
  })

  it('has no margin the moment a process that was stopped for thirty seconds goes on', async () => {
    const one = launch('one')
    await clock.advance(1000)
    const two = launch('two')
    await clock.advance(1000)
    one.pause(false)
    await clock.advance(30_000)
    let margin: boolean | undefined
    one.resume(() => {
      margin = one.elector.margin()
    })
    assert.equal(margin, false)
    assert.equal(one.lost, true)
    assert.equal(two.elector.margin(), true)
  })

  it('has no margin the moment a machine that was suspended wakes up, though its monotonic clock stood still', async () => {
    const one = launch('one')
    await clock.advance(1000)
    const two = launch('two')
    await clock.advance(1000)
    one.pause(true)
    await clock.advance(30_000)
    let margin: boolean | undefined
    one.resume(() => {
      margin = one.elector.margin()
    })
    assert.equal(margin, false)
    await clock.advance(3000)
    assert.equal(one.lost, true)
    assert.equal(two.elector.margin(), true)
  })

  it('survives dates that jump by an hour', async () => {
    const one = launch('one')
    await clock.advance(1000)
    for (const ms of [3_600_000, -7_200_000]) {
      one.jumpWall(ms)
      await clock.advance(4000)
      assert.equal(one.elector.margin(), true)
      assert.equal(one.lost, false)
    }
  })

  it('survives an answer that got lost after the server had taken the renewal', async () => {
    let drop = false
    const one = leaseProcess({
      clock,
      server,
      identity: 'one',
      drift: 1,
      trip: () => ({ thereMs: 5, backMs: drop ? undefined : 5 }),
    })
    one.elector.start()
    await clock.advance(1000)
    drop = true
    await clock.advance(2500)
    drop = false
    await clock.advance(20_000)
    assert.equal(one.elector.margin(), true)
    assert.equal(one.lost, false)
  })

  it('is not taken by a witness when it is deleted under the hands of its holder', async () => {
    const one = launch('one')
    await clock.advance(1000)
    const two = launch('two')
    await clock.advance(2500)
    cut.add('one')
    server.remove()
    await clock.advance(4000)
    assert.equal(one.elector.margin(), true)
    assert.equal(two.elector.margin(), false)
    await clock.advance(15_000)
    assert.equal(one.elector.margin(), false)
    assert.equal(two.elector.margin(), true)
  })
})
