import { refuseByFault } from '../fault/deeds/refuse.ts'
import type { CallFault, ViewFault } from '../fault/fault.ts'
import { addressShown } from '../shown/endpoint.ts'
import { decodeInput } from '../wire/decode.ts'
import { encodeRefusal, encodeResult } from '../wire/encode.ts'
import { Refusal, refusal } from '../wire/refusal.ts'
import { OPERATIONS, type OperationSchema } from '../wire/schema.ts'
import type { Place } from '../world/world.ts'
import { adminAnswer } from './admin.ts'
import { callerOf } from './caller.ts'
import { neighbourCall } from './neighbours.ts'
import { type Answer, type Request, xmlAnswer } from './request.ts'
import type { ServiceCall } from './service-call.ts'
import { converge, type EmulatorState, refresh, worldAt } from './state.ts'

const VERSION = '2015-02-02'

/** Input members that name the resource a call is about, in the order in which they are looked at. */
const NAMING = [
  'ReplicationGroupId',
  'CacheClusterId',
  'CacheParameterGroupName',
  'CacheSubnetGroupName',
  'SnapshotName',
  'SourceSnapshotName',
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
  bentBy: (fault: ViewFault) => void,
): object => {
  const operation = state.operations.get(schema.name)
  if (!operation) throw refusal('InvalidAction', `The operation ${schema.name} is not modelled by this endpoint.`)
  const input = decodeInput(schema.input, parameters)
  const world = worldAt(state, place)
  refresh(state, world, nowMs)
  state.faults.remember(world, nowMs)
  const struck = { action: schema.name, id: namedIn(parameters), nowMs }
  const view = state.faults.view(struck, world)
  if (view.fault) bentBy(view.fault)
  const { profile, quotas, s3Dir, engines, endpoints = 'local' } = state
  const address = (key: string, port: number) => engines.address(key, port)
  try {
    const result = operation({
      world: view.world,
      input,
      nowMs: view.nowMs,
      profile,
      quotas,
      s3Dir,
      address: addressShown(world, endpoints, address),
      slotsMovedPercent: (clusterKey) => engines.slotsMovedPercent(clusterKey),
    })
    const page = state.faults.page(struck, result)
    if (page.fault) bentBy(page.fault)
    return page.result
  } finally {
    if (!/^(Describe|List)/.test(schema.name)) {
      state.faults.remember(world, nowMs)
      converge(state)
    }
  }
}

/** What a fault does to the reply of a call. */
const bent = (answer: Answer, fault: CallFault | undefined): Answer => {
  if (fault?.do === 'dropReplyAfterCommit' || fault?.do === 'resetBeforeCommit') return { ...answer, is: 'reset' }
  if (fault?.do === 'timeout') return { ...answer, is: 'silence' }
  if (fault?.do === 'truncate') return { ...answer, is: 'truncate' }
  return fault?.do === 'delay' ? { ...answer, delayMs: fault.delayMs } : answer
}

const requestIdOf = (state: EmulatorState): string => {
  state.requestCount += 1
  return `00000000-0000-4000-8000-${String(state.requestCount).padStart(12, '0')}`
}

/** JSON and CBOR bodies hold no parameters. */
const isForm = ({ method, headers }: Request): boolean =>
  method === 'POST' && !/json|cbor/.test(headers['content-type'] ?? '')

/** The parameters of the body, or of the query string as AWS's older examples send them. */
const parametersOf = (request: Request): URLSearchParams =>
  new URLSearchParams([...request.query, ...(isForm(request) ? new URLSearchParams(request.body) : [])])

/** A call of ElastiCache itself. */
const elastiCacheCall = (
  state: EmulatorState,
  parameters: URLSearchParams,
  nowMs: number,
  bentBy: (fault: ViewFault) => void,
): ServiceCall => {
  const id = namedIn(parameters)
  const action = parameters.get('Action') ?? ''
  return {
    service: 'elasticache',
    action,
    ...(id === undefined ? {} : { id }),
    begin: ({ place }) => {
      const schema = schemaOf(parameters)
      return () => carryOut(state, schema, place, parameters, nowMs, bentBy)
    },
    succeed: (result, requestId) => xmlAnswer(200, encodeResult(schemaOf(parameters), result, requestId), requestId),
    refuse: (error, requestId) => xmlAnswer(error.httpStatus, encodeRefusal(error, requestId), requestId),
  }
}

const serve = (state: EmulatorState, request: Request, nowMs: number): Answer | Promise<Answer> => {
  const requestId = requestIdOf(state)
  const parameters = parametersOf(request)
  let viewFault: ViewFault | undefined
  const bentBy = (by: ViewFault) => {
    viewFault = by
  }
  const call = neighbourCall(state, request, parameters, nowMs) ?? elastiCacheCall(state, parameters, nowMs, bentBy)
  const { action, id } = call
  const fault = state.faults.take(action, id, nowMs)
  let place: Place = { account: '', region: '' }
  const note = (outcome: string) => {
    const by = fault ?? viewFault
    state.ledger.record({
      time: new Date(nowMs).toISOString(),
      ...place,
      action,
      ...(id === undefined ? {} : { id }),
      outcome,
      ...(by === undefined ? {} : { fault: by.do }),
    })
  }
  const succeeded = (result: object): Answer => {
    note('ok')
    return bent(call.succeed(result, requestId), fault)
  }
  const failed = (error: unknown): Answer => {
    const known = error instanceof Refusal ? error : refusal('InternalFailure', 'The emulator failed; see its log.')
    if (known !== error) process.stderr.write(`${(error as Error).stack ?? String(error)}\n`)
    note(known.code)
    return bent(call.refuse(known, requestId), fault)
  }
  try {
    const caller = callerOf(state, call.service, request, parameters, nowMs)
    place = caller.place
    const work = call.begin(caller)
    refuseByFault(fault, action)
    if (fault?.do === 'resetBeforeCommit' || (fault?.do === 'timeout' && !fault.carriedOut)) {
      note(fault.do === 'timeout' ? 'timeout' : 'reset')
      return bent(xmlAnswer(200, '', requestId), fault)
    }
    const result = work()
    return result instanceof Promise ? result.then(succeeded).catch(failed) : succeeded(result)
  } catch (error) {
    return failed(error)
  }
}

/** The core behind both doors: one request at one moment becomes one answer, and the worlds change with it. */
export const handle = (state: EmulatorState, request: Request, nowMs: number): Answer | Promise<Answer> =>
  request.path.startsWith('/_') ? adminAnswer(state, request, nowMs) : serve(state, request, nowMs)
