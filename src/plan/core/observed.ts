import type { clusterModes, engines, transitEncryptions } from '../../crds/cache-cluster/words.ts'

/**
 * The vocabulary in which both sides are compared: what AWS has (observed) and what is wanted (desired.ts) use the same words.
 * aws/translate.ts removes ElastiCache's quirks before anything gets here.
 */
export type Engine = (typeof engines)[number]
export type ClusterMode = (typeof clusterModes)[number]
export type TransitEncryption = (typeof transitEncryptions)[number]
/** How a cache is built in AWS: what its calls, its limits and its members are. */
export type Topology = 'group' | 'memcached'
export type Tags = Readonly<Record<string, string>>

export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** `moving` is anything that AWS is busy with: creating, modifying, snapshotting, rebooting. `failed` needs somebody's decision. */
export type CacheState = 'available' | 'moving' | 'deleting' | 'failed'

export interface Member {
  /** The cache cluster's id for redis and valkey, the cache node's id ('0001') for memcached. */
  readonly id: string
  /** '0001' and up; '' for memcached. */
  readonly shard: string
  readonly role: 'primary' | 'replica' | 'node' | 'unknown'
  readonly zone: string | undefined
  /** AWS's own word. */
  readonly status: string
  readonly state: CacheState
  readonly endpoint: Endpoint | undefined
  /** There while parameters wait for a reboot of this node. */
  readonly parametersInSync?: false
}

/** What AWS has accepted and not applied yet, from the object that tells it (members carry node type and version). */
export interface Pending {
  readonly nodeType?: string
  readonly engineVersion?: string
  readonly nodeCount?: number
  readonly automaticFailover?: boolean
  readonly inTransit?: TransitEncryption
  readonly clusterMode?: ClusterMode
  readonly authToken?: 'Setting' | 'Rotating'
}

interface ObservedCommon {
  readonly id: string
  readonly arn: string
  /** ISO 8601, undefined while AWS doesn't tell it yet. */
  readonly createdTime: string | undefined
  readonly state: CacheState
  /** AWS's own word for the whole. */
  readonly status: string
  /** Full version as the members run it, '7.1.0'; '' while unknown. */
  readonly engineVersion: string
  readonly nodeType: string
  readonly members: readonly Member[]
  readonly subnetGroupName: string | undefined
  /** Sorted. */
  readonly securityGroupIds: readonly string[]
  readonly networkType: string | undefined
  readonly port: number | undefined
  readonly inTransit: TransitEncryption
  readonly parameterGroupName: string | undefined
  readonly parametersInSync: boolean
  readonly maintenanceWindow: string | undefined
  readonly autoMinorVersionUpgrade: boolean | undefined
  readonly notificationTopicArn: string | undefined
  readonly pending: Pending
}

/** A replication group with its member clusters. */
export interface ObservedGroup extends ObservedCommon {
  readonly is: 'group'
  readonly engine: 'redis' | 'valkey'
  readonly shards: number
  /** Of the shard that has the fewest, so that a lagging shard reads as a difference. */
  readonly replicasPerShard: number
  /** True when every shard has the same number of replicas. */
  readonly evenReplicas: boolean
  readonly clusterMode: ClusterMode
  readonly automaticFailover: boolean
  readonly multiAZ: boolean
  readonly atRest: boolean
  readonly kmsKeyId: string | undefined
  readonly authToken: boolean
  /** When the token was last changed, ISO 8601; AWS's own word for what became of a ROTATE or SET. */
  readonly authTokenChangedTime: string | undefined
  readonly primary: Endpoint | undefined
  readonly reader: Endpoint | undefined
  readonly configuration: Endpoint | undefined
  readonly snapshotRetentionDays: number
  readonly snapshotWindow: string | undefined
  readonly dataTiering: boolean
  readonly description: string
}

/** A memcached cluster; its members are its nodes. */
export interface ObservedMemcached extends ObservedCommon {
  readonly is: 'memcached'
  readonly engine: 'memcached'
  readonly nodeCount: number
  readonly configuration: Endpoint | undefined
}

export type ObservedCache = ObservedGroup | ObservedMemcached

/** A parameter group and the values that somebody set in it (defaults are left out). */
export interface ObservedParameters {
  readonly name: string
  readonly arn: string
  readonly family: string
  readonly values: Readonly<Record<string, string>>
  /** Every parameter that the family lets one set, with its default ('' when it has none). */
  readonly settable: Readonly<Record<string, string>>
}

/** One line of DescribeEvents. */
export interface ObservedEvent {
  readonly time: string
  readonly message: string
}
