import type { CacheCluster } from './cache-cluster.ts'
import type { WorldEvent } from './event.ts'
import type { ParameterGroup } from './parameter-group.ts'
import type { ReplicationGroup } from './replication-group.ts'
import { defaultSubnetGroup, type SubnetGroup } from './subnet-group.ts'
import type { Transition } from './transition.ts'

/** Where a world lies: each account and region has one of its own. */
export interface Place {
  readonly account: string
  readonly region: string
}

/**
 * Everything that ElastiCache knows in one account and region, as plain data.
 * Nothing in it moves by itself: what is to happen later stands in `due`, and `advance` brings the world up to date.
 */
export interface World extends Place {
  readonly groups: Map<string, ReplicationGroup>
  readonly clusters: Map<string, CacheCluster>
  readonly parameterGroups: Map<string, ParameterGroup>
  readonly subnetGroups: Map<string, SubnetGroup>
  /** Tags by ARN. */
  readonly tags: Map<string, ReadonlyMap<string, string>>
  /** Oldest first. */
  readonly events: WorldEvent[]
  /** Soonest first. */
  readonly due: Transition[]
}

/** A world as a new account sees it: nothing but the default VPC's subnet group. */
export const createWorld = (place: Place): World => ({
  ...place,
  groups: new Map(),
  clusters: new Map(),
  parameterGroups: new Map(),
  subnetGroups: new Map([['default', defaultSubnetGroup(place)]]),
  tags: new Map(),
  events: [],
  due: [],
})
