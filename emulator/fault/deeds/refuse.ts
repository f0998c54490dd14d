import { refusal } from '../../wire/refusal.ts'
import type { CallFault } from '../fault.ts'
import { quotaCodesOf } from './own-errors.ts'

const EXPIRED = {
  ExpiredToken: 'The security token included in the request is expired',
  InvalidClientTokenId: 'The security token included in the request is invalid.',
} as const

/** Throws what a fault says instead of carrying the call out; faults that do something else let it pass. */
export const refuseByFault = (fault: CallFault | undefined, action: string): void => {
  switch (fault?.do) {
    case 'throttle':
    case 'throttleBucket':
      throw refusal('Throttling', 'Rate exceeded')
    case 'error':
      throw refusal(fault.code, fault.message ?? 'Ordered by a fault.')
    case 'noCapacity':
      throw refusal(
        'InsufficientCacheClusterCapacity',
        'The requested cache node type is not available in the specified Availability Zone.',
      )
    case 'quota':
      throw refusal(fault.code ?? quotaCodesOf(action)[0] ?? '', 'The request would exceed a limit of this account.')
    case 'expiredCredentials': {
      const code = fault.code ?? 'ExpiredToken'
      throw refusal(code, EXPIRED[code])
    }
    case 'serverError':
      if (fault.status === 503) throw refusal('ServiceUnavailable', 'Service Unavailable')
      throw refusal('InternalFailure', 'An internal error has occurred. Please try your query again at a later time.')
  }
}
