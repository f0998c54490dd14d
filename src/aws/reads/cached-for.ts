import type { Clock } from '../../time/clock.ts'

/** Loads a value by key and keeps it for `keepMs`; askers at the same time share one load; a failure isn't kept. */
export const cachedFor = <T>(
  clock: Clock,
  keepMs: number,
  load: (key: string) => Promise<T>,
): ((key: string) => Promise<T>) => {
  const values = new Map<string, { readonly value: Promise<T>; readonly untilMs: number }>()
  return (key) => {
    const old = values.get(key)
    if (old && clock.nowMs() < old.untilMs) return old.value
    const value = load(key)
    const entry = { value, untilMs: clock.nowMs() + keepMs }
    values.set(key, entry)
    value.catch(() => {
      if (values.get(key) === entry) values.delete(key)
    })
    return value
  }
}
