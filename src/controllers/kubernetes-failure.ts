import { kubeRefusal } from '../kube/refusal.ts'
import type { Failure } from '../plan/core/outcome.ts'

/**
 * What Kubernetes didn't let us do, as a failure: what it refuses heals in Kubernetes, so there is one reason for all of it, with
 * the server's own words. Undefined when the error is not Kubernetes'.
 */
export const kubernetesFailure = (error: unknown, what: string): Failure | undefined => {
  const refusal = kubeRefusal(error, what)
  return refusal?.is === 'stalled'
    ? { ...refusal, reason: 'KubernetesRefused', message: `Kubernetes refused it: ${refusal.message}` }
    : refusal
}
