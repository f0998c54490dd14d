import { given } from '../../plan/core/given.ts'
import type { Acted, Failure } from '../../plan/core/outcome.ts'
import { type AwsSubject, type ErrorRow, errorRows } from './rows.ts'
import { scrubbed } from './scrub.ts'

/** What this room itself may say instead of AWS; each has a row in the table. */
type LayerCode = 'StrangeReply' | 'NoLeaseMargin' | 'Closing' | 'NoAnswer'

/** An error that this room itself raises between a call and its answer. */
export class AwsLayerError extends Error {
  readonly code: LayerCode
  constructor(code: LayerCode, message: string) {
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
  /** Of an AggregateError: what became of each address that the host has. */
  readonly errors?: unknown
  readonly $metadata?: { readonly httpStatusCode?: number | undefined; readonly requestId?: string | undefined }
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
  const { Code, message, $metadata, errors } = shapeOf(error)
  const http = $metadata?.httpStatusCode
  if (text(Code) === undefined && http !== undefined && http >= 300) return `HTTP ${http} with no code of AWS in it`
  const [inner] = Array.isArray(errors) ? errors : []
  return text(message) ?? text(shapeOf(inner).message) ?? 'No message came with this error'
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
  const { Code, $metadata } = shapeOf(error)
  const http = $metadata?.httpStatusCode
  const [strange] = rowsByCode.get('StrangeReply') ?? []
  // An answer that names no code is a proxy's or a wrong endpoint's. ElastiCache's own load balancer may say 429 and 5xx so.
  if (strange && text(Code) === undefined && http !== undefined && http >= 300 && http < 500 && http !== 429)
    return strange
  return statusRow(http)
}

const retryAfterMs = (shape: ErrorShape): number | undefined => {
  const seconds = Number(shape.$response?.headers?.['retry-after'])
  return Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds * 1000) : undefined
}

const sentence = (words: string) => (/[.!?]$/.test(words) ? words : `${words}.`)

/** Where AWS names the action that it denies, so does the cure. */
const cureOf = (row: Omit<ErrorRow, 'code'>, words: string): string => {
  const [, denied] = row.reason === 'AccessDenied' ? (/\bperform:? ([a-z-]+:[A-Za-z]+)/.exec(words) ?? []) : []
  return denied === undefined ? row.cure : `Allow ${denied} in the policy of the operator's IAM role. ${row.cure}`
}

const failureFrom = (error: unknown, is: Failure['is'], row: Omit<ErrorRow, 'code'>, told: string): Failure => {
  const shape = shapeOf(error)
  // The code that AWS or Node told; a mere class name of JavaScript tells people nothing.
  const code = text(shape.Code) ?? text(shape.code) ?? (row.reason === 'UnknownError' ? undefined : text(shape.name))
  const words = sentence(told)
  const cure = cureOf(row, told)
  return given<Failure>({
    is,
    reason: row.reason,
    message: `${code === undefined ? '' : `${code}: `}${words} ${cure}`,
    code,
    words,
    cure,
    requestId: requestIdOf(error),
    retryAfterMs: retryAfterMs(shape),
  })
}

/** AWS's own name for a call, which is on every reply and every error that came from AWS; undefined where it never answered. */
export const requestIdOf = (replyOrError: unknown): string | undefined =>
  text(shapeOf(replyOrError).$metadata?.requestId)

/** Codes that are raised before anything is sent. */
const unsent: readonly string[] = ['NoLeaseMargin', 'Closing', 'CredentialsProviderError', 'TokenProviderError']

/**
 * Whether a change that ended with this error may have been made all the same. AWS's own refusal (a 4xx with a code) tells
 * that it was not; a broken connection, a time-out, a 5xx or something that is no answer of AWS tells nothing.
 */
export const mayHaveEffect = (error: unknown): boolean => {
  if (codesOf(error).some((code) => unsent.includes(code))) return false
  const { Code, $metadata } = shapeOf(error)
  const http = $metadata?.httpStatusCode ?? 0
  return text(Code) === undefined || http < 400 || http >= 500
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
