import type { Refused, Repeats } from '../plan/core/brake.ts'
import type { Failure } from '../plan/core/outcome.ts'
import type { Clock, Random } from '../time/clock.ts'

/** Everything is read again about once in this time at the soonest, object by object. */
const leastRefreshMs = 3_600_000
/** The calls a second that refreshes may cost all objects together, and those that one refresh costs at most. */
const refreshCallsPerSecond = 1
const callsPerRefresh = 2
/** A step that was carried out longer ago is no repeat. */
const repeatWindowMs = 3_600_000
/** The steps remembered of an object: more than any plan has. */
const mostSteps = 32

interface Counted {
  readonly times: number
  readonly lastMs: number
}

interface Remembered {
  id: string
  refreshedMs: number
  chance: number
  repeats: { generation: number; steps: Map<string, Counted> }
  refused: (Counted & { hash: string; failure: Failure }) | undefined
  asked: { value: string; sinceMs: number } | undefined
}

/**
 * What the operator remembers of an object between reconciles, in this life only: nothing here is needed to be right, it only
 * keeps slow things slow and endless things from going on.
 */
export interface Memory {
  /** True when everything should be read again now. The more objects there are, the longer it takes for each. */
  refreshDue(key: string): boolean
  refreshed(key: string): void
  repeats(key: string): readonly Repeats[]
  refused(key: string): Refused | undefined
  carriedOut(key: string, stepHash: string, generation: number): void
  refusedFor(key: string, stepHash: string, failure: Failure): void
  /** Whoever asks for another try begins to count anew. */
  forgetRepeats(key: string): void
  /** AWS answers again as it should: what it refused for want of rights may be asked again. */
  forgetRefusals(keys: readonly string[]): void
  /** Since when this value of larder.dev/reconcile-at has been known; remembers it at first sight and says so. */
  askedSince(key: string, value: string): { readonly sinceMs: number; readonly isNew: boolean }
  setId(key: string, id: string): void
  id(key: string): string | undefined
  /** The object whose cache has this id. */
  keyOf(id: string): string | undefined
  forget(key: string): void
}

const noRepeats = (generation = 0): Remembered['repeats'] => ({ generation, steps: new Map() })

/** Once more, if the time before is not too long ago. */
const countedOn = (before: Counted | undefined, nowMs: number): Counted => ({
  times: before !== undefined && nowMs - before.lastMs <= repeatWindowMs ? before.times + 1 : 1,
  lastMs: nowMs,
})

export const createMemory = (clock: Clock, random: Random): Memory => {
  const objects = new Map<string, Remembered>()
  const keys = new Map<string, string>()
  const of = (key: string): Remembered => {
    const known = objects.get(key)
    if (known !== undefined) return known
    const made: Remembered = {
      id: '',
      refreshedMs: clock.nowMs(),
      chance: random(),
      repeats: noRepeats(),
      refused: undefined,
      asked: undefined,
    }
    objects.set(key, made)
    return made
  }
  /** By a budget of calls for all, not by a clock that strikes for all at once. */
  const refreshMs = (chance: number): number => {
    const shareMs = (objects.size * callsPerRefresh * 1000) / refreshCallsPerSecond
    return Math.max(leastRefreshMs, shareMs) * (0.75 + 0.5 * chance)
  }
  return {
    refreshDue: (key) => {
      const { refreshedMs, chance } = of(key)
      return clock.nowMs() - refreshedMs >= refreshMs(chance)
    },
    refreshed: (key) => Object.assign(of(key), { refreshedMs: clock.nowMs(), chance: random() }),
    repeats: (key) =>
      [...of(key).repeats.steps]
        .map(([hash, { times, lastMs }]) => ({ hash, times, sinceMs: clock.nowMs() - lastMs }))
        .filter(({ sinceMs }) => sinceMs <= repeatWindowMs),
    refused: (key) => {
      const last = of(key).refused
      return last && { hash: last.hash, failure: last.failure, times: last.times, sinceMs: clock.nowMs() - last.lastMs }
    },
    carriedOut: (key, hash, generation) => {
      const known = of(key)
      // Who changes the spec to and fro wants each of these steps.
      if (known.repeats.generation !== generation) known.repeats = noRepeats(generation)
      const { steps } = known.repeats
      const counted = countedOn(steps.get(hash), clock.nowMs())
      // Taken out first, so that it comes back as the newest.
      steps.delete(hash)
      steps.set(hash, counted)
      const [oldest] = steps.keys()
      if (steps.size > mostSteps && oldest !== undefined) steps.delete(oldest)
      known.refused = undefined
    },
    refusedFor: (key, hash, failure) => {
      const known = of(key)
      const before = known.refused?.hash === hash ? known.refused : undefined
      known.refused = { hash, failure, ...countedOn(before, clock.nowMs()) }
    },
    forgetRepeats: (key) => Object.assign(of(key), { repeats: noRepeats(), refused: undefined }),
    forgetRefusals: (all) => {
      for (const key of all) {
        const known = objects.get(key)
        if (known !== undefined) known.refused = undefined
      }
    },
    askedSince: (key, value) => {
      const known = of(key)
      const isNew = known.asked?.value !== value
      if (isNew || known.asked === undefined) known.asked = { value, sinceMs: clock.nowMs() }
      return { sinceMs: known.asked.sinceMs, isNew }
    },
    setId: (key, id) => {
      of(key).id = id
      keys.set(id, key)
    },
    id: (key) => objects.get(key)?.id,
    keyOf: (id) => keys.get(id),
    forget: (key) => {
      const id = objects.get(key)?.id
      if (id !== undefined && keys.get(id) === key) keys.delete(id)
      objects.delete(key)
    },
  }
}
