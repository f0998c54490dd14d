import type { Fault } from '../fault/fault.ts'
import { decodeInput } from '../wire/decode.ts'
import { encodeRefusal, encodeResult } from '../wire/encode.ts'
import { Refusal, refusal } from '../wire/refusal.ts'
import { OPERATIONS, type OperationSchema } from '../wire/schema.ts'
import { scopeOf } from '../wire/signature.ts'
import type { Place } from '../world/world.ts'
import { adminAnswer } from './admin.ts'
import { type Answer, type Request, xmlAnswer } from './request.ts'
import { converge, type EmulatorState, refresh, worldAt } from './state.ts'

const VERSION = '2015-02-02'
const DEFAULT_ACCOUNT = '123456789012'

/** Input members that name the resource a call is about, in the order in which they are looked at. */
const NAMING = [
  'ReplicationGroupId',
  'CacheClusterId',
  'CacheParameterGroupName',
  'CacheSubnetGroupName',
  'SnapshotName',
  'UserId',
  'UserGroupId',
  'ServerlessCacheName',
  'ResourceName',
  'CacheParameterGroupFamily',
]

const namedIn = (parameters: URLSearchParams): string | undefined => {
  const member = NAMING.find((name) => parameters.get(name))
  return member === undefined ? undefined : parameters.get(member)?.toLowerCase()
}

const placeOf = (state: EmulatorState, request: Request, parameters: URLSearchParams): Place => {
  const { accessKeyId, region } = scopeOf(request.headers.authorization, parameters)
  return { account: state.accounts[accessKeyId] ?? DEFAULT_ACCOUNT, region }
}

const schemaOf = (parameters: URLSearchParams): OperationSchema => {
  const action = parameters.get('Action')
  const version = parameters.get('Version')
  if (!action) throw refusal('MissingAction', 'The request must contain the parameter Action.')
  const schema = OPERATIONS.get(action)
  if (!schema || version !== VERSION) {
    throw refusal(
      'InvalidAction',
      `Could not find operation ${action} for version ${version ?? 'NO_VERSION_SPECIFIED'}`,
    )
  }
  return schema
}

const carryOut = (
  state: EmulatorState,
  schema: OperationSchema,
  place: Place,
  parameters: URLSearchParams,
  nowMs: number,
): object => {
  const operation = state.operations.get(schema.name)
  if (!operation) throw refusal('InvalidAction', `The operation ${schema.name} is not modelled by this endpoint.`)
  const input = decodeInput(schema.input, parameters)
  const world = worldAt(state, place)
  refresh(state, world, nowMs)
  const { profile, quotas, engines } = state
  try {
    return operation({ world, input, nowMs, profile, quotas, address: (key, port) => engines.address(key, port) })
  } finally {
    if (!/^(Describe|List)/.test(schema.name)) converge(state)
  }
}

/** A fault that keeps the call from being carried out. */
const refuseByFault = (fault: Fault | undefined): void => {
  if (fault?.do === 'throttle') throw refusal('Throttling', 'Rate exceeded')
  if (fault?.do === 'error') throw refusal(fault.code, fault.message ?? 'Ordered by a fault.')
  if (fault?.do !== 'serverError') return
  if (fault.status === 503) throw refusal('ServiceUnavailable', 'Service Unavailable')
  throw refusal('InternalFailure', 'An internal error has occurred. Please try your query again at a later time.')
}

/** What a fault does to the reply of a call. */
const bent = (answer: Answer, fault: Fault | undefined): Answer => {
  if (fault?.do === 'dropReplyAfterCommit' || fault?.do === 'resetBeforeCommit') return { ...answer, is: 'reset' }
  if (fault?.do === 'truncate') return { ...answer, is: 'truncate' }
  return fault?.do === 'delay' ? { ...answer, delayMs: fault.delayMs } : answer
}

const requestIdOf = (state: EmulatorState): string => {
  state.requestCount += 1
  return `00000000-0000-4000-8000-${String(state.requestCount).padStart(12, '0')}`
}

/** The parameters of the body, or of the query string as AWS's older examples send them. */
const parametersOf = (request: Request): URLSearchParams =>
  new URLSearchParams([...request.query, ...(request.method === 'POST' ? new URLSearchParams(request.body) : [])])

const serve = (state: EmulatorState, request: Request, nowMs: number): Answer => {
  const requestId = requestIdOf(state)
  const parameters = parametersOf(request)
  const id = namedIn(parameters)
  const action = parameters.get('Action') ?? ''
  const fault = state.faults.take(action, id, nowMs)
  let place: Place = { account: '', region: '' }
  const note = (outcome: string) =>
    state.ledger.record({
      time: new Date(nowMs).toISOString(),
      ...place,
      action,
      ...(id === undefined ? {} : { id }),
      outcome,
      ...(fault === undefined ? {} : { fault: fault.do }),
    })
  try {
    place = placeOf(state, request, parameters)
    const schema = schemaOf(parameters)
    refuseByFault(fault)
    if (fault?.do === 'resetBeforeCommit') {
      note('reset')
      return bent(xmlAnswer(200, '', requestId), fault)
    }
    const result = carryOut(state, schema, place, parameters, nowMs)
    note('ok')
    return bent(xmlAnswer(200, encodeResult(schema, result, requestId), requestId), fault)
  } catch (error) {
    const known = error instanceof Refusal ? error : refusal('InternalFailure', 'The emulator failed; see its log.')
    if (known !== error) process.stderr.write(`${(error as Error).stack ?? String(error)}\n`)
    note(known.code)
    return bent(xmlAnswer(known.httpStatus, encodeRefusal(known, requestId), requestId), fault)
  }
}

/** The core behind both doors: one request at one moment becomes one answer, and the worlds change with it. */
export const handle = (state: EmulatorState, request: Request, nowMs: number): Answer =>
  request.path.startsWith('/_') ? adminAnswer(state, request, nowMs) : serve(state, request, nowMs)
