import type { Aws } from '../aws/port.ts'
import type { Kube } from '../kube/port.ts'
import type { Clock, Random } from '../time/clock.ts'
import type { Memory } from './memory.ts'

/** Where a controller tells what a reconcile came to, line by line; no field ever holds a secret. */
export interface ReconcileLog {
  debug(message: string, about?: object): void
  warn(message: string, about?: object): void
}

/** Everything that a controller touches. */
export interface Clients {
  readonly kube: Kube
  readonly aws: Aws
  /** Polls AWS as soon as the pace allows: somebody asked to look now. */
  readonly pollSoon: () => void
  readonly clock: Clock
  readonly random: Random
  /** The operator's name for its Kubernetes cluster, and that cluster's own uid: parts of ids and owner tags. */
  readonly cluster: string
  readonly clusterUID: string
  readonly region: string
  readonly memory: Memory
  readonly log: ReconcileLog
  /** A new auth token that AWS accepts. */
  readonly newToken: () => string
}
