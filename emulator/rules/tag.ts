import type { Tag } from '@aws-sdk/client-elasticache'
import { invalidValue, refusal } from '../wire/refusal.ts'
import type { Quotas } from '../world/quota.ts'

const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

/** Tags of a request as a map. Keys are 1 to 128 characters, values up to 256, `aws:` is AWS's own. */
export const tagsOf = (tags: readonly Tag[] | undefined): ReadonlyMap<string, string> => {
  const map = new Map<string, string>()
  for (const { Key: key = '', Value: value = '' } of tags ?? []) {
    if (key.length < 1 || key.length > 128 || !ALLOWED.test(key))
      throw invalidValue(`The tag key '${key}' is not valid.`)
    if (value.length > 256 || !ALLOWED.test(value)) throw invalidValue(`The value of the tag '${key}' is not valid.`)
    if (key.toLowerCase().startsWith('aws:')) throw invalidValue(`The tag key '${key}' uses the reserved prefix aws:.`)
    if (map.has(key)) throw invalidValue(`The tag key '${key}' is given twice.`)
    map.set(key, value)
  }
  return map
}

export const withinTagQuota = (tags: ReadonlyMap<string, string>, quotas: Quotas): ReadonlyMap<string, string> => {
  if (tags.size > quotas.tagsPerResource) {
    throw refusal('TagQuotaPerResourceExceeded', `The number of tags exceeds the limit of ${quotas.tagsPerResource}.`)
  }
  return tags
}

export const tagListOf = (tags: ReadonlyMap<string, string> | undefined): Tag[] =>
  [...(tags ?? [])].map(([Key, Value]) => ({ Key, Value }))
