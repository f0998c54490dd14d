import type { CacheUsageLimits } from '@aws-sdk/client-elasticache'
import { invalidCombination, invalidValue } from '../wire/refusal.ts'
import type { UsageLimits, UsageRange } from '../world/serverless-cache.ts'

/** From the user guide: a cache holds 1 GB to 5 TB, and serves 1000 to 15 million ECPUs in a second. */
const STORAGE_GB = { least: 1, most: 5000 } as const
const ECPU = { least: 1000, most: 15_000_000 } as const

interface Asked {
  readonly Maximum?: number | undefined
  readonly Minimum?: number | undefined
}

const within = (name: string, value: number | undefined, { least, most }: { least: number; most: number }): void => {
  if (value === undefined) return
  if (!Number.isInteger(value) || value < least || value > most) {
    throw invalidValue(`The parameter ${name} must be an integer between ${least} and ${most}.`)
  }
}

const rangeOf = (name: string, asked: Asked, bounds: { least: number; most: number }): UsageRange => {
  const { Maximum: maximum, Minimum: minimum } = asked
  if (maximum === undefined && minimum === undefined) {
    throw invalidCombination(`${name} needs a Maximum or a Minimum.`)
  }
  within(`${name}.Maximum`, maximum, bounds)
  within(`${name}.Minimum`, minimum, bounds)
  if (maximum !== undefined && minimum !== undefined && minimum > maximum) {
    throw invalidCombination(`${name}.Minimum must not be greater than ${name}.Maximum.`)
  }
  return { ...(maximum === undefined ? {} : { maximum }), ...(minimum === undefined ? {} : { minimum }) }
}

/** The limits of a request; what it leaves open stays as it was. */
export const usageLimitsOf = (asked: CacheUsageLimits | undefined, before: UsageLimits = {}): UsageLimits => {
  const { DataStorage: storage, ECPUPerSecond: ecpu } = asked ?? {}
  if (storage && storage.Unit !== 'GB') throw invalidValue(`Invalid Unit: ${storage.Unit}. Valid values are: GB.`)
  return {
    ...before,
    ...(storage ? { storage: rangeOf('DataStorage', storage, STORAGE_GB) } : {}),
    ...(ecpu ? { ecpu: rangeOf('ECPUPerSecond', ecpu, ECPU) } : {}),
  }
}
