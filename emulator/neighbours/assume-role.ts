import type { Caller } from '../door/caller.ts'
import { refusal } from '../wire/refusal.ts'
import { assumedRole } from './identity.ts'
import type { Sessions } from './sessions.ts'

const invalid = (message: string) => refusal('ValidationError', message)

const violated = (value: unknown, name: string, constraint: string) =>
  `Value '${String(value)}' at '${name}' failed to satisfy constraint: ${constraint}`

interface TextLimits {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly pattern?: RegExp
}

/** Limits of the API reference, by member. */
const LIMITS: Readonly<Record<string, TextLimits>> = {
  RoleArn: { name: 'roleArn', min: 20, max: 2048 },
  RoleSessionName: { name: 'roleSessionName', min: 2, max: 64, pattern: /^[\w+=,.@-]*$/ },
  ExternalId: { name: 'externalId', min: 2, max: 1224, pattern: /^[\w+=,.@:/-]*$/ },
  SourceIdentity: { name: 'sourceIdentity', min: 2, max: 64, pattern: /^[\w+=,.@-]*$/ },
}

const textViolations = (text: string, { name, min, max, pattern }: TextLimits): readonly string[] => [
  ...(text.length < min ? [violated(text, name, `Member must have length greater than or equal to ${min}`)] : []),
  ...(text.length > max ? [violated(text, name, `Member must have length less than or equal to ${max}`)] : []),
  ...(pattern && !pattern.test(text)
    ? [violated(text, name, `Member must satisfy regular expression pattern: ${pattern.source.slice(1, -1)}`)]
    : []),
]

const SHORTEST_SECONDS = 900
const LONGEST_SECONDS = 43_200
/** MaxSessionDuration as IAM sets it when nobody says otherwise. It is the limit of role chaining, too. */
const ROLE_SECONDS = 3600

const durationViolations = (seconds: number): readonly string[] => {
  const name = 'durationSeconds'
  if (seconds < SHORTEST_SECONDS) {
    return [violated(seconds, name, `Member must have value greater than or equal to ${SHORTEST_SECONDS}`)]
  }
  return seconds > LONGEST_SECONDS
    ? [violated(seconds, name, `Member must have value less than or equal to ${LONGEST_SECONDS}`)]
    : []
}

const validate = (input: Readonly<Record<string, unknown>>, seconds: number): void => {
  const violations = [
    ...Object.entries(LIMITS).flatMap(([member, limits]) => {
      const text = input[member]
      return typeof text === 'string' ? textViolations(text, limits) : []
    }),
    ...durationViolations(seconds),
  ]
  if (violations.length === 0) return
  const count = violations.length === 1 ? '1 validation error' : `${violations.length} validation errors`
  throw invalid(`${count} detected: ${violations.join('; ')}`)
}

const ROLE_ARN = /^arn:(aws|aws-cn|aws-us-gov):iam::(\d{12}):role\/(?:[\w+=,.@/-]+\/)?([\w+=,.@-]{1,64})$/

/**
 * Gives temporary credentials of a role. There is no IAM here: every role exists, and everybody may assume it.
 * @throws ValidationError
 */
export const assumeRole = (
  sessions: Sessions,
  { session: caller }: Caller,
  input: Readonly<Record<string, unknown>>,
  nowMs: number,
): object => {
  const seconds = typeof input['DurationSeconds'] === 'number' ? input['DurationSeconds'] : ROLE_SECONDS
  validate(input, seconds)
  const [, partition, account, roleName] = ROLE_ARN.exec(String(input['RoleArn'])) ?? []
  if (!partition || !account || !roleName) throw invalid(`${String(input['RoleArn'])} is invalid`)
  if (seconds > ROLE_SECONDS) {
    throw invalid(
      caller
        ? 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining'
        : 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    )
  }
  const sessionName = String(input['RoleSessionName'])
  // AWS tells expirations in whole seconds.
  const expiresAtMs = (Math.floor(nowMs / 1000) + seconds) * 1000
  const opened = sessions.open({ partition, account, roleName, sessionName, expiresAtMs })
  const { arn, id } = assumedRole(opened)
  return {
    Credentials: {
      AccessKeyId: opened.accessKeyId,
      SecretAccessKey: opened.secretAccessKey,
      SessionToken: opened.sessionToken,
      Expiration: new Date(expiresAtMs),
    },
    AssumedRoleUser: { AssumedRoleId: id, Arn: arn },
    ...(input['SourceIdentity'] === undefined ? {} : { SourceIdentity: input['SourceIdentity'] }),
  }
}
