import type { Session } from '../neighbours/sessions.ts'
import { checkSignature, type Key } from '../wire/authentic.ts'
import { requireService, scopeOf, signatureOf } from '../wire/signature.ts'
import type { Place } from '../world/world.ts'
import type { Request } from './request.ts'
import type { EmulatorState } from './state.ts'

const DEFAULT_ACCOUNT = '123456789012'

/** Who calls, and from where. */
export interface Caller {
  readonly place: Place
  readonly accessKeyId: string
  /** The assumed role, when the key is a temporary one. */
  readonly session?: Session
}

const keyOf = (state: EmulatorState, accessKeyId: string): Key | undefined => {
  const { keys = {} } = state
  const secretAccessKey = Object.hasOwn(keys, accessKeyId) ? keys[accessKeyId] : undefined
  return secretAccessKey === undefined ? state.sessions.find(accessKeyId) : { secretAccessKey }
}

/**
 * Reads the caller from the signature. Once keys are configured the signature is checked, before anything else is.
 * @throws AWS's refusals of signatures
 */
export const callerOf = (
  state: EmulatorState,
  service: string,
  request: Request,
  parameters: URLSearchParams,
  nowMs: number,
): Caller => {
  const scope = scopeOf(request.headers.authorization, parameters)
  requireService(scope, service)
  const { accessKeyId, region } = scope
  if (Object.keys(state.keys ?? {}).length > 0) {
    checkSignature(request, signatureOf(request.headers, request.query), keyOf(state, accessKeyId), nowMs)
  }
  const session = state.sessions.find(accessKeyId)
  const account = session?.account ?? state.accounts[accessKeyId] ?? DEFAULT_ACCOUNT
  return { place: { account, region }, accessKeyId, ...(session === undefined ? {} : { session }) }
}
