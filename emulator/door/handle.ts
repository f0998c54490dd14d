import { refuseByFault } from '../fault/deeds/refuse.ts'
import type { CallFault, ViewFault } from '../fault/fault.ts'
import type { View } from '../fault/view.ts'
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

/** Input members that name a resource that a call is about, in the order in which they are looked at. */
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
  'TargetSnapshotName',
  'ServerlessCacheSnapshotName',
  'SourceServerlessCacheSnapshotName',
  'TargetServerlessCacheSnapshotName',
]

/** All names of resources in a call, in lower case; an ARN is one, and so is the name in it. */
const namesIn = (parameters: URLSearchParams): readonly string[] =>
  NAMING.flatMap((member) => {
    const name = parameters.get(member)?.toLowerCase()
    if (!name) return []
    return name.startsWith('arn:') ? [name, name.slice(name.lastIndexOf(':') + 1)] : [name]
  })

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
  const struck = { action: schema.name, names: namesIn(parameters), nowMs }
  const { profile, quotas, s3Dir, engines, endpoints = 'local' } = state
  const address = addressShown(world, endpoints, (key, port) => engines.address(key, port))
  const slotsMovedPercent = (clusterKey: string) => engines.slotsMovedPercent(clusterKey)
  const perform = (view: View) =>
    operation({ world: view.world, input, nowMs: view.nowMs, profile, quotas, s3Dir, address, slotsMovedPercent })
  const view = state.faults.view(struck, world, perform)
  if (view.fault) bentBy(view.fault)
  try {
    const page = state.faults.page(struck, perform(view))
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
  const names = namesIn(parameters)
  const [id] = names
  const action = parameters.get('Action') ?? ''
  return {
    service: 'elasticache',
    action,
    ...(id === undefined ? {} : { id }),
    names,
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
  const { action, id, names = id === undefined ? [] : [id] } = call
  const fault = state.faults.take({ action, names, nowMs })
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
