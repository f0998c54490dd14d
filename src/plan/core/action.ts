import type { ClusterMode, Engine, Tags, TransitEncryption } from './observed.ts'

/** What a create or a modify may say of a replication group. Unset means: not said, AWS decides or keeps. */
export interface GroupSettings {
  readonly nodeType?: string
  readonly engine?: Engine
  readonly engineVersion?: string
  readonly parameterGroupName?: string
  readonly securityGroupIds?: readonly string[]
  readonly maintenanceWindow?: string
  readonly autoMinorVersionUpgrade?: boolean
  readonly automaticFailover?: boolean
  readonly multiAZ?: boolean
  readonly notificationTopicArn?: string
  readonly snapshotRetentionDays?: number
  readonly snapshotWindow?: string
  readonly inTransit?: TransitEncryption
  readonly clusterMode?: ClusterMode
}

/** What a modify may say besides. */
export interface GroupModification extends GroupSettings {
  /**
   * The member that snapshots are taken of. Without cluster mode AWS turns daily snapshots on only when it is named with
   * `snapshotRetentionDays` (terraform-provider-aws issue 10581).
   */
  readonly snapshotsFrom?: string
}

/** What only a create may say. */
export interface NewGroup extends GroupSettings {
  readonly engine: 'redis' | 'valkey'
  readonly nodeType: string
  readonly shards: number
  readonly replicasPerShard: number
  readonly zones?: readonly string[]
  readonly subnetGroupName?: string
  readonly port?: number
  readonly networkType?: string
  readonly atRest?: boolean
  readonly kmsKeyId?: string
  readonly dataTiering?: boolean
}

export interface MemcachedSettings {
  readonly nodeType?: string
  readonly engineVersion?: string
  readonly parameterGroupName?: string
  readonly securityGroupIds?: readonly string[]
  readonly maintenanceWindow?: string
  readonly autoMinorVersionUpgrade?: boolean
  readonly notificationTopicArn?: string
}

export interface NewMemcached extends MemcachedSettings {
  readonly nodeType: string
  readonly nodeCount: number
  readonly zones?: readonly string[]
  readonly subnetGroupName?: string
  readonly port?: number
  readonly networkType?: string
  readonly inTransit?: TransitEncryption
}

/** How much a step disturbs those who use the cache. */
export type Disruption = 'None' | 'Failover' | 'Restart' | 'Replacement'

/** When AWS is to apply a change. */
export type When = 'Now' | 'InWindow' | 'OnApproval'

/** One call to AWS that changes something. */
export type AwsAction =
  | {
      readonly do: 'CreateParameterGroup'
      readonly name: string
      readonly family: string
      readonly description: string
      readonly tags: Tags
    }
  /** At most 20 values a call. */
  | { readonly do: 'SetParameters'; readonly name: string; readonly values: Readonly<Record<string, string>> }
  | { readonly do: 'ResetParameters'; readonly name: string; readonly names: readonly string[] }
  | { readonly do: 'DeleteParameterGroup'; readonly name: string }
  /** `withToken`: the caller hands the auth token over beside the action, never inside it. */
  | {
      readonly do: 'CreateGroup'
      readonly id: string
      readonly description: string
      readonly group: NewGroup
      readonly tags: Tags
      readonly withToken: boolean
      /** Of the token's Secret: another token is another plan. */
      readonly tokenVersion?: string
    }
  | { readonly do: 'ModifyGroup'; readonly id: string; readonly set: GroupModification; readonly when: When }
  /** Members that hold parameters which wait for a reboot: one call a cache cluster. */
  | { readonly do: 'RebootNodes'; readonly id: string; readonly clusterId: string; readonly nodeIds: readonly string[] }
  | {
      readonly do: 'SetReplicas'
      readonly id: string
      readonly from: number
      readonly to: number
      /** For each node of a shard, the primary first; going up only. Unset: AWS chooses. */
      readonly zones?: readonly string[]
      /** The ids of all shards, '0001' and up: AWS takes zones shard by shard only. Needed with `zones`. */
      readonly shards?: readonly string[]
    }
  | {
      readonly do: 'SetShards'
      readonly id: string
      readonly from: number
      readonly to: number
      readonly retain: readonly string[]
      /** For each node of a shard, the primary first; going up only. Unset: AWS chooses. */
      readonly zones?: readonly string[]
    }
  | { readonly do: 'RotateToken' | 'SetToken'; readonly id: string; readonly tokenVersion?: string }
  | { readonly do: 'DeleteGroup'; readonly id: string; readonly finalSnapshot?: string }
  | { readonly do: 'CreateMemcached'; readonly id: string; readonly cluster: NewMemcached; readonly tags: Tags }
  | { readonly do: 'ModifyMemcached'; readonly id: string; readonly set: MemcachedSettings; readonly when: When }
  | {
      readonly do: 'SetNodes'
      readonly id: string
      readonly from: number
      readonly to: number
      readonly remove: readonly string[]
      /** Of the nodes that come. Unset: AWS chooses. */
      readonly zones?: readonly string[]
    }
  | { readonly do: 'DeleteMemcached'; readonly id: string }
  /** `cacheId` is the cache whose observation the tag write spoils. */
  | { readonly do: 'SetTags'; readonly cacheId: string; readonly arn: string; readonly tags: Tags }
  | { readonly do: 'RemoveTags'; readonly cacheId: string; readonly arn: string; readonly keys: readonly string[] }

/** What is done in Kubernetes on the way: before or after AWS in the plan's order, one at a time. */
export type KubeAction =
  /** Generate and store the auth token: always before the first call that uses it. */
  | { readonly do: 'StoreToken' }
  /** The token outlives its object: the Secret stays without an owner. */
  | { readonly do: 'KeepToken'; readonly name: string }
  /** `hash` names what they will say, so that a write that comes to nothing is told from a new one. */
  | { readonly do: 'WriteSecrets'; readonly secrets: readonly ('binding' | 'env')[]; readonly hash: string }
  | { readonly do: 'DeleteSecrets'; readonly names: readonly string[] }

export type Action = AwsAction | KubeAction
