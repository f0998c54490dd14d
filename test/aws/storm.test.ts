import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'mocha'
import type { AwsAction } from '../../src/plan/core/action.ts'
import { type Connected, connectedTo, pictured } from './connection.ts'
import { fakeWire, okReply, refusal } from './fake-wire.ts'

const create = (id: string): AwsAction => ({
  do: 'CreateGroup',
  id,
  description: 'd',
  group: { engine: 'valkey', nodeType: 'cache.t4g.micro', shards: 1, replicasPerShard: 0 },
  tags: {},
  withToken: false,
})

describe('many calls and few tokens', () => {
  let connection: Connected | undefined
  afterEach(() => connection?.close())

  it('twenty creates that were throttled for a minute are through within ten seconds of AWS allowing it', async () => {
    const wire = fakeWire()
    const made = connectedTo(wire)
    connection = made
    const { aws, clock } = made
    const stormEndsMs = clock.nowMs() + 60_000
    wire.answer = (action) => (clock.nowMs() < stormEndsMs ? refusal('Throttling', 'Rate exceeded') : okReply(action))
    aws.watch('x', 'group', true)
    made.polling.start()
    const doneMs = new Map<string, number>()
    // Each asks again with a growing delay of at most five seconds, as the queue has it.
    const caller = async (id: string) => {
      for (let delayMs = 500; ; delayMs = Math.min(5000, delayMs * 2)) {
        const acted = await aws.act(create(id))
        if (acted.is === 'done') break
        await new Promise<void>((resolve) => clock.after(delayMs, resolve))
      }
      doneMs.set(id, clock.nowMs())
    }
    const ids = ['x', ...Array.from({ length: 19 }, (_, index) => `c${index}`)]
    for (const id of ids) void caller(id)
    while (doneMs.size < ids.length && clock.nowMs() < stormEndsMs + 60_000) await clock.advance(100)
    for (const id of ids) {
      const afterMs = (doneMs.get(id) ?? Number.POSITIVE_INFINITY) - stormEndsMs
      assert.ok(afterMs <= 10_000, `${id} after ${afterMs} ms`)
    }
  })

  it('a poll that is due comes through within a few seconds while a thousand creates wait', async () => {
    const wire = fakeWire(okReply('Any'))
    const made = connectedTo(wire)
    connection = made
    const { aws, clock, polling } = made
    aws.watch('x', 'group', true)
    await pictured(made)
    let created = 0
    for (let n = 0; n < 1000; n++) void aws.act(create(`c${n}`)).then(() => created++)
    let last = polling.figures().polls
    let lastMs = clock.nowMs()
    let longestMs = 0
    while (created < 1000) {
      await clock.advance(100)
      const { polls } = polling.figures()
      if (polls === last) continue
      longestMs = Math.max(longestMs, clock.nowMs() - lastMs)
      last = polls
      lastMs = clock.nowMs()
    }
    // Five seconds to the next poll when it isn't hindered, and its pages in between the creates.
    assert.ok(longestMs <= 8000, String(longestMs))
    assert.ok(clock.nowMs() < 100_000, String(clock.nowMs()))
  })
})
