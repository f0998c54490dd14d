import { cloudWatchCall } from '../neighbours/cloudwatch.ts'
import { STS_VERSION, stsCall } from '../neighbours/sts.ts'
import type { Request } from './request.ts'
import type { ServiceCall } from './service-call.ts'
import { type EmulatorState, refresh, worldAt } from './state.ts'

/** The service that a signature is for, as far as can be told before it is looked at. */
const scopedService = (request: Request, parameters: URLSearchParams): string | undefined => {
  const credential = request.headers.authorization ?? parameters.get('X-Amz-Credential') ?? ''
  return /\/\d{8}\/[a-z0-9-]+\/([a-z0-9-]+)\/aws4_request/.exec(credential)?.[1]
}

/** The call of another service at the same port; undefined when it is one of ElastiCache's. */
export const neighbourCall = (
  state: EmulatorState,
  request: Request,
  parameters: URLSearchParams,
  nowMs: number,
): ServiceCall | undefined => {
  const scoped = scopedService(request, parameters)
  const version = parameters.get('Version')
  if (version === STS_VERSION || (version === null && scoped === 'sts')) {
    return stsCall(state.sessions, parameters, nowMs)
  }
  const world = (place: Parameters<typeof worldAt>[1]) => {
    const found = worldAt(state, place)
    refresh(state, found, nowMs)
    return found
  }
  return cloudWatchCall(state.sampler, world, request, parameters, scoped, nowMs)
}
