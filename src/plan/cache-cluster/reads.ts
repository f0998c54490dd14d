import { hashOf } from '../core/hash.ts'
import { step, stepHash } from '../core/step.ts'
import { wantedTags } from '../core/tags.ts'
import type { CacheFacts } from './facts.ts'
import { type Intent, knownOurs } from './intent.ts'
import { isContentName } from './parameters.ts'
import { topologies } from './topology/topology.ts'

/** Whether a read is wanted: not at all, for the next step, or only to see again what was seen before. */
export type Want = 'no' | 'needed' | 'refresh'

/** What a reconcile must ask AWS beyond the shared snapshot. For a settled object: nothing. */
export interface Reads {
  readonly live: Want
  readonly tags: Want
  readonly parameters: Want
  readonly events: Want
  /** The parameter group to look at for removal. */
  readonly leftover: string | undefined
}

/** After the same step was carried out so often, AWS's events may tell why it leads nowhere. */
const suspicious = 3

type Known = Pick<CacheFacts, 'object' | 'observed' | 'repeats'>

const nothing: Reads = { live: 'no', tags: 'no', parameters: 'no', events: 'no', leftover: undefined }

/**
 * `refresh`: the user or the slow resync asks for everything to be read again. `users`: caches that use a parameter group, as
 * the last poll told; undefined when that isn't known.
 */
export const readsOf = (
  facts: Known,
  intent: Intent,
  refresh: boolean,
  users: (parameterGroup: string) => readonly string[] | undefined,
): Reads => {
  const { object, observed } = facts
  if (observed.is === 'unknown') return nothing
  if (object.deleting) return deletionReads(facts, intent, users)
  const cache = observed.is === 'seen' ? observed.cache : undefined
  const want = (needed: boolean): Want => (needed ? 'needed' : refresh ? 'refresh' : 'no')
  const { group } = intent
  const recorded = object.status.parameterGroup
  const complete = group.is === 'own' && recorded?.name === group.name && recorded.complete === true
  const tagsAsked = object.status.tags?.hash !== hashOf(wantedTags(object, object.spec.tags))
  return {
    live: cache === undefined && object.status.arn !== undefined ? 'needed' : 'no',
    tags:
      cache === undefined || cache.state === 'deleting'
        ? 'no'
        : knownOurs(object, cache)
          ? cache.state === 'available'
            ? want(tagsAsked)
            : 'no'
          : 'needed',
    parameters: group.is === 'own' ? want(!complete) : 'no',
    events: cache?.state === 'failed' || (facts.repeats?.times ?? 0) >= suspicious ? 'refresh' : 'no',
    leftover: cache?.state === 'available' ? leftoverOf(facts, users, [cache.parameterGroupName]) : undefined,
  }
}

/** Whether the delete of the cache is what was carried out last: any other step tells nothing of a cache that isn't seen. */
export const deletedLast = (repeats: Known['repeats'], { id, topology }: Intent): boolean =>
  repeats?.hash === stepHash(step(topologies[topology].remove(id)))

/** The first group of ours that is recorded as left and that no cache uses any more. */
const leftoverOf = (
  { object }: Known,
  users: (parameterGroup: string) => readonly string[] | undefined,
  kept: readonly (string | undefined)[],
  more: readonly string[] = [],
): string | undefined =>
  [...(object.status.formerParameterGroups ?? []), ...more].find(
    (name) => !kept.includes(name) && isContentName(object.cluster, name) && users(name)?.length === 0,
  )

/**
 * Deletes are decided from live reads only: of the cache by id, and of its tags. While AWS is busy deleting, the snapshot is
 * enough; so it is when the poll that doesn't show the cache any more was begun after our own delete.
 */
const deletionReads = (
  { object, observed, repeats }: Known,
  intent: Intent,
  users: (parameterGroup: string) => readonly string[] | undefined,
): Reads => {
  if (object.spec.deletionProtection) return nothing
  const { parameterGroup } = object.status
  const own = parameterGroup?.owned ? [parameterGroup.name] : []
  if (observed.is === 'seen') {
    const { state, parameterGroupName } = observed.cache
    const busy = state === 'deleting' || state === 'moving'
    // What was made for this object leaves with it, also when the cache of its id is somebody else's, or stays.
    const leftover = leftoverOf({ object, observed, repeats }, users, [parameterGroupName], own)
    return busy ? nothing : { ...nothing, live: 'needed', tags: 'needed', leftover }
  }
  return {
    ...nothing,
    live: deletedLast(repeats, intent) ? 'no' : 'needed',
    leftover: leftoverOf({ object, observed, repeats }, users, [], own),
  }
}
