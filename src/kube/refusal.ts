import { KubeError } from './port.ts'
import { terminating } from './transport/failure.ts'

/** A failed request as a value, in the shape and the words of plan's Failure, which this room may not see. */
export interface KubeRefusal {
  readonly is: 'waiting' | 'retryable' | 'stalled'
  readonly reason: 'Conflict' | 'KubernetesUnavailable' | 'AccessDenied' | 'QuotaExceeded' | 'InvalidSpec' | 'Deleting'
  readonly message: string
  readonly retryAfterMs?: number
}

/**
 * What to say of a request that failed, and whether it may pass by itself. `what` says what was tried: `writing the Secret
 * sessions`. Undefined when the error is not Kubernetes' at all: a fault of ours, which is not to be hidden.
 */
export const kubeRefusal = (error: unknown, what: string): KubeRefusal | undefined => {
  if (!(error instanceof KubeError)) return undefined
  const { failure } = error
  const detail = failure.words ?? failure.reason ?? ('message' in failure ? failure.message : 'it is not there')
  const message = `${what}: ${detail}`
  switch (failure.is) {
    case 'notFound':
    case 'conflict':
      return { is: 'retryable', reason: 'Conflict', message }
    case 'forbidden':
      if (failure.reason === terminating) return { is: 'waiting', reason: 'Deleting', message }
      return { is: 'stalled', reason: detail.includes('exceeded quota') ? 'QuotaExceeded' : 'AccessDenied', message }
    case 'invalid':
      return { is: 'stalled', reason: 'InvalidSpec', message }
    case 'transient':
      return {
        is: 'retryable',
        reason: 'KubernetesUnavailable',
        message,
        ...(failure.retryAfterMs !== undefined && { retryAfterMs: failure.retryAfterMs }),
      }
  }
}
