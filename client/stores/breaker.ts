import { CacheError, CacheRefusal } from '../errors.ts'
import type { Store } from './store.ts'

/** The operation was not tried, because the store was found dead a moment ago. */
export class BreakerOpen extends CacheError {
  override readonly name = 'BreakerOpen'
}

export interface BreakerRule {
  readonly failures: number // so many failures in a row open it
  readonly cooldownMs: number // so long it stays open; then one operation is let through as a trial
}

/** Counts failures in a row and says whether an operation may be tried. `now` is any clock in milliseconds. */
export const breakerOf = ({ failures, cooldownMs }: BreakerRule, now: () => number) => {
  let inARow = 0
  let closedAgainAtMs = 0
  let onTrial = false
  return {
    /** Each true must be followed by one `report`. */
    mayTry: (): boolean => {
      if (inARow < failures) return true
      if (onTrial || now() < closedAgainAtMs) return false
      onTrial = true
      return true
    },
    report: (alive: boolean): void => {
      onTrial = false
      inARow = alive ? 0 : inARow + 1
      if (inARow >= failures) closedAgainAtMs = now() + cooldownMs
    },
  }
}

/** The same store behind a breaker of its own, so that a dead one costs no time. */
export const behindBreaker = (store: Store, rule: BreakerRule, now: () => number): Store => {
  const breaker = breakerOf(rule, now)
  const tried = async <T>(operation: () => Promise<T>): Promise<T> => {
    if (!breaker.mayTry()) throw new BreakerOpen('the cache did not answer a moment ago')
    try {
      const value = await operation()
      breaker.report(true)
      return value
    } catch (error) {
      breaker.report(error instanceof CacheRefusal)
      throw error
    }
  }
  return {
    get: (key) => tried(() => store.get(key)),
    set: (key, text, ttlMs) => tried(() => store.set(key, text, ttlMs)),
    delete: (key) => tried(() => store.delete(key)),
    close: () => store.close(),
  }
}
