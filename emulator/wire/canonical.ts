import { createHash, createHmac } from 'node:crypto'
import type { Signature } from './signature.ts'

/** What of a request is signed (AWS, "Create a signed AWS API request"). */
export interface Signed {
  readonly method: string
  /** As it was sent, percent-encoded once. */
  readonly path: string
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly bytes: Uint8Array
}

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest()

/** Percent-encoding of RFC 3986, where everything but its unreserved characters is encoded. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)

/** Every service but S3 encodes the path a second time. */
const canonicalPath = (path: string): string => path.split('/').map(encoded).join('/')

const inOrder = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

const canonicalQuery = (query: URLSearchParams): string =>
  [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encoded(name), encoded(value)] as const)
    .toSorted(([one, first], [other, second]) => inOrder(one, other) || inOrder(first, second))
    .map((pair) => pair.join('='))
    .join('&')

const canonicalHeaders = (request: Signed, names: readonly string[]): string =>
  names.map((name) => `${name}:${(request.headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`).join('')

const canonicalRequest = (request: Signed, names: readonly string[]): string =>
  [
    request.method,
    canonicalPath(request.path),
    canonicalQuery(request.query),
    canonicalHeaders(request, names),
    names.join(';'),
    sha256(request.bytes),
  ].join('\n')

/** The signature that a secret gives a request, as hexadecimal digits. */
export const expectedSignature = (request: Signed, signature: Signature, secret: string): string => {
  const { date, region, service } = signature.scope
  const scope = `${date}/${region}/${service}/aws4_request`
  const canonical = canonicalRequest(request, signature.signedHeaders)
  const toSign = ['AWS4-HMAC-SHA256', signature.time, scope, sha256(canonical)].join('\n')
  const key = [date, region, service, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret}`)
  return hmac(key as Buffer, toSign).toString('hex')
}
