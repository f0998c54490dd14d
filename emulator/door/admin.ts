import type { Fault } from '../fault/fault.ts'
import { namedAddresses } from '../shown/endpoint.ts'
import { type Answer, jsonAnswer, type Request } from './request.ts'
import { serviceUpdatesAnswer } from './service-updates.ts'
import { type EmulatorState, refresh } from './state.ts'

const HIDDEN = new Set(['tokens', 'passwords'])

/** Maps as objects, and nothing that somebody could log in with. */
const shown = (key: string, value: unknown): unknown => {
  if (HIDDEN.has(key) && Array.isArray(value)) return `${value.length} hidden`
  return value instanceof Map ? Object.fromEntries(value) : value
}

/** All worlds as JSON values, brought up to date, with tokens and passwords hidden. */
export const worldsShown = (state: EmulatorState, nowMs: number): unknown => {
  for (const world of state.worlds.values()) refresh(state, world, nowMs)
  const all = {
    nowMs,
    worlds: [...state.worlds.values()],
    failedNodes: Object.fromEntries(state.engines.failed()),
  }
  return JSON.parse(JSON.stringify(all, shown))
}

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

const orderFaults = (state: EmulatorState, body: string, nowMs: number): Answer => {
  const orders = [parsed(body)].flat()
  const wrong = orders.map(state.faults.problem).filter((problem) => problem !== undefined)
  if (wrong.length > 0) return jsonAnswer(400, { error: wrong.join('; ') })
  for (const fault of orders) state.faults.order(fault as Fault, nowMs)
  return jsonAnswer(200, { faults: state.faults.list(nowMs) })
}

const ledgerAnswer = (state: EmulatorState, method: string): Answer => {
  if (method !== 'GET') state.ledger.clear()
  return jsonAnswer(200, { calls: state.ledger.entries() })
}

const faultsAnswer = (state: EmulatorState, request: Request, nowMs: number): Answer => {
  if (request.method === 'POST') return orderFaults(state, request.body, nowMs)
  if (request.method === 'DELETE') state.faults.clear()
  return jsonAnswer(200, { faults: state.faults.list(nowMs) })
}

/** The authority behind the servers' certificates, for whoever connects with TLS; none without real servers. */
const trusted = ({ engines }: EmulatorState): { readonly caFile?: string } =>
  'caFile' in engines && typeof engines.caFile === 'string' ? { caFile: engines.caFile } : {}

/** Every endpoint under AWS's name, and the address behind it. */
const endpointsShown = (state: EmulatorState, nowMs: number): unknown => {
  for (const world of state.worlds.values()) refresh(state, world, nowMs)
  const address = (key: string, port: number) => state.engines.address(key, port)
  return Object.fromEntries([...state.worlds.values()].flatMap((world) => namedAddresses(world, address)))
}

/** The emulator's own doors: _health, _world, _endpoints, _ledger, _faults and _service-updates. */
export const adminAnswer = (state: EmulatorState, request: Request, nowMs: number): Answer => {
  switch (request.path) {
    case '/_health':
      return jsonAnswer(200, { status: 'ok', operations: state.operations.size, nowMs, ...trusted(state) })
    case '/_world':
      return jsonAnswer(200, worldsShown(state, nowMs))
    case '/_endpoints':
      return jsonAnswer(200, { endpoints: endpointsShown(state, nowMs) })
    case '/_ledger':
      return ledgerAnswer(state, request.method)
    case '/_faults':
      return faultsAnswer(state, request, nowMs)
    case '/_service-updates':
      return serviceUpdatesAnswer(state, request, nowMs)
    default:
      return jsonAnswer(404, {
        error: 'The doors are /_health, /_world, /_endpoints, /_ledger, /_faults and /_service-updates.',
      })
  }
}
