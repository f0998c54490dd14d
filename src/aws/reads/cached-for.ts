import type { Clock } from '../../time/clock.ts'

export interface Kept<T> {
  read(key: string): Promise<T>
  /** What is kept, or is being loaded, answers nobody who asks from now on. */
  drop(key: string): void
}

/** Loads a value by key and keeps it for a while; askers at the same time share one load; a failure isn't kept. */
export const cachedFor = <T>(
  clock: Clock,
  keepMs: number | ((key: string) => number),
  load: (key: string) => Promise<T>,
): Kept<T> => {
  const values = new Map<string, { readonly value: Promise<T>; readonly untilMs: number }>()
  return {
    read: (key) => {
      const old = values.get(key)
      if (old && clock.nowMs() < old.untilMs) return old.value
      const value = load(key)
      const entry = { value, untilMs: clock.nowMs() + (typeof keepMs === 'number' ? keepMs : keepMs(key)) }
      values.set(key, entry)
      value.catch(() => {
        if (values.get(key) === entry) values.delete(key)
      })
      return value
    },
    drop: (key) => void values.delete(key),
  }
}
