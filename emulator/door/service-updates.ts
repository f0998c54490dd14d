import { ENGINE_NAMES } from '../world/engine-version.ts'
import { publish, SEVERITIES, type ServiceUpdate } from '../world/service-update.ts'
import { type Answer, jsonAnswer, type Request } from './request.ts'
import { type EmulatorState, worldAt } from './state.ts'

/** What `POST /_service-updates` takes: AWS publishes service updates, so a test plays AWS here. Dates are ISO 8601. */
export interface ServiceUpdateOrder {
  readonly name: string
  readonly region: string
  /** Default 123456789012. */
  readonly account?: string
  readonly engine: ServiceUpdate['engine']
  /** '7.1' means every patch of it; absent: all versions. */
  readonly engineVersion?: string
  /** Default important. */
  readonly severity?: ServiceUpdate['severity']
  readonly description?: string
  /** Default: now. */
  readonly releaseDate?: string
  /** Default: 30 days after the release. */
  readonly recommendedApplyByDate?: string
  /** Default: 180 days after the recommended date. */
  readonly endDate?: string
  /** Whether it is applied by itself after the recommended date; default false. */
  readonly autoApply?: boolean
  /** Default: 30 minutes per node. */
  readonly estimatedTime?: string
  /** Default available. cancelled: AWS has withdrawn it. */
  readonly status?: 'available' | 'cancelled'
}

const DAY_MS = 86_400_000
const DEFAULT_ACCOUNT = '123456789012'
const TEXTS = ['account', 'engineVersion', 'description', 'estimatedTime']
const DATES = ['releaseDate', 'recommendedApplyByDate', 'endDate']
const KNOWN = [...TEXTS, ...DATES, 'name', 'region', 'engine', 'severity', 'autoApply', 'status']

const isOneOf = (list: readonly string[], value: unknown): boolean => typeof value === 'string' && list.includes(value)

const isDate = (value: unknown): boolean => typeof value === 'string' && !Number.isNaN(Date.parse(value))

/** What is wrong with an order; nothing when it is one. */
const faultsOf = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return ['a service update is an object']
  const order = value as Readonly<Record<string, unknown>>
  const wrong = (name: string, isRight: (field: unknown) => boolean, wanted: string) =>
    order[name] === undefined || isRight(order[name]) ? [] : [`${name} must be ${wanted}`]
  const needed = ['name', 'region', 'engine'].filter((name) => order[name] === undefined || order[name] === '')
  return [
    ...Object.keys(order).flatMap((name) => (KNOWN.includes(name) ? [] : [`${name} is unknown`])),
    ...needed.map((name) => `${name} is missing`),
    ...['name', 'region', ...TEXTS].flatMap((name) => wrong(name, (field) => typeof field === 'string', 'a text')),
    ...DATES.flatMap((name) => wrong(name, isDate, 'an ISO 8601 date')),
    ...wrong('engine', (field) => isOneOf(ENGINE_NAMES, field), `one of ${ENGINE_NAMES.join(', ')}`),
    ...wrong('severity', (field) => isOneOf(SEVERITIES, field), `one of ${SEVERITIES.join(', ')}`),
    ...wrong('status', (field) => isOneOf(['available', 'cancelled'], field), 'available or cancelled'),
    ...wrong('autoApply', (field) => typeof field === 'boolean', 'true or false'),
  ]
}

const updateOf = (order: ServiceUpdateOrder, nowMs: number): ServiceUpdate => {
  const at = (date: string | undefined, otherwise: number) => (date === undefined ? otherwise : Date.parse(date))
  const releasedAtMs = at(order.releaseDate, nowMs)
  const applyByMs = at(order.recommendedApplyByDate, releasedAtMs + 30 * DAY_MS)
  return {
    name: order.name,
    description: order.description ?? `Security update for ${order.engine}`,
    severity: order.severity ?? 'important',
    engine: order.engine,
    ...(order.engineVersion === undefined ? {} : { engineVersion: order.engineVersion }),
    releasedAtMs,
    applyByMs,
    endsAtMs: at(order.endDate, applyByMs + 180 * DAY_MS),
    auto: order.autoApply ?? false,
    estimatedTime: order.estimatedTime ?? '30 minutes per node',
    status: order.status ?? 'available',
  }
}

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** The door `/_service-updates`: GET lists what is published, POST publishes one or a list of them. */
export const serviceUpdatesAnswer = (state: EmulatorState, request: Request, nowMs: number): Answer => {
  if (request.method === 'POST') {
    const orders = [parsed(request.body)].flat()
    const faults = orders.flatMap(faultsOf)
    if (faults.length > 0) return jsonAnswer(400, { error: faults.join('; ') })
    for (const order of orders as readonly ServiceUpdateOrder[]) {
      publish(
        worldAt(state, { account: order.account ?? DEFAULT_ACCOUNT, region: order.region }),
        updateOf(order, nowMs),
      )
    }
    state.changed?.()
  }
  const serviceUpdates = [...state.worlds.values()].flatMap(({ account, region, serviceUpdates }) =>
    [...serviceUpdates.values()].map((update) => ({ account, region, ...update })),
  )
  return jsonAnswer(200, { serviceUpdates })
}
