import assert from 'node:assert/strict'
import { awsEventsTeller } from '../../src/controllers/aws-events.ts'
import { createMemory } from '../../src/controllers/memory.ts'
import type { KubeEvent } from '../../src/kube/port.ts'
import { fakeClock } from '../loop/fake-clock.ts'

type Clients = Parameters<typeof awsEventsTeller>[0]

const scene = () => {
  const clock = fakeClock()
  const memory = createMemory(clock, () => 0.5)
  memory.setId('CacheCluster/shop/web', 'k-shop-web')
  const told: string[] = []
  const asked: number[] = []
  let events: { time: string; sourceId: string; message: string }[] = []
  const kube = {
    read: (_: unknown, key: { name: string }) => ({ metadata: { name: key.name } }),
    emit: (object: { metadata: { name: string } }, { message }: KubeEvent) =>
      told.push(`${object.metadata.name}: ${message}`),
  }
  const aws = {
    eventsSince: async (sinceMs: number) => {
      asked.push(sinceMs)
      return { ok: true, value: events }
    },
  }
  const tell = awsEventsTeller({ aws, kube, memory, clock } as unknown as Clients)
  const event = (sourceId: string, message: string) => ({
    time: new Date(clock.wallMs()).toISOString(),
    sourceId,
    message,
  })
  const happen = (...list: typeof events) => {
    events = [...events, ...list]
  }
  return { clock, told, asked, tell, event, happen }
}

describe('what ElastiCache itself tells', () => {
  it('is told of the object whose group or member it is about, each once', async () => {
    const { clock, told, tell, event, happen } = scene()
    await clock.advance(301_000)
    happen(
      event('k-shop-web', 'Failover complete'),
      event('k-shop-web-002', 'Node replaced'),
      event('other', 'Created'),
    )
    await tell(false)
    await clock.advance(301_000)
    await tell(false)
    assert.deepEqual(told, ['web: k-shop-web: Failover complete', 'web: k-shop-web-002: Node replaced'])
  })

  it('is asked for every five minutes while all is settled, every thirty seconds while something is under way', async () => {
    const { clock, asked, tell } = scene()
    await tell(true)
    await clock.advance(31_000)
    await tell(false)
    await tell(true)
    await tell(true)
    await clock.advance(301_000)
    await tell(false)
    assert.equal(asked.length, 2)
  })

  it('is not told when it happened before the operator began', async () => {
    const { clock, told, tell, happen } = scene()
    happen({ time: new Date(clock.wallMs() - 60_000).toISOString(), sourceId: 'k-shop-web', message: 'Old' })
    await clock.advance(301_000)
    await tell(false)
    assert.deepEqual(told, [])
  })
})
