import { refusal } from './refusal.ts'

/** Who asks, and where: what the SigV4 credential scope says. */
export interface Scope {
  readonly accessKeyId: string
  /** '20260105', as the scope says. */
  readonly date: string
  readonly region: string
  /** The service's signing name: 'elasticache', 'sts', 'monitoring'. */
  readonly service: string
}

const CREDENTIAL = /Credential=([^/,\s]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request/

/**
 * Reads the credential scope from the Authorization header, or from X-Amz-Credential of a presigned request.
 * @throws MissingAuthenticationToken or IncompleteSignature, as AWS does
 */
export const scopeOf = (authorization: string | undefined, parameters: URLSearchParams): Scope => {
  const presigned = parameters.get('X-Amz-Credential')
  const text = authorization ?? (presigned === null ? undefined : `Credential=${presigned}`)
  if (text === undefined) throw refusal('MissingAuthenticationToken', 'Request is missing Authentication Token')
  const [, accessKeyId, date, region, service] = CREDENTIAL.exec(text) ?? []
  if (!accessKeyId || !date || !region || !service) {
    throw refusal(
      'IncompleteSignature',
      'Authorization header requires a Credential of the form key/date/region/service/aws4_request.',
    )
  }
  return { accessKeyId, date, region, service }
}

/** @throws SignatureDoesNotMatch when the scope names another service than the one that was called */
export const requireService = (scope: Scope, service: string): void => {
  if (scope.service === service) return
  throw refusal('SignatureDoesNotMatch', `Credential should be scoped to correct service: '${service}'. `)
}

/** A signature with all that it needs to be checked. */
export interface Signature {
  readonly scope: Scope
  /** ISO 8601 basic: '20260105T120000Z'. */
  readonly time: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
  readonly sessionToken?: string
  /** How long a presigned request is valid; absent when the signature came in the header. */
  readonly expiresSeconds?: number
}

const ALGORITHM = 'AWS4-HMAC-SHA256'

const incomplete = (message: string) => refusal('IncompleteSignature', message)

/** The parts of `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`. */
const partsOf = (authorization: string): ReadonlyMap<string, string> => {
  if (!authorization.startsWith(`${ALGORITHM} `)) throw incomplete(`Authorization header requires '${ALGORITHM}'.`)
  const parts = authorization.slice(ALGORITHM.length + 1).split(',')
  return new Map(
    parts.map((part) => {
      const text = part.trim()
      const equals = text.indexOf('=')
      if (equals < 1) {
        throw incomplete(`'${text}' not a valid key=value pair (missing equal-sign) in Authorization header.`)
      }
      return [text.slice(0, equals), text.slice(equals + 1)]
    }),
  )
}

/** The signing time in basic format, from X-Amz-Date or from Date, which may also be an HTTP date. */
const timeOf = (amzDate: string | undefined, date: string | undefined): string => {
  const text = amzDate ?? date ?? ''
  if (/^\d{8}T\d{6}Z$/.test(text)) return text
  const parsed = amzDate === undefined ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(parsed)) return basicTime(parsed)
  throw incomplete(`Date must be in ISO-8601 'basic format'. Got '${text}'.`)
}

/** '20260105T120000Z' */
export const basicTime = (ms: number): string => new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '')

type Headers = Readonly<Record<string, string | undefined>>

const fromHeader = (authorization: string, headers: Headers): Signature => {
  const parts = partsOf(authorization)
  const missing = ['Credential', 'Signature', 'SignedHeaders']
    .filter((name) => !parts.get(name))
    .map((name) => `Authorization header requires '${name}' parameter.`)
  if (headers['x-amz-date'] === undefined && headers['date'] === undefined) {
    missing.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
  }
  if (missing.length > 0) throw incomplete(missing.join(' '))
  const sessionToken = headers['x-amz-security-token']
  return {
    scope: scopeOf(authorization, new URLSearchParams()),
    time: timeOf(headers['x-amz-date'], headers['date']),
    signedHeaders: (parts.get('SignedHeaders') ?? '').split(';'),
    signature: parts.get('Signature') ?? '',
    ...(sessionToken === undefined ? {} : { sessionToken }),
  }
}

/** A presigned request is valid for seven days at most (AWS, "Create a signed AWS API request"). */
const LONGEST_SECONDS = 604_800

const fromQuery = (query: URLSearchParams): Signature => {
  const missing = [
    'X-Amz-Algorithm',
    'X-Amz-Credential',
    'X-Amz-Date',
    'X-Amz-SignedHeaders',
    'X-Amz-Signature',
  ].filter((name) => !query.get(name))
  if (missing.length > 0) {
    throw incomplete(missing.map((name) => `AWS query-string parameters must include '${name}'.`).join(' '))
  }
  if (query.get('X-Amz-Algorithm') !== ALGORITHM) throw incomplete(`X-Amz-Algorithm must be '${ALGORITHM}'.`)
  const expires = query.get('X-Amz-Expires') ?? '900'
  if (!/^\d{1,6}$/.test(expires) || Number(expires) < 1 || Number(expires) > LONGEST_SECONDS) {
    throw incomplete(`X-Amz-Expires must be a number of seconds between 1 and ${LONGEST_SECONDS}.`)
  }
  const sessionToken = query.get('X-Amz-Security-Token')
  return {
    scope: scopeOf(undefined, query),
    time: timeOf(query.get('X-Amz-Date') ?? '', undefined),
    signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').split(';'),
    signature: query.get('X-Amz-Signature') ?? '',
    ...(sessionToken === null ? {} : { sessionToken }),
    expiresSeconds: Number(expires),
  }
}

/**
 * Reads a whole signature, from the Authorization header or from the query string of a presigned request.
 * @throws MissingAuthenticationToken or IncompleteSignature, as AWS does
 */
export const signatureOf = (headers: Headers, query: URLSearchParams): Signature => {
  const { authorization } = headers
  if (authorization !== undefined) return fromHeader(authorization, headers)
  if ([...query.keys()].some((name) => name.startsWith('X-Amz-'))) return fromQuery(query)
  throw refusal('MissingAuthenticationToken', 'Request is missing Authentication Token')
}
