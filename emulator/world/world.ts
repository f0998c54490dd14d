import type { CacheCluster } from './cache-cluster.ts'
import type { WorldEvent } from './event.ts'
import type { ParameterGroup } from './parameter-group.ts'
import type { ReplicationGroup } from './replication-group.ts'
import type { ServerlessCache } from './serverless-cache.ts'
import type { ServerlessSnapshot } from './serverless-snapshot.ts'
import type { ServiceUpdate } from './service-update.ts'
import type { Snapshot } from './snapshot.ts'
import { defaultSubnetGroup, type SubnetGroup } from './subnet-group.ts'
import type { Transition } from './transition.ts'
import type { UpdateAction } from './update-action.ts'
import { DEFAULT_USER, defaultUser, type User } from './user.ts'
import type { UserGroup } from './user-group.ts'

/** Where a world lies: each account and region has one of its own. */
export interface Place {
  readonly account: string
  readonly region: string
}

/** Names a world. */
export const worldKey = ({ account, region }: Place): string => `${account}/${region}`

/**
 * Everything that ElastiCache knows in one account and region, as plain data.
 * Nothing in it moves by itself: what is to happen later stands in `due`, and `advance` brings the world up to date.
 */
export interface World extends Place {
  readonly groups: Map<string, ReplicationGroup>
  readonly clusters: Map<string, CacheCluster>
  readonly parameterGroups: Map<string, ParameterGroup>
  readonly subnetGroups: Map<string, SubnetGroup>
  readonly snapshots: Map<string, Snapshot>
  readonly serverlessCaches: Map<string, ServerlessCache>
  readonly serverlessSnapshots: Map<string, ServerlessSnapshot>
  /** When manual snapshots of a cluster's node were taken, oldest first. They are limited per day. */
  readonly manualSnapshotTimes: Map<string, readonly number[]>
  readonly serviceUpdates: Map<string, ServiceUpdate>
  /** Those that were begun, or are to begin by themselves. */
  readonly updateActions: Map<string, UpdateAction>
  /** When failovers were tested, oldest first. They are limited per day. */
  readonly failoverTests: number[]
  readonly users: Map<string, User>
  readonly userGroups: Map<string, UserGroup>
  /** Tags by ARN. */
  readonly tags: Map<string, ReadonlyMap<string, string>>
  /** Oldest first. */
  readonly events: WorldEvent[]
  /** Soonest first. */
  readonly due: Transition[]
}

/** A world as a new account sees it: nothing but the default VPC's subnet group and the default user. */
export const createWorld = (place: Place): World => ({
  ...place,
  groups: new Map(),
  clusters: new Map(),
  parameterGroups: new Map(),
  subnetGroups: new Map([['default', defaultSubnetGroup(place)]]),
  snapshots: new Map(),
  serverlessCaches: new Map(),
  serverlessSnapshots: new Map(),
  manualSnapshotTimes: new Map(),
  serviceUpdates: new Map(),
  updateActions: new Map(),
  failoverTests: [],
  users: new Map([[DEFAULT_USER, defaultUser(place)]]),
  userGroups: new Map(),
  tags: new Map(),
  events: [],
  due: [],
})
