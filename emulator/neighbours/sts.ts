import type { Caller } from '../door/caller.ts'
import type { ServiceCall } from '../door/service-call.ts'
import { queryTreeOf } from '../wire/decode.ts'
import { refusal } from '../wire/refusal.ts'
import { assumeRole } from './assume-role.ts'
import { callerIdentity } from './identity.ts'
import { queryAnswers } from './query-answer.ts'
import type { Sessions } from './sessions.ts'
import { listOf, number, readInput, type Shape, structure, text } from './shape.ts'

export const STS_VERSION = '2011-06-15'

const ASSUME_ROLE = structure(
  {
    RoleArn: text,
    RoleSessionName: text,
    DurationSeconds: number,
    ExternalId: text,
    Policy: text,
    PolicyArns: listOf(structure({ arn: text })),
    SourceIdentity: text,
    Tags: listOf(structure({ Key: text, Value: text }, 'Key', 'Value')),
    TransitiveTagKeys: listOf(text),
    SerialNumber: text,
    TokenCode: text,
  },
  'RoleArn',
  'RoleSessionName',
)

const SHAPES: Readonly<Record<string, Shape>> = { GetCallerIdentity: structure({}), AssumeRole: ASSUME_ROLE }

const lowerFirst = (path: string) => path.charAt(0).toLowerCase() + path.slice(1)

const complaints = {
  missing: (path: string) =>
    refusal(
      'ValidationError',
      `1 validation error detected: Value null at '${lowerFirst(path)}' failed to satisfy constraint: Member must not be null`,
    ),
}

/** A call of the Security Token Service. */
export const stsCall = (sessions: Sessions, parameters: URLSearchParams, nowMs: number): ServiceCall => {
  const action = parameters.get('Action') ?? ''
  const version = parameters.get('Version') ?? 'NO_VERSION_SPECIFIED'
  return {
    service: 'sts',
    action,
    begin: (caller: Caller) => {
      if (!action) throw refusal('MissingAction', 'The request must contain the parameter Action.')
      const shape = Object.hasOwn(SHAPES, action) ? SHAPES[action] : undefined
      if (!shape || version !== STS_VERSION) {
        throw refusal('InvalidAction', `Could not find operation ${action} for version ${version}`)
      }
      const input = readInput(shape, queryTreeOf(parameters), complaints)
      return () => (action === 'AssumeRole' ? assumeRole(sessions, caller, input, nowMs) : callerIdentity(caller))
    },
    ...queryAnswers(`https://sts.amazonaws.com/doc/${STS_VERSION}/`, action),
  }
}
