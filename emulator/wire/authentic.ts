import { timingSafeEqual } from 'node:crypto'
import { expectedSignature, type Signed } from './canonical.ts'
import { refusal } from './refusal.ts'
import { basicTime, type Signature } from './signature.ts'

/** What belongs to an access key. */
export interface Key {
  readonly secretAccessKey: string
  /** Only temporary credentials have them. */
  readonly sessionToken?: string
  readonly expiresAtMs?: number
}

const MINUTE_MS = 60_000

/** How far a signature's time may be off: STS says 15 minutes in its refusals, other services 5. */
const skewMinutes = (service: string): number => (service === 'sts' ? 15 : 5)

const mismatch = (message: string) => refusal('SignatureDoesNotMatch', message)

/** Milliseconds since 1970 of '20260105T120000Z'; not a number when there is no such moment. */
const msOf = (time: string): number =>
  Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))

const checkTime = ({ scope, time, expiresSeconds }: Signature, nowMs: number): void => {
  const signedMs = msOf(time)
  if (Number.isNaN(signedMs)) throw refusal('IncompleteSignature', `Date must be a moment. Got '${time}'.`)
  if (!time.startsWith(scope.date)) {
    throw mismatch(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.date}' != '${time.slice(0, 8)}', from '${time}'.`,
    )
  }
  const minutes = skewMinutes(scope.service)
  const latest = nowMs + minutes * MINUTE_MS
  if (signedMs > latest) {
    throw mismatch(
      `Signature not yet current: ${time} is still later than ${basicTime(latest)} (${basicTime(nowMs)} + ${minutes} min.)`,
    )
  }
  if (expiresSeconds !== undefined) {
    if (signedMs + expiresSeconds * 1000 < nowMs) throw refusal('RequestExpired', 'Request has expired.')
    return
  }
  const earliest = nowMs - minutes * MINUTE_MS
  if (signedMs < earliest) {
    throw mismatch(
      `Signature expired: ${time} is now earlier than ${basicTime(earliest)} (${basicTime(nowMs)} - ${minutes} min.)`,
    )
  }
}

const sameText = (left: string, right: string): boolean => {
  const [one, other] = [Buffer.from(left), Buffer.from(right)]
  return one.length === other.length && timingSafeEqual(one, other)
}

const checkKey = (signature: Signature, key: Key | undefined, nowMs: number): Key => {
  // A permanent key with a token is as wrong as a temporary one without.
  if (!key || !sameText(key.sessionToken ?? '', signature.sessionToken ?? '')) {
    throw refusal('InvalidClientTokenId', 'The security token included in the request is invalid.')
  }
  if (key.expiresAtMs !== undefined && key.expiresAtMs <= nowMs) {
    throw refusal('ExpiredToken', 'The security token included in the request is expired')
  }
  return key
}

/**
 * Checks a request's signature: its time, its key and session token, and the signature itself.
 * @throws SignatureDoesNotMatch, IncompleteSignature, RequestExpired, InvalidClientTokenId or ExpiredToken, as AWS does
 */
export const checkSignature = (request: Signed, signature: Signature, key: Key | undefined, nowMs: number): void => {
  if (!signature.signedHeaders.includes('host')) {
    throw mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
  }
  checkTime(signature, nowMs)
  const known = checkKey(signature, key, nowMs)
  if (sameText(expectedSignature(request, signature, known.secretAccessKey), signature.signature)) return
  throw mismatch(
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  )
}
