import { type Clock, type Random, realClock } from '../time/clock.ts'
import { objectOf } from './cache/slim.ts'
import type { KubeLog } from './log.ts'
import { retryDelayOf, sleep } from './transport/retry-delay.ts'
import type { Transport } from './transport/transport.ts'

export interface ClusterUidOptions {
  readonly clock?: Clock
  readonly random?: Random
  readonly log?: KubeLog
  /** Ends the wait: the promise then rejects. */
  readonly signal?: AbortSignal
}

/**
 * What tells this Kubernetes cluster from all others: the uid of its namespace kube-system, which every cluster has and nobody
 * makes anew. Asks until the API server answers.
 */
export const readClusterUid = async (
  transport: Transport,
  { clock = realClock, random = Math.random, log, signal = new AbortController().signal }: ClusterUidOptions = {},
): Promise<string> => {
  const nextMs = retryDelayOf({ clock, random })
  for (;;) {
    signal.throwIfAborted()
    try {
      const path = '/api/v1/namespaces/kube-system'
      return objectOf(await transport.request({ method: 'GET', path, signal })).metadata.uid
    } catch (error) {
      if (!signal.aborted) log?.warn('the uid of kube-system was not read', { error: String(error) })
    }
    await sleep(clock, nextMs(), signal)
  }
}
