import { OPERATIONS } from '../wire/schema.ts'
import { hasCapacityError, quotaCodesOf } from './deeds/own-errors.ts'
import { SHIFTABLE } from './deeds/pages.ts'
import { worldActionsOf } from './deeds/world.ts'
import { type Fault, isWorldFault } from './fault.ts'

type Order = Readonly<Record<string, unknown>>
/** Says what is wrong with a value, and what it must be; undefined when it is fine. */
type Check = (value: unknown) => string | undefined

const isPositive = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value > 0
const positive: Check = (value) => (isPositive(value) ? undefined : 'must be a positive number')
const whole: Check = (value) =>
  isPositive(value) && Number.isInteger(value) ? undefined : 'must be a whole number from 1'
const text: Check = (value) => (typeof value === 'string' && value !== '' ? undefined : 'must be text')
const flag: Check = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false')
const oneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value) ? undefined : `must be ${values.join(' or ')}`

interface Fields {
  readonly needed?: Readonly<Record<string, Check>>
  readonly free?: Readonly<Record<string, Check>>
}

/** The members of each deed beside action, id, count and seconds. */
const DEEDS: Readonly<Record<Fault['do'], Fields>> = {
  dropReplyAfterCommit: {},
  resetBeforeCommit: {},
  throttle: {},
  throttleBucket: { needed: { ratePerSecond: positive, burst: whole } },
  serverError: { free: { status: oneOf(500, 503) } },
  delay: { needed: { delayMs: positive } },
  timeout: { free: { carriedOut: flag } },
  error: { needed: { code: text }, free: { message: text } },
  truncate: {},
  noCapacity: { free: { asynchronous: flag } },
  quota: { free: { code: text } },
  expiredCredentials: { free: { code: oneOf('ExpiredToken', 'InvalidClientTokenId') } },
  stale: { free: { lagMs: positive } },
  notFoundAfterCreate: {},
  shiftPages: { free: { shift: oneOf('miss', 'repeat') } },
  stuckModifying: { free: { phase: oneOf('creating', 'modifying', 'deleting') } },
  createFailed: {},
  killNode: { needed: { id: text }, free: { node: text } },
}

const isDeed = (value: unknown): value is Fault['do'] => typeof value === 'string' && Object.hasOwn(DEEDS, value)

const COMMON: Readonly<Record<string, Check>> = { id: text, count: whole, seconds: positive }

const wrong = (order: Order, checks: Readonly<Record<string, Check>>, needed: boolean): readonly string[] =>
  Object.entries(checks).flatMap(([field, check]) => {
    const value = order[field]
    if (value === undefined) return needed ? [`${String(order['do'])} needs ${field}: it ${check(value)}`] : []
    const problem = check(value)
    return problem === undefined ? [] : [`${field} ${problem}`]
  })

/** Actions of the other services at the same port. */
const NEIGHBOURS = ['GetCallerIdentity', 'AssumeRole', 'GetMetricData', 'GetMetricStatistics', 'ListMetrics']

const isAction = (name: string): boolean => OPERATIONS.has(name) || NEIGHBOURS.includes(name)

/** Actions that a deed can strike; undefined when it can strike any. */
const actionsFor = (order: Order): readonly string[] | undefined => {
  const fault = order as unknown as Fault
  if (isWorldFault(fault)) return worldActionsOf(fault)
  const actions = [...OPERATIONS.keys()]
  switch (fault.do) {
    case 'quota':
      return actions.filter((action) => quotaCodesOf(action).length > 0)
    case 'noCapacity':
      return actions.filter(hasCapacityError)
    case 'stale':
    case 'notFoundAfterCreate':
      return actions.filter((action) => /^(Describe|List)/.test(action))
    case 'shiftPages':
      return SHIFTABLE
    default:
      return undefined
  }
}

const wrongAction = (order: Order): readonly string[] => {
  const { action } = order
  if (order['do'] === 'killNode') {
    const odd = ['action', 'seconds'].filter((field) => order[field] !== undefined)
    return odd.map((field) => `killNode strikes at the order: leave ${field} out`)
  }
  if (typeof action !== 'string' || action === '') return ['action must be an action name or *']
  if (action === '*') return []
  if (!isAction(action)) return [`action ${action} is unknown: use the name of an action, or * for any`]
  const possible = actionsFor(order)
  if (possible === undefined || possible.includes(action)) return []
  return [`action ${action} cannot be struck by ${String(order['do'])}: use * or one of ${possible.join(', ')}`]
}

const wrongQuota = ({ do: deed, action, code }: Order): readonly string[] => {
  if (deed !== 'quota' || text(code) !== undefined) return []
  const codes = [...OPERATIONS.keys()].filter((name) => action === '*' || name === action).flatMap(quotaCodesOf)
  return codes.length === 0 || codes.some((each) => each === code)
    ? []
    : [`code must be one of ${[...new Set(codes)].join(', ')}`]
}

const problemsOf = (order: Order): readonly string[] => {
  const deed = order['do']
  const { needed = {}, free = {} } = isDeed(deed) ? DEEDS[deed] : {}
  const known = new Set(['action', 'do', ...Object.keys({ ...COMMON, ...needed, ...free })])
  const unknown = Object.keys(order).flatMap((field) => (known.has(field) ? [] : [`unknown field ${field}`]))
  if (!isDeed(deed)) return [...unknown, `do must be one of ${Object.keys(DEEDS).join(', ')}`]
  return [
    ...unknown,
    ...wrongAction(order),
    ...wrong(order, { ...COMMON, ...free }, false),
    ...wrong(order, needed, true),
    ...wrongQuota(order),
  ]
}

/** Reads a fault from JSON; a string says what is wrong with it. */
export const faultOf = (order: unknown): Fault | string => {
  if (typeof order !== 'object' || order === null || Array.isArray(order)) return 'a fault is a JSON object'
  const problems = [...new Set(problemsOf(order as Order))]
  return problems.length > 0 ? problems.join('; ') : (order as Fault)
}
