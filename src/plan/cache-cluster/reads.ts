import { hashOf } from '../core/hash.ts'
import { step, stepHash } from '../core/step.ts'
import { wantedTags } from '../core/tags.ts'
import { tokenNeeded, tokenSecretOf } from '../secrets/names.ts'
import { secretTaken } from '../secrets/steps.ts'
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
  /** Of the credentials: asked where a cache that was there is not found. */
  readonly account: Want
  /** The parameter group to look at for removal. */
  readonly leftover: string | undefined
  /** The cache is gone, and nodes of it that are not yet hold this parameter group of ours. */
  readonly lingering?: string | undefined
}

/** After the same step was carried out so often, AWS's events may tell why it leads nowhere. */
const suspicious = 3

type Known = Pick<CacheFacts, 'object' | 'observed' | 'repeats' | 'sinceWriteMs' | 'token' | 'secrets'>

const nothing: Reads = { account: 'no', live: 'no', tags: 'no', parameters: 'no', events: 'no', leftover: undefined }

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
  const missing: Want = cache === undefined && object.status.arn !== undefined ? 'needed' : 'no'
  const want = (needed: boolean): Want => (needed ? 'needed' : refresh ? 'refresh' : 'no')
  const { group } = intent
  const recorded = object.status.parameterGroup
  const complete = group.is === 'own' && recorded?.name === group.name && recorded.complete === true
  const tagsAsked = object.status.tags?.hash !== hashOf(wantedTags(object, object.spec.tags))
  return {
    live: missing,
    account: missing,
    tags:
      cache === undefined || cache.state === 'deleting'
        ? 'no'
        : knownOurs(object, cache)
          ? cache.state === 'available'
            ? want(tagsAsked)
            : 'no'
          : 'needed',
    parameters: group.is === 'own' && !waitsForSecrets(facts) ? want(!complete) : 'no',
    events: cache?.state === 'failed' || facts.repeats.some(({ times }) => times >= suspicious) ? 'refresh' : 'no',
    leftover: cache?.state === 'available' ? leftoverOf(facts, users, [cache.parameterGroupName]) : undefined,
  }
}

/** Nothing is made before the user's token can be used and the Secrets' names are free: until then nothing needs to be known. */
const waitsForSecrets = (facts: Known): boolean => {
  const { object, observed, token } = facts
  if (observed.is !== 'absent') return false
  const missing = token.is === 'unusable' || (token.is === 'absent' && !tokenSecretOf(object).generated)
  return (tokenNeeded(object.spec) && missing) || secretTaken(facts) !== undefined
}

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

/** Our own delete was the last step: a poll begun after it is as good as a look by id. */
export const deletedByUs = (
  { repeats, sinceWriteMs }: Pick<CacheFacts, 'repeats' | 'sinceWriteMs'>,
  { topology, id }: Intent,
): boolean => sinceWriteMs !== undefined && repeats.at(-1)?.hash === stepHash(step(topologies[topology].remove(id)))

/**
 * Deletes are decided from live reads only: of the cache by id, and of its tags. While AWS is busy deleting, the snapshot is
 * enough; so it is when the poll that doesn't show the cache any more was begun after our own delete.
 */
const deletionReads = (
  facts: Known,
  intent: Intent,
  users: (parameterGroup: string) => readonly string[] | undefined,
): Reads => {
  const { object, observed } = facts
  if (object.spec.deletionProtection) return nothing
  const { parameterGroup } = object.status
  const own = parameterGroup?.owned ? [parameterGroup.name] : []
  if (observed.is === 'seen') {
    const { state, parameterGroupName } = observed.cache
    const busy = state === 'deleting' || state === 'moving'
    // What was made for this object leaves with it, also when the cache of its id is somebody else's, or stays.
    const leftover = leftoverOf(facts, users, [parameterGroupName], own)
    return busy ? nothing : { ...nothing, live: 'needed', tags: 'needed', leftover }
  }
  const byUs = deletedByUs(facts, intent)
  return {
    ...nothing,
    live: byUs ? 'no' : 'needed',
    account: byUs || object.status.arn === undefined ? 'no' : 'needed',
    leftover: leftoverOf(facts, users, [], own),
    // AWS lists a group's nodes for a while after the group: its parameter group would stay for good if nobody waited.
    lingering: own.find((name) => users(name)?.includes(intent.id)),
  }
}
