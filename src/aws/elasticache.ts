import type { AwsAction } from '../plan/core/action.ts'
import type { Topology } from '../plan/core/observed.ts'
import type { Acted, Read } from '../plan/core/outcome.ts'
import type { Clock } from '../time/clock.ts'
import { type Call, subjectOfArn } from './actions/call.ts'
import { callOf } from './actions/calls.ts'
import type { SdkClients } from './client/client.ts'
import { AwsLayerError, actedOf, awsFailureOf, mayHaveEffect, requestIdOf } from './errors/errors.ts'
import type { AwsSubject } from './errors/rows.ts'
import type { Aws } from './port.ts'
import { readAccount } from './reads/account.ts'
import { readGroup, readMemcached } from './reads/cache.ts'
import { cachedFor } from './reads/cached-for.ts'
import { type EventSource, readAllEvents, readEvents } from './reads/events.ts'
import { type SharedParameters, sharedParametersOf } from './reads/shared-parameters.ts'
import { readTags } from './reads/tags.ts'
import { readDefaultVersion } from './reads/versions.ts'
import type { Effect } from './snapshot/observations.ts'
import type { Snapshot } from './snapshot/snapshot.ts'

const keepMs = 60 * 60 * 1000

/** The part of a logger that this room uses; fields never hold secrets, and none is called `message`. */
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

/** The same of a list, which is empty where there is nothing. */
const readList = async <T>(load: () => Promise<readonly T[]>): Promise<Read<readonly T[]>> => {
  const list = await read(undefined, load)
  return list.ok ? { ok: true, value: list.value ?? [] } : list
}

/** Events of the group, and of its first node: a change of nodes that fails in the background is told there. */
const sourcesOf = (snapshot: Snapshot, id: string, topology: Topology): readonly EventSource[] => {
  if (topology === 'memcached') return [{ id, type: 'cache-cluster' }]
  const member = snapshot.pictured(id, 'group')?.members[0]
  const group: EventSource = { id, type: 'replication-group' }
  return member ? [group, { id: member.id, type: 'cache-cluster' }] : [group]
}

interface Sent {
  readonly acted: Acted
  readonly effect: Effect
  readonly requestId?: string | undefined
}

/** How a call ended, and whether anything may have been changed by it. `there`: whether the picture had what it is about. */
const sent = async (clients: SdkClients, call: Call, there: boolean | undefined, secret?: string): Promise<Sent> => {
  try {
    const reply = await call.send(clients.change)
    return { acted: { is: 'done' }, effect: 'perhaps', requestId: requestIdOf(reply) }
  } catch (error) {
    const acted = actedOf(error, call.subject, secret)
    // A fact that the picture denies: then the picture is what is wrong.
    const contradicted = (acted.is === 'exists' && there !== true) || (acted.is === 'absent' && there !== false)
    const effect = mayHaveEffect(error) || contradicted ? 'perhaps' : 'none'
    return { acted, effect, requestId: requestIdOf(error) }
  }
}

/** Sends a change, and lets nobody believe an older picture of what it may have changed. */
const carryOut = async (
  { clients, snapshot }: ElastiCacheOptions,
  parameters: SharedParameters,
  action: AwsAction,
  authToken: string | undefined,
): Promise<Sent> => {
  const call = callOf(action, authToken)
  if ('parameterGroup' in call.spoils) {
    const end = parameters.writing(call.spoils.parameterGroup)
    const result = await sent(clients, call, undefined, authToken)
    end(result.effect)
    return result
  }
  const before = snapshot.observed(call.spoils.cache)
  const end = snapshot.writing(call.spoils.cache)
  const result = await sent(clients, call, before.is === 'unknown' ? undefined : before.is === 'seen', authToken)
  end(result.effect)
  return result
}

const nameIn = (action: AwsAction): string =>
  'id' in action ? action.id : 'name' in action ? action.name : action.cacheId

/** The sooner of two times since something, where either may never have been. */
const sooner = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Math.min(one, other)

/** The port, on the SDK. */
export const elastiCacheOf = (options: ElastiCacheOptions): Aws => {
  const { clients, snapshot, clock, mayWrite, log } = options
  const parameters = sharedParametersOf(clients.read, clock)
  const accounts = cachedFor(clock, keepMs, () => readAccount(clients.read))
  const defaults = cachedFor(clock, keepMs, (engine) => readDefaultVersion(clients.read, engine))

  return {
    observed: snapshot.observed,
    pollState: snapshot.state,
    parameterGroupUsers: snapshot.parameterGroupUsers,
    sinceWriteMs: (name) => sooner(snapshot.sinceWriteMs(name), parameters.sinceWriteMs(name)),
    watch: snapshot.watch,
    forget: snapshot.forget,
    readCache: (id, topology, { members }) =>
      topology === 'group'
        ? read('group', () => readGroup(clients.read, id, members, snapshot.pictured(id, 'group')))
        : read('cacheCluster', () => readMemcached(clients.read, id)),
    readTags: (arn) => {
      const subject = subjectOfArn(arn)
      return read(subject, () =>
        subject === 'parameterGroup' ? parameters.readTags(arn) : readTags(clients.read, arn),
      )
    },
    readParameters: (name, options) => read('parameterGroup', () => parameters.read(name, options?.fresh ?? false)),
    readSettable: (family) => read(undefined, () => parameters.readSettable(family)),
    readEvents: (id, topology, sinceMs) =>
      readList(() => readEvents(clients.read, sourcesOf(snapshot, id, topology), sinceMs)),
    eventsSince: (sinceMs) => readList(() => readAllEvents(clients.read, sinceMs)),
    readDefaultVersion: async (engine) => {
      const version = await read(undefined, () => defaults.read(engine))
      if (!version.ok) return version
      if (version.value) return { ok: true, value: version.value }
      const message = `AWS names no default version of ${engine}. Name an engine version in the spec.`
      return { ok: false, failure: { is: 'stalled', reason: 'NotSupported', message } }
    },
    readAccount: () => read(undefined, () => accounts.read('own')),
    act: async (action, authToken, about = {}) => {
      if (!mayWrite())
        return actedOf(new AwsLayerError('NoLeaseMargin', 'The lease may end before the reply'), undefined)
      const startMs = clock.nowMs()
      const { acted, requestId } = await carryOut(options, parameters, action, authToken)
      const fields = {
        ...about,
        do: action.do,
        on: nameIn(action),
        outcome: acted.is,
        durationMs: Math.round(clock.nowMs() - startMs),
        requestId,
      }
      if (acted.is === 'failed') {
        const { reason, code, words, cure } = acted.failure
        log.warn('AWS did not take a change', { ...fields, reason, code, words, cure })
      } else log.info('AWS took a change', fields)
      return acted
    },
  }
}
