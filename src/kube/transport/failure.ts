import { KubeError, type KubeFailure } from '../port.ts'

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
  readonly details?: { readonly name?: unknown; readonly retryAfterSeconds?: unknown }
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
  /** Keeps the server's own words out of the message: they may quote what we sent. */
  readonly discreet: boolean
  readonly what: string
}

/** Sorts an HTTP error by what we do next. */
export const failureOf = ({ status, body, retryAfter, discreet, what }: FailedAnswer): KubeFailure => {
  const said = statusOf(body)
  const reason = typeof said.reason === 'string' && said.reason !== '' ? said.reason : `HTTP ${status}`
  const words = typeof said.message === 'string' && !discreet ? `: ${said.message}` : ''
  const message = `${what}: ${reason}${words}`
  // Without a Status that names an object, the path itself is unknown: the kind isn't served (yet), which says nothing
  // about the object.
  if (status === 404 && said.kind === 'Status' && said.details?.name !== undefined) return { is: 'notFound' }
  if (status === 409) return { is: 'conflict', message }
  if (status === 403) return { is: 'forbidden', message }
  if (status === 400 || status === 405 || status === 406 || status === 413 || status === 415 || status === 422)
    return { is: 'invalid', message }
  const hintSeconds = said.details?.retryAfterSeconds
  const retryAfterMs =
    retryAfterMsOf(retryAfter, Date.now()) ?? (typeof hintSeconds === 'number' ? hintSeconds * 1000 : undefined)
  return { is: 'transient', message, ...(retryAfterMs !== undefined && { retryAfterMs }) }
}

/** A failure without an answer: the network, a time-out, a body cut short. */
export const networkError = (what: string, error: unknown): KubeError => {
  if (error instanceof KubeError) return error
  const { code, name, message } = error as { code?: unknown; name?: unknown; message?: unknown }
  return new KubeError({ is: 'transient', message: `${what}: ${String(code ?? name)}: ${String(message)}` })
}
