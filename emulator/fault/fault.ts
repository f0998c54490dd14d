/** What an ordered fault does to a call. */
export type FaultDeed =
  /** The call is carried out and the connection is reset instead of a reply. */
  | { readonly do: 'dropReplyAfterCommit' }
  /** The connection is reset and nothing was carried out. */
  | { readonly do: 'resetBeforeCommit' }
  /** Throttling, HTTP 400, nothing was carried out. */
  | { readonly do: 'throttle' }
  /** HTTP 500 InternalFailure or 503 ServiceUnavailable, nothing was carried out. */
  | { readonly do: 'serverError'; readonly status?: 500 | 503 }
  /** The call is carried out and answered late. */
  | { readonly do: 'delay'; readonly delayMs: number }
  /** The wire code and message of your choice, nothing was carried out. */
  | { readonly do: 'error'; readonly code: string; readonly message?: string }
  /** The call is carried out and half of the reply's body is sent. */
  | { readonly do: 'truncate' }

/** A fault to order: which calls it strikes, how often or how long. Without count and seconds it strikes once. */
export type Fault = FaultDeed & {
  /** The action's name, or '*' for any. */
  readonly action: string
  /** Only calls that name this resource. */
  readonly id?: string
  readonly count?: number
  /** On the emulator's clock, from the moment of the order. */
  readonly seconds?: number
}

const DEEDS = new Set([
  'dropReplyAfterCommit',
  'resetBeforeCommit',
  'throttle',
  'serverError',
  'delay',
  'error',
  'truncate',
])
const FIELDS = new Set(['action', 'id', 'do', 'count', 'seconds', 'delayMs', 'code', 'message', 'status'])

const positive = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value > 0

const problemsOf = (order: Record<string, unknown>): readonly string[] => {
  const text = (field: string) => typeof order[field] === 'string'
  return [
    ...Object.keys(order).flatMap((field) => (FIELDS.has(field) ? [] : [`unknown field ${field}`])),
    ...(DEEDS.has(String(order.do)) ? [] : [`do must be one of ${[...DEEDS].join(', ')}`]),
    ...(text('action') ? [] : ['action must be an action name or *']),
    ...(order.id === undefined || text('id') ? [] : ['id must be text']),
    ...(['count', 'seconds'] as const).flatMap((field) =>
      order[field] === undefined || positive(order[field]) ? [] : [`${field} must be a positive number`],
    ),
    ...(order.do === 'delay' && !positive(order.delayMs) ? ['delay needs delayMs, a positive number'] : []),
    ...(order.do === 'error' && !text('code') ? ['error needs code, a wire code'] : []),
    ...(order.status === undefined || order.status === 500 || order.status === 503
      ? []
      : ['status must be 500 or 503']),
  ]
}

/** Reads a fault from JSON; a string says what is wrong with it. */
export const faultOf = (order: unknown): Fault | string => {
  if (typeof order !== 'object' || order === null || Array.isArray(order)) return 'a fault is a JSON object'
  const problems = problemsOf(order as Record<string, unknown>)
  return problems.length > 0 ? problems.join('; ') : (order as Fault)
}
