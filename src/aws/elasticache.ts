import type { AwsAction } from '../plan/action.ts'
import type { Acted, Read } from '../plan/outcome.ts'
import { subjectOfArn } from './act.ts'
import { actFor } from './acts.ts'
import type { Clients } from './client.ts'
import type { Clock } from './clock.ts'
import type { Subject } from './error-rows.ts'
import { AwsRoomError, actedOf, failureOf } from './errors.ts'
import { kept } from './kept.ts'
import { lookGroup, lookMemcached } from './look-cache.ts'
import { type EventSource, lookDefaultVersion, lookEvents, lookTags } from './look-others.ts'
import { lookParameterGroup, lookSettable } from './look-parameters.ts'
import type { Aws } from './port.ts'
import type { Snapshot } from './snapshot.ts'

const keepMs = 60 * 60 * 1000

/** The part of a logger that this room uses; fields never hold secrets. */
export interface Log {
  info(message: string, fields: Readonly<Record<string, unknown>>): void
  warn(message: string, fields: Readonly<Record<string, unknown>>): void
}

export interface ElastiCacheOptions {
  readonly clients: Clients
  readonly snapshot: Snapshot
  readonly clock: Clock
  /** False when the lease has no margin left: then nothing is sent. */
  readonly mayWrite: () => boolean
  readonly log: Log
}

/** A read's errors as values. What the read is about may be missing: that is a value too. */
const read = async <T>(subject: Subject | undefined, load: () => Promise<T>): Promise<Read<T | undefined>> => {
  try {
    return { ok: true, value: await load() }
  } catch (error) {
    const failure = failureOf(error, subject)
    return failure ? { ok: false, failure } : { ok: true, value: undefined }
  }
}

/** Events of the group, and of its first node: a change of nodes that fails in the background is told there. */
const sourcesOf = (snapshot: Snapshot, id: string, is: 'group' | 'memcached'): readonly EventSource[] => {
  if (is === 'memcached') return [{ id, type: 'cache-cluster' }]
  const sight = snapshot.sight(id)
  const member = sight.is === 'seen' ? sight.cache.members[0] : undefined
  const group: EventSource = { id, type: 'replication-group' }
  return member ? [group, { id: member.id, type: 'cache-cluster' }] : [group]
}

/** The port, on the SDK. */
export const elastiCacheOf = ({ clients, snapshot, clock, mayWrite, log }: ElastiCacheOptions): Aws => {
  const settableOf = kept(clock, keepMs, (family) => lookSettable(clients.look, family))
  const defaultOf = kept(clock, keepMs, (engine) => lookDefaultVersion(clients.look, engine))

  const send = async <A extends AwsAction>(action: A, authToken: string | undefined): Promise<Acted> => {
    const act = actFor(action)
    const spoilt = act.spoils(action)
    const end = spoilt === undefined ? undefined : snapshot.writing(spoilt)
    try {
      await act.send(clients.change, action, authToken)
      return { is: 'done' }
    } catch (error) {
      return actedOf(error, act.subject(action), authToken)
    } finally {
      end?.()
    }
  }

  return {
    sight: snapshot.sight,
    sinceWriteMs: snapshot.sinceWriteMs,
    attend: snapshot.attend,
    forget: snapshot.forget,
    lookCache: (id, is) =>
      is === 'group'
        ? read('group', () => lookGroup(clients.look, id))
        : read('cacheCluster', () => lookMemcached(clients.look, id)),
    lookTags: (arn) => read(subjectOfArn(arn), () => lookTags(clients.look, arn)),
    lookParameters: (name) => read('parameterGroup', () => lookParameterGroup(clients.look, name, settableOf)),
    lookEvents: async (id, is, sinceMs) => {
      const events = await read(undefined, () => lookEvents(clients.look, sourcesOf(snapshot, id, is), sinceMs))
      return events.ok ? { ok: true, value: events.value ?? [] } : events
    },
    lookDefaultVersion: async (engine) => {
      const version = await read(undefined, () => defaultOf(engine))
      if (!version.ok) return version
      if (version.value) return { ok: true, value: version.value }
      const message = `AWS names no default version of ${engine}. Name an engine version in the spec.`
      return { ok: false, failure: { is: 'stalled', reason: 'NotSupported', message } }
    },
    act: async (action, authToken) => {
      if (!mayWrite())
        return actedOf(new AwsRoomError('NoLeaseMargin', 'The lease may end before the reply'), undefined)
      const startMs = clock.nowMs()
      const acted = await send(action, authToken)
      const on = 'id' in action ? action.id : 'name' in action ? action.name : action.cacheId
      const fields = { do: action.do, on, outcome: acted.is, durationMs: Math.round(clock.nowMs() - startMs) }
      if (acted.is === 'failed') {
        const { reason, message } = acted.failure
        log.warn('AWS did not take a change', { ...fields, reason, message })
      } else log.info('AWS took a change', fields)
      return acted
    },
  }
}
