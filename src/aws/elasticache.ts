import type { AwsAction } from '../plan/core/action.ts'
import type { Acted, Read } from '../plan/core/outcome.ts'
import type { Clock } from '../time/clock.ts'
import { subjectOfArn } from './actions/call.ts'
import { callFor } from './actions/calls.ts'
import type { SdkClients } from './client/client.ts'
import { AwsLayerError, actedOf, awsFailureOf } from './errors/errors.ts'
import type { AwsSubject } from './errors/rows.ts'
import type { Aws } from './port.ts'
import { readGroup, readMemcached } from './reads/cache.ts'
import { cachedFor } from './reads/cached-for.ts'
import { type EventSource, readEvents } from './reads/events.ts'
import { readParameterGroup, readSettable } from './reads/parameters.ts'
import { readTags } from './reads/tags.ts'
import { readDefaultVersion } from './reads/versions.ts'
import type { Snapshot } from './snapshot/snapshot.ts'

const keepMs = 60 * 60 * 1000

/** The part of a logger that this room uses; fields never hold secrets. */
export interface AwsLog {
  info(message: string, fields: Readonly<Record<string, unknown>>): void
  warn(message: string, fields: Readonly<Record<string, unknown>>): void
}

export interface ElastiCacheOptions {
  readonly clients: SdkClients
  readonly snapshot: Snapshot
  readonly clock: Clock
  /** False when the lease has no margin left: then nothing is sent. */
  readonly mayWrite: () => boolean
  readonly log: AwsLog
}

/** A read's errors as values. What the read is about may be missing: that is a value too. */
const read = async <T>(subject: AwsSubject | undefined, load: () => Promise<T>): Promise<Read<T | undefined>> => {
  try {
    return { ok: true, value: await load() }
  } catch (error) {
    const failure = awsFailureOf(error, subject)
    return failure ? { ok: false, failure } : { ok: true, value: undefined }
  }
}

/** Events of the group, and of its first node: a change of nodes that fails in the background is told there. */
const sourcesOf = (snapshot: Snapshot, id: string, is: 'group' | 'memcached'): readonly EventSource[] => {
  if (is === 'memcached') return [{ id, type: 'cache-cluster' }]
  const observed = snapshot.observed(id)
  const member = observed.is === 'seen' ? observed.cache.members[0] : undefined
  const group: EventSource = { id, type: 'replication-group' }
  return member ? [group, { id: member.id, type: 'cache-cluster' }] : [group]
}

/** The port, on the SDK. */
export const elastiCacheOf = ({ clients, snapshot, clock, mayWrite, log }: ElastiCacheOptions): Aws => {
  const settableOf = cachedFor(clock, keepMs, (family) => readSettable(clients.read, family))
  const defaultOf = cachedFor(clock, keepMs, (engine) => readDefaultVersion(clients.read, engine))

  const send = async <A extends AwsAction>(action: A, authToken: string | undefined): Promise<Acted> => {
    const act = callFor(action)
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
    observed: snapshot.observed,
    sinceWriteMs: snapshot.sinceWriteMs,
    watch: snapshot.watch,
    forget: snapshot.forget,
    readCache: (id, is) =>
      is === 'group'
        ? read('group', () => readGroup(clients.read, id))
        : read('cacheCluster', () => readMemcached(clients.read, id)),
    readTags: (arn) => read(subjectOfArn(arn), () => readTags(clients.read, arn)),
    readParameters: (name) => read('parameterGroup', () => readParameterGroup(clients.read, name, settableOf)),
    readEvents: async (id, is, sinceMs) => {
      const events = await read(undefined, () => readEvents(clients.read, sourcesOf(snapshot, id, is), sinceMs))
      return events.ok ? { ok: true, value: events.value ?? [] } : events
    },
    readDefaultVersion: async (engine) => {
      const version = await read(undefined, () => defaultOf(engine))
      if (!version.ok) return version
      if (version.value) return { ok: true, value: version.value }
      const message = `AWS names no default version of ${engine}. Name an engine version in the spec.`
      return { ok: false, failure: { is: 'stalled', reason: 'NotSupported', message } }
    },
    act: async (action, authToken) => {
      if (!mayWrite())
        return actedOf(new AwsLayerError('NoLeaseMargin', 'The lease may end before the reply'), undefined)
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
