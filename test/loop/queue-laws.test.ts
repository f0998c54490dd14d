import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { type Lane, queueOf } from '../../src/loop/queue.ts'
import { fakeClock } from './fake-clock.ts'

const spacingMs = 1000
const key = fc.constantFrom('a', 'b', 'c', 'd')
const step = fc.oneof(
  fc.record({ do: fc.constant('add' as const), key, lane: fc.constantFrom<Lane>('user', 'resync') }),
  fc.record({ do: fc.constant('addAfter' as const), key, ms: fc.integer({ min: 0, max: 5000 }) }),
  fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 3000 }) }),
)
const world = fc.record({
  steps: fc.array(step, { maxLength: 60 }),
  workers: fc.integer({ min: 1, max: 4 }),
  /** How long each turn takes, in turn. */
  turnMs: fc.array(fc.integer({ min: 0, max: 2500 }), { minLength: 1, maxLength: 7 }),
})

interface Start {
  readonly lane: Lane
  readonly atMs: number
  /** Position in the story: how many steps had been taken. */
  readonly after: number
  readonly usersReady: number
  /** Position among all starts. */
  readonly order: number
}

/** Plays a story against a queue with workers and tells what started when. */
const play = async ({ steps, workers, turnMs }: Story) => {
  const clock = fakeClock(0)
  const queue = queueOf({
    clock,
    spacingMs,
  })
  const busy = new Set<string>()
  const starts = new Map<string, Start[]>()
  let story = 0
  let turns = 0
  let doubled = false
  const work = async () => {
    for (let taken = await queue.take(); taken; taken = await queue.take()) {
      const { key, lane } = taken
      if (busy.has(key)) doubled = true
      busy.add(key)
      const start = { lane, atMs: clock.nowMs(), after: story, usersReady: queue.counts().user, order: turns }
      starts.set(key, [...(starts.get(key) ?? []), start])
      const tookMs = turnMs[turns++ % turnMs.length] ?? 0
      await new Promise<void>((resolve) => clock.after(tookMs, resolve))
      busy.delete(key)
      queue.done(key)
    }
  }
  for (let i = 0; i < workers; i++) void work()
  const wanted = new Map<string, number>()
  for (const step of steps) {
    if (step.do !== 'advance') wanted.set(step.key, story)
    if (step.do === 'add') queue.add(step.key, step.lane)
    else if (step.do === 'addAfter') queue.addAfter(step.key, step.ms)
    else await clock.advance(step.ms)
    await clock.settle()
    story++
  }
  await clock.advance(120_000)
  const idle = queue.counts()
  const drained = await queue.drain(0)
  return { starts, wanted, doubled, idle, drained }
}
type Story = typeof world extends fc.Arbitrary<infer T> ? T : never

const holds = (law: (told: Awaited<ReturnType<typeof play>>) => void) =>
  fc.assert(
    fc.asyncProperty(world, async (story) => law(await play(story))),
    { numRuns: 150 },
  )

describe('the laws of the queue', () => {
  it('never has two workers on one key', () => holds(({ doubled }) => assert.equal(doubled, false)))

  it('never loses a wake-up: after each request a turn starts that had not started before it', () =>
    holds(({ starts, wanted }) => {
      for (const [key, after] of wanted)
        assert.ok(
          starts.get(key)?.some((start) => start.after >= after),
          `${key} asked for at step ${after} was not heard`,
        )
    }))

  it('starts a turn within a second of another of the same object only for a user', () =>
    holds(({ starts }) => {
      for (const ofKey of starts.values())
        ofKey.forEach(({ lane, atMs }, i) => {
          const before = ofKey[i - 1]
          assert.ok(lane === 'user' || !before || atMs - before.atMs >= spacingMs)
        })
    }))

  it('never starts more turns than notices and waits asked for', () =>
    fc.assert(
      fc.asyncProperty(world, async (story) => {
        const { starts } = await play(story)
        for (const [key, ofKey] of starts) {
          const asked = story.steps.filter((step) => step.do !== 'advance' && step.key === key).length
          assert.ok(ofKey.length <= asked)
        }
      }),
      { numRuns: 100 },
    ))

  it('comes to rest: nothing is ready, waiting or under way when nothing asks any more', () =>
    holds(({ idle, drained }) => {
      assert.deepEqual(idle, { user: 0, resync: 0, waiting: 0, processing: 0, longestReconcileMs: 0 })
      assert.equal(drained, true)
    }))

  it("starts three resyncs in a row at most ahead of a user's change", () =>
    holds(({ starts }) => {
      const inOrder = [...starts.values()].flat().sort((a, b) => a.order - b.order)
      inOrder.forEach((_, index) => {
        const four = inOrder.slice(index, index + 4)
        assert.ok(four.length < 4 || four.some(({ lane, usersReady }) => lane === 'user' || usersReady === 0))
      })
    }))
})
