import type { CacheObject } from '../cache-cluster/facts.ts'
import type { AwsAction } from './action.ts'
import { hashOf } from './hash.ts'
import { ownerTags } from './identity.ts'
import type { ObservedCache, Tags } from './observed.ts'

/** The tags that a cache of ours carries: the user's, and the owner's on top. */
export const wantedTags = (object: CacheObject): Tags => ({ ...object.spec.tags, ...ownerTags(object) })

export const tagsRecord = (wanted: Tags) => ({ hash: hashOf(wanted), keys: Object.keys(wanted).sort() })

/** Only what we set is ours to change: tags that others put there stay. */
export const tagSteps = (cache: ObservedCache, object: CacheObject, have: Tags): readonly AwsAction[] => {
  const wanted = wantedTags(object)
  const set = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => have[key] !== value))
  const stale = (object.status.tags?.keys ?? []).filter((key) => key in have && !(key in wanted))
  const target = { cacheId: cache.id, arn: cache.arn }
  return [
    ...(Object.keys(set).length > 0 ? [{ do: 'SetTags', ...target, tags: set } as const] : []),
    ...(stale.length > 0 ? [{ do: 'RemoveTags', ...target, keys: stale } as const] : []),
  ]
}
