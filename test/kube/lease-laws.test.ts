import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { fakeClock } from '../loop/fake-clock.ts'
import { type LeaseProcess, leaseProcess, leaseServer, type Trip } from './lease-world.ts'

const count = 3
const who = fc.nat({ max: count - 1 })
const atMs = fc.nat({ max: 90_000 })
const forMs = fc.integer({ min: 1, max: 40_000 })
const trip: fc.Arbitrary<Trip> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ thereMs: fc.nat({ max: 300 }), backMs: fc.nat({ max: 300 }) }) },
  { weight: 2, arbitrary: fc.record({ thereMs: fc.nat({ max: 20_000 }), backMs: fc.nat({ max: 20_000 }) }) },
  { weight: 1, arbitrary: fc.record({ thereMs: fc.nat({ max: 300 }), backMs: fc.constant(undefined) }) },
  { weight: 1, arbitrary: fc.constant({ thereMs: undefined, backMs: undefined }) },
)
const mishap = fc.oneof(
  fc.record({ do: fc.constant('pause' as const), who, atMs, forMs }),
  fc.record({ do: fc.constant('suspend' as const), who, atMs, forMs }),
  fc.record({ do: fc.constant('crash' as const), who, atMs, forMs }),
  fc.record({ do: fc.constant('release' as const), who, atMs, forMs }),
  fc.record({ do: fc.constant('jump' as const), who, atMs, forMs: fc.integer({ min: -3_600_000, max: 3_600_000 }) }),
  fc.record({ do: fc.constant('outage' as const), who, atMs, forMs }),
)
type Mishap = typeof mishap extends fc.Arbitrary<infer T> ? T : never
const story = fc.record({
  mishaps: fc.array(mishap, { maxLength: 12 }),
  trips: fc.array(trip, { minLength: 1, maxLength: 12 }),
  drifts: fc.array(fc.double({ min: 0.96, max: 1.04, noNaN: true }), { minLength: count, maxLength: count }),
})
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never

const isWallJump = ({ do: verb }: Mishap): boolean => verb === 'jump'

/** Plays the mishaps, then a quiet time; says how many led at the worst moment, and at the end. */
const play = async ({ mishaps, trips, drifts }: Story) => {
  const clock = fakeClock(0)
  const server = leaseServer()
  let worst = 0
  let trip = 0
  let born = 0
  let quiet = false
  const cut = new Set<number>()
  const slots: LeaseProcess[] = []
  /** All there ever were: one that was replaced must not go on leading unseen. */
  const processes: LeaseProcess[] = []
  const look = () => {
    const leaders = processes.filter((process) => process.running && process.elector.margin()).length
    worst = Math.max(worst, leaders)
    return leaders
  }
  const launch = (slot: number) => {
    const process = leaseProcess({
      clock,
      server,
      identity: `process-${born++}`,
      drift: drifts[slot] ?? 1,
      trip: () => {
        if (quiet) return { thereMs: 5, backMs: 5 }
        if (cut.has(slot)) return { thereMs: undefined, backMs: undefined }
        return trips[trip++ % trips.length] ?? { thereMs: 5, backMs: 5 }
      },
    })
    slots[slot] = process
    processes.push(process)
    process.elector.start()
  }
  const replace = (slot: number, former: LeaseProcess) => {
    if (slots[slot] === former) launch(slot)
  }
  // A machine that sleeps while its date is set back can't tell how long it slept: one of the two at a time.
  const jumps = mishaps.some(isWallJump)
  for (const { do: verb, who, atMs, forMs } of mishaps)
    clock.after(atMs, () => {
      const process = slots[who]
      if (!process) return
      switch (verb) {
        case 'pause':
        case 'suspend':
          process.pause(verb === 'suspend' && !jumps)
          clock.after(forMs, () => process.resume(look))
          break
        case 'crash':
          process.crash()
          clock.after(forMs, () => replace(who, process))
          break
        case 'release':
          if (!process.running) break
          void process.elector.release()
          assert.equal(process.elector.margin(), false)
          clock.after(forMs, () => replace(who, process))
          break
        case 'jump':
          process.jumpWall(forMs)
          break
        case 'outage':
          cut.add(who)
          clock.after(forMs, () => cut.delete(who))
      }
    })
  for (let slot = 0; slot < count; slot++) launch(slot)
  const pass = async (ms: number) => {
    for (let i = 0; i < ms; i += 250) {
      await clock.advance(250)
      look()
      // A process that lost exits; Kubernetes starts another.
      slots.forEach((process, slot) => {
        if (process.lost && process.running) launch(slot)
      })
    }
  }
  await pass(135_000)
  quiet = true
  await pass(60_000)
  return { worst, leaders: look() }
}

describe('the laws of the lease', () => {
  it('two electors never lead at once: paused, suspended, crashed, cut off, late answers, clocks that jump and drift', () =>
    fc.assert(
      fc.asyncProperty(story, async (told) => {
        const { worst } = await play(told)
        assert.ok(worst <= 1, `${worst} led at once`)
      }),
      { numRuns: 500 },
    ))

  it('somebody leads again once all is quiet', () =>
    fc.assert(
      fc.asyncProperty(story, async (told) => {
        const { leaders } = await play(told)
        assert.equal(leaders, 1)
      }),
      { numRuns: 50 },
    ))
})
