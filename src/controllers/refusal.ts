import { kubeRefusal } from '../kube/refusal.ts'
import type { Failure } from '../plan/core/outcome.ts'

/**
 * What Kubernetes won't have, as a failure that plan knows: one reason for all of it, with the server's own words, since it heals
 * in Kubernetes. Undefined when the error is not Kubernetes' at all.
 */
export const refusedByKubernetes = (error: unknown, what: string): Failure | undefined => {
  const refusal = kubeRefusal(error, what)
  return refusal?.is === 'stalled'
    ? { ...refusal, reason: 'KubernetesRefused', message: `Kubernetes refused it: ${refusal.message}` }
    : refusal
}
