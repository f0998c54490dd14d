import { MODEL } from './model.ts'

/**
 * An answer that is an error, in AWS's own words: the wire code and the HTTP status that goes with it.
 * Operations throw it before they change anything.
 */
export class Refusal extends Error {
  readonly code: string
  readonly httpStatus: number

  constructor(code: string, message: string, httpStatus: number) {
    super(message)
    this.name = 'Refusal'
    this.code = code
    this.httpStatus = httpStatus
  }
}

/** Codes that the service model does not list because every Query service has them (AWS, "Common Errors"). */
const COMMON: Readonly<Record<string, number>> = {
  ExpiredToken: 403,
  IncompleteSignature: 400,
  InternalFailure: 500,
  InvalidAction: 400,
  InvalidClientTokenId: 403,
  InvalidQueryParameter: 400,
  MalformedInput: 400,
  MalformedQueryString: 404,
  MissingAction: 400,
  MissingAuthenticationToken: 403,
  MissingParameter: 400,
  ServiceUnavailable: 503,
  SignatureDoesNotMatch: 403,
  Throttling: 400,
}

const STATUS: ReadonlyMap<string, number> = new Map([
  ...Object.entries(COMMON),
  ...Object.values(MODEL.errors).map(({ code, http }) => [code, http] as const),
])

/** The HTTP status of a wire code; a code that AWS does not have is a client error. */
const httpStatusOf = (code: string): number => STATUS.get(code) ?? 400

/** Builds the refusal of a wire code (not of an SDK class name). */
export const refusal = (code: string, message: string): Refusal => new Refusal(code, message, httpStatusOf(code))

export const invalidValue = (message: string): Refusal => refusal('InvalidParameterValue', message)
export const invalidCombination = (message: string): Refusal => refusal('InvalidParameterCombination', message)
