import { cbor, dateToTag } from '@smithy/core/cbor'
import { type Answer, answerOf, type Request } from '../door/request.ts'
import type { ServiceCall } from '../door/service-call.ts'
import { queryTreeOf } from '../wire/decode.ts'
import { type Refusal, refusal } from '../wire/refusal.ts'
import { queryAnswers } from './query-answer.ts'

export const CLOUDWATCH_VERSION = '2010-08-01'
const TARGET = 'GraniteServiceVersion20100801'

/** A call in one of the three protocols that CloudWatch speaks: how it is read, and how it is answered. */
export interface Spoken extends Pick<ServiceCall, 'succeed' | 'refuse'> {
  readonly action: string
  /** The input as the protocol has it. Throws SerializationException. */
  input(): unknown
}

/** What the JSON and CBOR protocols call the refusals that all services share. */
const SHARED: Readonly<Record<string, string>> = {
  ExpiredToken: 'ExpiredTokenException',
  IncompleteSignature: 'IncompleteSignatureException',
  InvalidAction: 'UnknownOperationException',
  InvalidClientTokenId: 'UnrecognizedClientException',
  InvalidParameterCombination: 'InvalidParameterCombinationException',
  InvalidParameterValue: 'InvalidParameterValueException',
  MissingAuthenticationToken: 'MissingAuthenticationTokenException',
  MissingParameter: 'MissingRequiredParameterException',
  SignatureDoesNotMatch: 'InvalidSignatureException',
  Throttling: 'ThrottlingException',
  ValidationError: 'ValidationException',
}

/** Replaces every time in a value. */
const withTimes = (value: unknown, timeOf: (time: Date) => unknown): unknown => {
  if (value instanceof Date) return timeOf(value)
  if (Array.isArray(value)) return value.map((each) => withTimes(each, timeOf))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withTimes(each, timeOf)]))
}

const unreadable = () => refusal('SerializationException', 'The request body could not be read.')

/** Codes of the Query protocol, for clients that have always known those. */
const queryError = ({ code, httpStatus }: Refusal) => ({
  'x-amzn-query-error': `${code};${httpStatus >= 500 ? 'Receiver' : 'Sender'}`,
})

const errorBody = (error: Refusal) => ({
  __type: `com.amazonaws.cloudwatch#${SHARED[error.code] ?? error.code}`,
  message: error.message,
})

const json = (action: string, request: Request): Spoken => {
  const answer = (status: number, value: unknown, requestId: string, headers = {}): Answer =>
    answerOf(status, 'application/x-amz-json-1.0', JSON.stringify(value), {
      'x-amzn-requestid': requestId,
      ...headers,
    })
  return {
    action,
    input: () => {
      try {
        return JSON.parse(request.body || '{}')
      } catch {
        throw unreadable()
      }
    },
    succeed: (result, requestId) =>
      answer(
        200,
        withTimes(result, (time) => time.getTime() / 1000),
        requestId,
      ),
    refuse: (error, requestId) => answer(error.httpStatus, errorBody(error), requestId, queryError(error)),
  }
}

const binary = (action: string, request: Request): Spoken => {
  const answer = (status: number, value: unknown, requestId: string, headers = {}): Answer =>
    answerOf(status, 'application/cbor', cbor.serialize(value), {
      'smithy-protocol': 'rpc-v2-cbor',
      'x-amzn-requestid': requestId,
      ...headers,
    })
  return {
    action,
    input: () => {
      try {
        return request.bytes.length === 0 ? {} : cbor.deserialize(request.bytes)
      } catch {
        throw unreadable()
      }
    },
    succeed: (result, requestId) => answer(200, withTimes(result, dateToTag), requestId),
    refuse: (error, requestId) => answer(error.httpStatus, errorBody(error), requestId, queryError(error)),
  }
}

const query = (parameters: URLSearchParams): Spoken => {
  const action = parameters.get('Action') ?? ''
  return {
    action,
    input: () => queryTreeOf(parameters),
    ...queryAnswers(`http://monitoring.amazonaws.com/doc/${CLOUDWATCH_VERSION}/`, action),
  }
}

/** How a call speaks, if it is one of CloudWatch's: Smithy RPC v2 CBOR, AWS JSON 1.0, or the Query protocol. */
export const spokenTo = (
  request: Request,
  parameters: URLSearchParams,
  scopedService: string | undefined,
): Spoken | undefined => {
  const [, operation] = new RegExp(`^/service/${TARGET}/operation/(\\w+)$`).exec(request.path) ?? []
  if (operation !== undefined) return binary(operation, request)
  const [target, action] = (request.headers['x-amz-target'] ?? '').split('.')
  if (target === TARGET && action) return json(action, request)
  const version = parameters.get('Version')
  const isQuery = version === null ? scopedService === 'monitoring' : version === CLOUDWATCH_VERSION
  return isQuery ? query(parameters) : undefined
}
