import type { ElastiCacheClient } from '@aws-sdk/client-elasticache'
import type { ObservedParameters, Tags } from '../../plan/core/observed.ts'
import type { Clock } from '../../time/clock.ts'
import { nameOfArn } from '../actions/call.ts'
import type { Effect } from '../snapshot/observations.ts'
import { cachedFor } from './cached-for.ts'
import { readParameterGroup, readSettable } from './parameters.ts'
import { readTags } from './tags.ts'

/** Defaults of a family: AWS changes them with a new version of the family at most. */
const familyMs = 3_600_000
const keptMs = 600_000
/** So long after our own write a reply may still be from before it, so it is kept for a moment only. */
const laggingMs = 30_000
const momentMs = 2000

/**
 * Parameter groups, of which one may serve many caches: what was read of a group is shared and kept, until we write it
 * ourselves. Our writes are remembered for an hour.
 */
export interface SharedParameters {
  /** `fresh`: what was kept of the group, its tags too, is dropped first. */
  read(name: string, fresh: boolean): Promise<ObservedParameters | undefined>
  readTags(arn: string): Promise<Tags>
  /** What a family lets one set, with its defaults. */
  readSettable(family: string): Promise<Readonly<Record<string, string>>>
  /** Tells that a write of the group begins, and the returned function, how it ended. */
  writing(name: string): (effect: Effect) => void
  sinceWriteMs(name: string): number | undefined
}

export const sharedParametersOf = (client: ElastiCacheClient, clock: Clock): SharedParameters => {
  const wroteMs = new Map<string, number>()
  const arns = new Map<string, string>()
  const sinceWriteMs = (name: string) => {
    const at = wroteMs.get(name.toLowerCase())
    return at === undefined ? undefined : clock.nowMs() - at
  }
  const keepMs = (name: string) => ((sinceWriteMs(name) ?? laggingMs) < laggingMs ? momentMs : keptMs)
  const settable = cachedFor(clock, familyMs, (family) => readSettable(client, family))
  const groups = cachedFor(clock, keepMs, (name) => readParameterGroup(client, name, settable.read))
  const tags = cachedFor(clock, keepMs, (name) => readTags(client, arns.get(name) ?? ''))
  const drop = (name: string) => {
    groups.drop(name)
    tags.drop(name)
  }
  const forgetOld = () => {
    for (const [name, at] of wroteMs) if (clock.nowMs() - at > familyMs) wroteMs.delete(name)
  }
  return {
    read: (asked, fresh) => {
      const name = asked.toLowerCase()
      if (fresh) drop(name)
      return groups.read(name)
    },
    readTags: (arn) => {
      const name = nameOfArn(arn).toLowerCase()
      arns.set(name, arn)
      return tags.read(name)
    },
    readSettable: settable.read,
    writing: (written) => {
      const name = written.toLowerCase()
      drop(name)
      return (effect) => {
        // What was asked for meanwhile may be from before the write, whatever AWS said to it.
        drop(name)
        if (effect === 'none') return
        forgetOld()
        wroteMs.set(name, clock.nowMs())
      }
    },
    sinceWriteMs,
  }
}
