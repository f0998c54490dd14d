import { invalidValue, type Refusal, refusal } from '../wire/refusal.ts'
import { isEngineName } from '../world/engine-version.ts'
import { NODE_TYPES } from '../world/node-type.ts'
import { emptyPage, type PageRequest } from '../world/page.ts'
import { knownNodeType } from './node-type.ts'

const DURATIONS = ['1', '3', '31536000', '94608000']
const OFFERING_TYPES = [
  'Light Utilization',
  'Medium Utilization',
  'Heavy Utilization',
  'All Upfront',
  'Partial Upfront',
  'No Upfront',
]

export interface ReservedNodesFilter extends PageRequest {
  readonly CacheNodeType?: string | undefined
  readonly Duration?: string | undefined
  readonly ProductDescription?: string | undefined
  readonly OfferingType?: string | undefined
}

const oneOf = (parameter: string, value: string | undefined, allowed: (text: string) => boolean): void => {
  if (value !== undefined && !allowed(value)) throw invalidValue(`Invalid ${parameter}: ${value}`)
}

/** Validates the filters that reserved nodes and their offerings share. */
export const reservedNodesFilter = (filter: ReservedNodesFilter): void => {
  emptyPage(filter)
  if (filter.CacheNodeType !== undefined) knownNodeType(filter.CacheNodeType)
  oneOf('CacheNodeType', filter.CacheNodeType, (type) => NODE_TYPES.has(type))
  oneOf('Duration', filter.Duration, (duration) => DURATIONS.includes(duration))
  oneOf('ProductDescription', filter.ProductDescription, isEngineName)
  oneOf('OfferingType', filter.OfferingType, (type) => OFFERING_TYPES.includes(type))
}

/** Nothing is on offer here, so every offering that is named is missing. */
export const noOffering = (id: string | undefined): Refusal =>
  refusal('ReservedCacheNodesOfferingNotFound', `Reserved cache nodes offering ${id} not found.`)
