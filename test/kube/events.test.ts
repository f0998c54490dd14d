import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { afterEach, beforeEach, describe, it } from 'mocha'
import type { KubeObject } from '../../src/kube/port.ts'
import type { Transport } from '../../src/kube/transport/transport.ts'
import { type Events, type EventsOptions, eventRecorderOf, microTimeOf } from '../../src/kube/write/events.ts'
import { type FakeClock, fakeClock } from '../loop/fake-clock.ts'
import { type Answer, answerJson, type FakeApi, refuse, startFakeApi, statusBody } from './fake-api.ts'
import { memoryLog } from './memory-log.ts'
import { until } from './until.ts'

const object: KubeObject = {
  apiVersion: 'larder.dev/v1alpha1',
  kind: 'CacheCluster',
  metadata: { name: 'sessions', namespace: 'shop', uid: 'u1', resourceVersion: '7' },
}
const ready = { type: 'Normal', reason: 'Ready', message: 'it is' } as const

describe('events', () => {
  let api: FakeApi
  let transport: Transport
  let clock: FakeClock
  let events: Events
  let sent: { readonly to: string; readonly body: Record<string, unknown> }[]

  const readBody = async (request: IncomingMessage): Promise<Record<string, unknown>> => {
    let text = ''
    for await (const chunk of request) text += chunk
    return JSON.parse(text) as Record<string, unknown>
  }
  const accept: Answer = (request, response) => {
    void readBody(request).then((body) => {
      sent.push({ to: `${request.method} ${request.url}`, body })
      answerJson(response, 201, { metadata: { name: `event-${sent.length}`, uid: 'e', resourceVersion: '1' } })
    })
  }
  const set = (options: Partial<EventsOptions> = {}) => {
    events = eventRecorderOf({ transport, clock, log: memoryLog(), instance: 'larder-0', ...options })
  }

  beforeEach(async () => {
    api = await startFakeApi()
    transport = api.transport()
    clock = fakeClock()
    sent = []
    api.next.other.push(...Array.from({ length: 30 }, () => accept))
    set()
  })
  afterEach(async () => {
    await transport.close()
    await api.close()
  })

  it('stand in the namespace of their object, say who reports, and name no more than they may', async () => {
    events.emit(object, { ...ready, message: '€'.repeat(1000) })
    await events.flushed()
    const [event] = sent
    assert.equal(event?.to, 'POST /apis/events.k8s.io/v1/namespaces/shop/events')
    const { note, regarding, eventTime, reportingInstance } = event.body
    assert.ok(typeof note === 'string' && Buffer.byteLength(note) <= 1024 && /^€+…$/.test(note))
    assert.deepEqual(regarding, { apiVersion: object.apiVersion, kind: 'CacheCluster', ...object.metadata })
    assert.equal(eventTime, microTimeOf(clock.wallMs()))
    assert.match(String(eventTime), /\.\d{6}Z$/)
    assert.equal(reportingInstance, 'larder-0')
  })

  it('that repeat within ten minutes become a series, written down at most once a minute', async () => {
    for (let i = 0; i < 10; i++) events.emit(object, ready)
    await events.flushed()
    assert.equal(sent.length, 1)
    await clock.advance(61_000)
    for (let i = 0; i < 10; i++) events.emit(object, ready)
    await events.flushed()
    assert.equal(sent.length, 2)
    assert.equal(sent[1]?.to, 'PATCH /apis/events.k8s.io/v1/namespaces/shop/events/event-1')
    assert.equal((sent[1].body['series'] as { count: number }).count, 11)
  })

  it('are new ones after ten quiet minutes, and when the words or the object differ', async () => {
    events.emit(object, ready)
    await clock.advance(601_000)
    events.emit(object, ready)
    events.emit(object, { ...ready, message: 'other words' })
    events.emit({ ...object, metadata: { ...object.metadata, uid: 'u2' } }, ready)
    await events.flushed()
    assert.deepEqual(
      sent.map(({ to }) => to.split(' ')[0]),
      ['POST', 'POST', 'POST', 'POST'],
    )
  })

  it('whose first telling has expired are told anew', async () => {
    events.emit(object, ready)
    await events.flushed()
    await clock.advance(61_000)
    api.next.other.unshift((_request, response) =>
      answerJson(response, 404, statusBody(404, 'NotFound', { details: { name: 'event-1' } })),
    )
    events.emit(object, ready)
    await events.flushed()
    assert.equal(sent.length, 2)
    assert.ok(sent[1]?.to.startsWith('POST'))
    assert.equal(events.dropped(), 0)
  })

  it('that the server refuses are dropped and counted, and the next goes through', async () => {
    api.next.other.unshift(refuse(500, 'InternalError'), (request) => void request.socket.resetAndDestroy())
    for (const message of ['a', 'b', 'c']) events.emit(object, { ...ready, message })
    await events.flushed()
    assert.equal(events.dropped(), 2)
    assert.deepEqual(
      sent.map(({ body }) => body['note']),
      ['c'],
    )
  })

  it('for which there is no room are dropped and counted', async () => {
    set({ queueLimit: 3 })
    for (let i = 0; i < 10; i++) events.emit(object, { ...ready, message: `${i}` })
    // One is on its way already, three wait.
    assert.equal(events.dropped(), 6)
    await events.flushed()
    assert.equal(sent.length, 4)
  })

  it('are waited for no longer than asked: a stop has a lease to give back', async () => {
    api.next.other.unshift(() => undefined)
    events.emit(object, ready)
    await until(() => api.requests.length === 1, 'the request')
    let flushed = false
    void events.flushed(3000).then(() => {
      flushed = true
    })
    await clock.advance(2999)
    assert.equal(flushed, false)
    await clock.advance(1)
    await until(() => flushed, 'the end of the wait')
  })
})
