import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { type AwsConnection, connectAws } from '../../src/aws/client/connect.ts'
import { fleetOf, type Target } from '../../src/aws/fleet.ts'
import { fakeClock } from '../loop/fake-clock.ts'
import { fakeWire, okReply } from './fake-wire.ts'

const here: Target = { region: 'eu-west-1' }
const there: Target = { region: 'eu-west-1', account: '210987654321', role: 'arn:aws:iam::210987654321:role/larder' }

describe('the fleet of connections', () => {
  const scene = () => {
    const clock = fakeClock()
    const made: { readonly target: Target; closed: boolean }[] = []
    const connect = (target: Target): AwsConnection => {
      const one = { target, closed: false }
      made.push(one)
      const connection = connectAws({
        region: target.region,
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
        requestHandler: fakeWire(okReply('Any')).requestHandler,
        clock,
        random: () => 0.5,
        mayWrite: () => true,
        log: { info: () => {}, warn: () => {} },
      })
      return {
        ...connection,
        close: () => {
          one.closed = true
          connection.close()
        },
      }
    }
    return { clock, made, fleet: fleetOf({ clock, connect }) }
  }

  it('opens a connection at its first use, and the same one serves all who ask', () => {
    const { fleet, made } = scene()
    assert.equal(made.length, 0)
    assert.equal(fleet.for(here), fleet.for({ ...here }))
    assert.equal(made.length, 1)
    fleet.close()
  })

  it('has one connection for each account, region and role', () => {
    const { fleet, made } = scene()
    fleet.for(here)
    fleet.for(there)
    fleet.for({ ...here, region: 'eu-central-1' })
    assert.deepEqual(
      made.map(({ target }) => target.region),
      ['eu-west-1', 'eu-west-1', 'eu-central-1'],
    )
    assert.equal(fleet.open().length, 3)
    fleet.close()
  })

  it('ends a connection a minute after its last cache was forgotten, and opens another when it is asked again', async () => {
    const { fleet, made, clock } = scene()
    fleet.for(here).aws.watch('x', 'group', false)
    fleet.for(here).aws.watch('y', 'group', false)
    fleet.for(here).aws.forget('x')
    await clock.advance(120_000)
    assert.equal(made[0]?.closed, false)
    fleet.for(here).aws.forget('y')
    await clock.advance(59_000)
    assert.equal(made[0]?.closed, false)
    await clock.advance(1000)
    assert.equal(made[0]?.closed, true)
    assert.deepEqual(fleet.open(), [])
    fleet.for(here)
    assert.equal(made.length, 2)
    fleet.close()
  })

  it('keeps a connection where a cache comes to be watched before the minute is over', async () => {
    const { fleet, made, clock } = scene()
    fleet.for(here).aws.watch('x', 'group', false)
    fleet.for(here).aws.forget('x')
    await clock.advance(30_000)
    fleet.for(here).aws.watch('z', 'group', false)
    await clock.advance(300_000)
    assert.equal(made[0]?.closed, false)
    fleet.close()
    assert.equal(made[0]?.closed, true)
  })
})
