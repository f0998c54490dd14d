import type { Aws } from '../aws/port.ts'
import type { Kube } from '../kube/port.ts'
import type { Clock, Random } from '../time/clock.ts'
import type { Memory } from './memory.ts'

/** Everything that a controller touches. */
export interface Clients {
  readonly kube: Kube
  readonly aws: Aws
  readonly clock: Clock
  readonly random: Random
  /** The operator's name for its Kubernetes cluster: part of ids and owner tags. */
  readonly cluster: string
  readonly memory: Memory
  /** A new auth token that AWS accepts. */
  readonly newToken: () => string
}
