import type { Clock, Random } from '../time/clock.ts'

/** Everything is read again about once in this time, object by object. */
const fullReadMs = 3_600_000

interface Remembered {
  id: string
  fullReadDueMs: number
  planHash: string
  generation: number
  repeats: number
}

/**
 * What the operator remembers of an object between reconciles, in this life only: nothing here is needed to be right, it only
 * keeps slow things slow and endless things from going on.
 */
export interface Memory {
  /** True when everything should be read again now. */
  fullReadDue(key: string): boolean
  fullReadDone(key: string): void
  /** The plan that was carried out last for this generation, and how often in a row; 0 when there is none. */
  repeats(key: string, generation: number): { readonly count: number; readonly planHash: string | undefined }
  /** Whoever asks for another try begins to count anew. */
  forgetRepeats(key: string): void
  carriedOut(key: string, generation: number, planHash: string): void
  setId(key: string, id: string): void
  id(key: string): string | undefined
  /** The object whose cache has this id. */
  keyOf(id: string): string | undefined
  forget(key: string): void
}

export const createMemory = (clock: Clock, random: Random): Memory => {
  const objects = new Map<string, Remembered>()
  const keys = new Map<string, string>()
  const nextFullRead = () => clock.nowMs() + fullReadMs * (0.75 + 0.5 * random())
  const of = (key: string): Remembered => {
    const known = objects.get(key)
    if (known !== undefined) return known
    const made = { id: '', fullReadDueMs: nextFullRead(), planHash: '', generation: 0, repeats: 0 }
    objects.set(key, made)
    return made
  }
  return {
    fullReadDue: (key) => of(key).fullReadDueMs <= clock.nowMs(),
    fullReadDone: (key) => {
      of(key).fullReadDueMs = nextFullRead()
    },
    repeats: (key, generation) => {
      const known = of(key)
      const { repeats, planHash } = known
      return known.generation === generation && repeats > 0
        ? { count: repeats, planHash }
        : { count: 0, planHash: undefined }
    },
    forgetRepeats: (key) => {
      of(key).repeats = 0
    },
    carriedOut: (key, generation, planHash) => {
      const known = of(key)
      const again = known.generation === generation && known.planHash === planHash && known.repeats > 0
      Object.assign(known, { generation, planHash, repeats: again ? known.repeats + 1 : 1 })
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
