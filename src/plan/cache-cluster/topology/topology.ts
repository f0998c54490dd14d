import type { AwsAction } from '../../core/action.ts'
import type { ObservedCache, Tags, Topology } from '../../core/observed.ts'
import type { PlannedAction } from '../../core/outcome.ts'
import type { CacheObject } from '../facts.ts'
import { replicationGroup } from './group.ts'
import { memcachedCluster } from './memcached.ts'

/** What is wanted of one cache, beside its object. */
export interface Wish {
  readonly object: CacheObject
  readonly id: string
  /** Undefined: the create and the modify say nothing of it. */
  readonly parameterGroupName: string | undefined
  /** For a create that carries the auth token: names it. */
  readonly tokenVersion: string | undefined
}

/** A field that no call can change, and that differs. */
export interface FixedDifference {
  readonly field: string
  readonly want: string
  readonly have: string
}

/** All that the plan must know of one way to build a cache. A new topology is one more record of this. */
export interface TopologyRules {
  /** Whether it holds data that nobody else has: then it is never made anew, empty, behind its users' backs. */
  readonly keepsData: boolean
  readonly create: (wish: Wish, tags: Tags) => AwsAction
  readonly remove: (id: string) => AwsAction
  /** What differs and can't be changed. */
  readonly fixed: (wish: Wish, cache: ObservedCache) => readonly FixedDifference[]
  /** The calls that lead from what AWS has to what is wanted, in their order. `auth`: the steps of the token. */
  readonly steps: (wish: Wish, cache: ObservedCache, auth: readonly PlannedAction[]) => readonly PlannedAction[]
  /** The calls that reboot what waits for a reboot, in the order that disturbs least. */
  readonly reboots: (cache: ObservedCache) => readonly PlannedAction[]
}

export const topologies: Readonly<Record<Topology, TopologyRules>> = {
  group: replicationGroup,
  memcached: memcachedCluster,
}
