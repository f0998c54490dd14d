import type { AwsAction } from './action.ts'
import { hashOf } from './hash.ts'
import { type Owner, ownerTags } from './identity.ts'
import type { Tags } from './observed.ts'

/** The tags that a cache of ours carries: the user's, and the owner's on top. */
export const wantedTags = (owner: Owner, users: Tags | undefined): Tags => ({ ...users, ...ownerTags(owner) })

export const tagsRecord = (wanted: Tags) => ({ hash: hashOf(wanted), keys: Object.keys(wanted).sort() })

/** Only what we set is ours to change: tags that others put there stay. `setBefore`: the keys that we ever set. */
export const tagSteps = (
  cache: { readonly id: string; readonly arn: string },
  wanted: Tags,
  have: Tags,
  setBefore: readonly string[],
): readonly AwsAction[] => {
  const set = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => have[key] !== value))
  const stale = setBefore.filter((key) => key in have && !(key in wanted))
  const target = { cacheId: cache.id, arn: cache.arn }
  return [
    ...(Object.keys(set).length > 0 ? [{ do: 'SetTags', ...target, tags: set } as const] : []),
    ...(stale.length > 0 ? [{ do: 'RemoveTags', ...target, keys: stale } as const] : []),
  ]
}
