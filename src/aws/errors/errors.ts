import type { Acted, Failure } from '../../plan/core/outcome.ts'
import { type AwsSubject, type ErrorRow, errorRows } from './rows.ts'
import { scrubbed } from './scrub.ts'

/** An error that this room itself raises between a call and its answer; `code` has a row in the table. */
export class AwsLayerError extends Error {
  readonly code: 'StrangeReply' | 'NoLeaseMargin' | 'Closing'
  constructor(code: 'StrangeReply' | 'NoLeaseMargin' | 'Closing', message: string) {
    super(message)
    this.name = 'AwsLayerError'
    this.code = code
  }
}

/** What the SDK, Node and this room put on an error; everything may be missing. */
interface ErrorShape {
  readonly name?: unknown
  readonly message?: unknown
  /** The wire code, set by the SDK from the reply. */
  readonly Code?: unknown
  /** Node's code, such as ECONNRESET. */
  readonly code?: unknown
  readonly cause?: unknown
  readonly $metadata?: { readonly httpStatusCode?: number | undefined }
  readonly $response?: { readonly headers?: Readonly<Record<string, string | undefined>> | undefined }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const shapeOf = (error: unknown): ErrorShape => (typeof error === 'object' && error !== null ? error : {})

/** The names to look up, best first: AWS's own, then Node's, then the class's; the same for what caused it. */
const codesOf = (error: unknown, depth = 0): string[] => {
  const shape = shapeOf(error)
  const own = [text(shape.Code), text(shape.code), text(shape.name)].filter((code) => code !== undefined)
  return shape.cause !== undefined && depth < 5 ? [...own, ...codesOf(shape.cause, depth + 1)] : own
}

/** AWS's or Node's words; the SDK has none of its own worth telling when an HTTP error came without a readable code. */
const wordsOf = (error: unknown): string => {
  const { Code, message, $metadata } = shapeOf(error)
  const http = $metadata?.httpStatusCode
  if (text(Code) === undefined && http !== undefined && http >= 300) return `HTTP ${http} with no code of AWS in it`
  return text(message) ?? 'No message came with this error'
}

const rowsByCode = Map.groupBy(errorRows, (row) => row.code)

const statusRow = (http: number | undefined): Omit<ErrorRow, 'code'> => {
  if (http === 429)
    return { does: 'retryable', reason: 'Throttled', cure: 'Larder slows down and tries again by itself.' }
  if (http !== undefined && http >= 500)
    return { does: 'retryable', reason: 'AwsUnavailable', cure: 'Larder tries again by itself.' }
  return {
    does: 'retryable',
    reason: 'UnknownError',
    cure: 'Larder does not know this error and tries again by itself.',
  }
}

/** The row for an error. A code that the table lacks falls to its HTTP status, and else to UnknownError. */
const rowOf = (error: unknown, message: string): Omit<ErrorRow, 'code'> => {
  for (const code of codesOf(error)) {
    const rows = rowsByCode.get(code)
    const row = rows?.find(({ whenMessageHas }) => whenMessageHas === undefined || message.includes(whenMessageHas))
    if (row) return row
  }
  return statusRow(shapeOf(error).$metadata?.httpStatusCode)
}

const retryAfterMs = (shape: ErrorShape): number | undefined => {
  const seconds = Number(shape.$response?.headers?.['retry-after'])
  return Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds * 1000) : undefined
}

const sentence = (words: string) => (/[.!?]$/.test(words) ? words : `${words}.`)

const failureFrom = (error: unknown, is: Failure['is'], row: Omit<ErrorRow, 'code'>, words: string): Failure => {
  const shape = shapeOf(error)
  // The code that AWS or Node told; a mere class name of JavaScript tells people nothing.
  const code = text(shape.Code) ?? text(shape.code) ?? (row.reason === 'UnknownError' ? undefined : text(shape.name))
  const after = retryAfterMs(shape)
  return {
    is,
    reason: row.reason,
    message: `${code === undefined ? '' : `${code}: `}${sentence(words)} ${row.cure}`,
    ...(code === undefined ? {} : { code }),
    ...(after === undefined ? {} : { retryAfterMs: after }),
  }
}

/**
 * What an error means for a call about `subject`. `secret` is the auth token that went with the call: AWS may echo a
 * parameter's value, and no word of ours repeats it.
 */
export const actedOf = (
  error: unknown,
  subject: AwsSubject | undefined,
  secret?: string,
): Exclude<Acted, { is: 'done' }> => {
  const raw = wordsOf(error)
  const row = rowOf(error, raw)
  const words = scrubbed(raw, secret)
  switch (row.does) {
    case 'unchanged':
      return { is: 'unchanged' }
    case 'absent':
      if (row.subject === subject) return { is: 'absent' }
      return { is: 'failed', failure: failureFrom(error, 'stalled', { ...row, reason: 'DependencyNotFound' }, words) }
    case 'exists':
      if (row.subject === subject) return { is: 'exists' }
      return { is: 'failed', failure: failureFrom(error, 'stalled', { ...row, reason: 'NotOurs' }, words) }
    case 'waiting':
    case 'retryable':
    case 'stalled':
      return { is: 'failed', failure: failureFrom(error, row.does, row, words) }
  }
}

/** The same for a read, where only a missing subject is a fact: undefined stands for absent. */
export const awsFailureOf = (error: unknown, subject?: AwsSubject): Failure | undefined => {
  const acted = actedOf(error, subject)
  if (acted.is === 'failed') return acted.failure
  if (acted.is === 'absent') return undefined
  const row = statusRow(undefined)
  return failureFrom(error, 'retryable', row, scrubbed(wordsOf(error)))
}

/** True when AWS asks for fewer calls. */
export const isThrottling = (error: unknown): boolean => rowOf(error, wordsOf(error)).reason === 'Throttled'

/** The wire code for a metric's label: one of the table's, or 'Unknown', so that labels stay few. */
export const labelOf = (error: unknown): string => codesOf(error).find((code) => rowsByCode.has(code)) ?? 'Unknown'
