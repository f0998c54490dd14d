import type { CacheUsageLimits } from '@aws-sdk/client-elasticache'
import { invalidCombination, invalidValue } from '../wire/refusal.ts'
import type { UsageLimits, UsageRange } from '../world/serverless-cache.ts'

/** From the user guide: a cache holds 1 GB to 5 TB, and serves 1000 to 15 million ECPUs in a second. */
const STORAGE_GB = { least: 1, most: 5000 } as const
const ECPU = { least: 1000, most: 15_000_000 } as const

interface Bounds {
  readonly least: number
  readonly most: number
}

interface Asked {
  readonly Maximum?: number | undefined
  readonly Minimum?: number | undefined
}

/** One limit as it will be: what is left out stays, 0 takes it off. The text is AWS's (terraform-provider-aws issue 35648). */
const limitOf = (name: string, asked: number | undefined, before: number | undefined, { least, most }: Bounds) => {
  if (asked === undefined) return before
  if (asked === 0) return undefined
  if (!Number.isInteger(asked) || asked < least || asked > most) {
    throw invalidValue(
      `Invalid value for ${name} limit. Must be between ${least} and ${most}. You can set the value to zero to remove the limit.`,
    )
  }
  return asked
}

/** Undefined when neither limit is left (terraform-provider-aws issue 35660: the whole block is gone then). */
const rangeOf = (name: string, asked: Asked, before: UsageRange, bounds: Bounds): UsageRange | undefined => {
  if (asked.Maximum === undefined && asked.Minimum === undefined) {
    throw invalidCombination(`${name} needs a Maximum or a Minimum.`)
  }
  const maximum = limitOf(name, asked.Maximum, before.maximum, bounds)
  const minimum = limitOf(name, asked.Minimum, before.minimum, bounds)
  if (maximum === undefined && minimum === undefined) return undefined
  if (maximum !== undefined && minimum !== undefined && minimum > maximum) {
    throw invalidCombination(`${name}.Minimum must not be greater than ${name}.Maximum.`)
  }
  return { ...(maximum === undefined ? {} : { maximum }), ...(minimum === undefined ? {} : { minimum }) }
}

/** The limits of a request; what it leaves open stays as it was. */
export const usageLimitsOf = (asked: CacheUsageLimits | undefined, before: UsageLimits = {}): UsageLimits => {
  const { DataStorage: data, ECPUPerSecond: work } = asked ?? {}
  if (data && data.Unit !== 'GB') throw invalidValue(`Invalid Unit: ${data.Unit}. Valid values are: GB.`)
  const storage = data ? rangeOf('DataStorage', data, before.storage ?? {}, STORAGE_GB) : before.storage
  const ecpu = work ? rangeOf('ECPUPerSecond', work, before.ecpu ?? {}, ECPU) : before.ecpu
  return { ...(storage ? { storage } : {}), ...(ecpu ? { ecpu } : {}) }
}
