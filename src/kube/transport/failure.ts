import { KubeError, type KubeFailure } from '../port.ts'
import { quotesAny } from './hush.ts'

/** A request that the API server answered with an error status. */
export class StatusError extends KubeError {
  readonly status: number
  constructor(status: number, failure: KubeFailure) {
    super(failure)
    this.name = 'StatusError'
    this.status = status
  }
}

/** The parts of metav1.Status that we read. */
interface StatusBody {
  readonly kind?: unknown
  readonly reason?: unknown
  readonly message?: unknown
  readonly details?: {
    readonly name?: unknown
    readonly retryAfterSeconds?: unknown
    readonly causes?: readonly ({ readonly reason?: unknown; readonly field?: unknown } | null)[] | null
  }
}

const statusOf = (body: string): StatusBody => {
  try {
    const parsed: unknown = JSON.parse(body)
    return typeof parsed === 'object' && parsed !== null ? parsed : {}
  } catch {
    return {}
  }
}

/** Milliseconds from a Retry-After header: seconds or a date (RFC 9110, 10.2.3). */
const retryAfterMsOf = (header: string | undefined, wallMs: number): number | undefined => {
  if (header === undefined) return undefined
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - wallMs
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}

/** What a failed answer was, for judging it. */
export interface FailedAnswer {
  readonly status: number
  readonly body: string
  readonly retryAfter?: string | undefined
  /** Values that were sent and that nobody may read in an error; undefined where nothing secret was sent. */
  readonly secrets?: readonly string[] | undefined
  /** Of the object: no secrets, though values may hold them. */
  readonly names?: readonly string[] | undefined
  readonly what: string
}

/** Refusals whose words a person needs. What else goes wrong with a secret in hand is told by its status alone. */
const tellable = [400, 403, 404, 409, 422]

const wordsOf = ({ status, secrets, names }: FailedAnswer, { message }: StatusBody): string | undefined => {
  if (typeof message !== 'string' || message === '') return undefined
  if (secrets !== undefined && (!tellable.includes(status) || quotesAny(message, secrets, names))) return undefined
  return message
}

const causesOf = (details: StatusBody['details']) => (Array.isArray(details?.causes) ? details.causes : [])

const reasonOf = (answer: FailedAnswer, { reason, details }: StatusBody): string => {
  // The server says Forbidden for this too, yet nobody lacks a right.
  if (causesOf(details).some((cause) => cause?.reason === terminating)) return terminating
  const said = typeof reason === 'string' && reason !== '' && reason.length <= 64 ? reason : undefined
  if (said === undefined || quotesAny(said, answer.secrets ?? [])) return `HTTP ${answer.status}`
  return said
}
/** The namespace is being deleted, so nothing new is let in. */
export const terminating = 'NamespaceTerminating'

/** Sorts an HTTP error by what we do next. */
export const kubeFailureOf = (answer: FailedAnswer): KubeFailure => {
  const { status, body, retryAfter, what } = answer
  const said = statusOf(body)
  const reason = reasonOf(answer, said)
  const words = wordsOf(answer, said)
  const told = { status, reason, ...(words !== undefined && { words }) }
  const message = `${what}: ${reason}${words === undefined ? '' : `: ${words}`}`
  // Without a Status that names an object, the path itself is unknown: the kind isn't served (yet), which says nothing
  // about the object.
  if (status === 404 && said.kind === 'Status' && said.details?.name !== undefined) return { is: 'notFound', ...told }
  // Another object of the name: the server calls a uid that isn't its own a wrong value, as if somebody could correct it.
  const otherUid = status === 422 && causesOf(said.details).some((cause) => cause?.field === 'metadata.uid')
  if (status === 409 || otherUid) return { is: 'conflict', message, ...told }
  if (status === 403) return { is: 'forbidden', message, ...told }
  if (status === 400 || status === 405 || status === 406 || status === 413 || status === 415 || status === 422)
    return { is: 'invalid', message, ...told }
  const hintSeconds = said.details?.retryAfterSeconds
  const retryAfterMs =
    retryAfterMsOf(retryAfter, Date.now()) ?? (typeof hintSeconds === 'number' ? hintSeconds * 1000 : undefined)
  return { is: 'transient', message, ...told, ...(retryAfterMs !== undefined && { retryAfterMs }) }
}

/** A failure without an answer: the network, a time-out, a body cut short. */
export const networkError = (what: string, error: unknown): KubeError => {
  if (error instanceof KubeError) return error
  const { code, name, message } = error as { code?: unknown; name?: unknown; message?: unknown }
  const word = String(code ?? name)
  const sentence = String(message)
  return new KubeError({
    is: 'transient',
    message: `${what}: ${sentence.startsWith(word) ? sentence : `${word}: ${sentence}`}`,
  })
}
