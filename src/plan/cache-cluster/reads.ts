import { hashOf } from '../core/hash.ts'
import { wantedTags } from '../core/tags.ts'
import type { CacheFacts } from './facts.ts'
import { type Intent, knownOurs } from './intent.ts'

/** What a reconcile must ask AWS beyond the shared snapshot. For a settled object: nothing. */
export interface Reads {
  readonly live: boolean
  readonly tags: boolean
  readonly parameters: boolean
  readonly events: boolean
}

/** After the same plan was carried out so often, AWS's events may tell why it leads nowhere. */
const suspicious = 3

type Known = Pick<CacheFacts, 'object' | 'observed' | 'repeats'>

/** `refresh`: the user or the slow resync asks for everything to be read again. */
export const readsOf = (facts: Known, intent: Intent, refresh: boolean): Reads => {
  const { object, observed } = facts
  if (observed.is === 'unknown') return { live: false, tags: false, parameters: false, events: false }
  if (object.deleting) return deletionReads(facts)
  const cache = observed.is === 'seen' ? observed.cache : undefined
  const applied = object.status.parameterGroup?.appliedHash
  return {
    live: cache === undefined && object.status.arn !== undefined,
    tags:
      cache !== undefined &&
      cache.state !== 'deleting' &&
      (!knownOurs(object, cache) ||
        (cache.state === 'available' && (refresh || object.status.tags?.hash !== hashOf(wantedTags(object))))),
    parameters: intent.ownGroup !== undefined && (refresh || applied !== intent.ownGroup.hash),
    events: cache?.state === 'failed' || facts.repeats >= suspicious,
  }
}

/** Deletes are decided from live reads only; while AWS is busy deleting, the snapshot is enough. */
const deletionReads = ({ object, observed }: Known): Reads => {
  const busy = observed.is === 'seen' && (observed.cache.state === 'deleting' || observed.cache.state === 'moving')
  const protectedNow = object.spec.deletionProtection
  const ask = !busy && !protectedNow
  const recorded = object.status.parameterGroup
  const leftOver =
    observed.is === 'seen' && recorded?.owned === true && recorded.name !== observed.cache.parameterGroupName
  const parameters = ask && (observed.is === 'absent' || leftOver || object.spec.deletionPolicy === 'Retain')
  return { live: ask, tags: ask && observed.is === 'seen', parameters, events: false }
}
