import { MODEL } from '../../wire/model.ts'

const errorsOf = (action: string): readonly string[] =>
  Object.hasOwn(MODEL.operations, action) ? (MODEL.operations[action]?.errors ?? []) : []

const codeOf = (name: string): readonly string[] => {
  const code = MODEL.errors[name]?.code
  return code === undefined ? [] : [code]
}

/** The limit of nodes is what most callers meet first, the limit of tags last. */
const rank = (name: string): number =>
  name.startsWith('NodeQuotaForCustomer') ? 0 : name.startsWith('TagQuota') ? 2 : 1

/** Wire codes of the quota errors that the model lists for an action, the likeliest first. */
export const quotaCodesOf = (action: string): readonly string[] =>
  errorsOf(action)
    .filter((name) => name.includes('Quota') || name.startsWith('APICallRate'))
    .toSorted((left, right) => rank(left) - rank(right))
    .flatMap(codeOf)

/** Whether AWS may say InsufficientCacheClusterCapacity to an action. */
export const hasCapacityError = (action: string): boolean =>
  errorsOf(action).includes('InsufficientCacheClusterCapacityFault')
