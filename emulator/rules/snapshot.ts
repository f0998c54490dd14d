import type { CreateSnapshotMessage } from '@aws-sdk/client-elasticache'
import type { Call } from '../operations.ts'
import { invalidCombination, refusal } from '../wire/refusal.ts'
import type { CacheCluster } from '../world/cache-cluster.ts'
import { recentManualSnapshots } from '../world/manual-snapshots.ts'
import type { ReplicationGroup } from '../world/replication-group.ts'
import type { Snapshot } from '../world/snapshot.ts'
import { type SnapshotSubject, sourcesOf } from '../world/snapshot-taking.ts'
import type { World } from '../world/world.ts'
import { clusterCalled } from './cache-cluster.ts'
import { identifier } from './identifier.ts'
import { groupCalled } from './replication-group.ts'

const LONGEST_NAME = 255

export const snapshotCalled = (world: World, name: string | undefined): Snapshot => {
  const snapshot = world.snapshots.get(name?.toLowerCase() ?? '')
  if (!snapshot) throw refusal('SnapshotNotFoundFault', `Snapshot ${name} not found.`)
  return snapshot
}

/** A new snapshot's name, in lower case. */
export const newSnapshotName = (world: World, parameter: string, value: string | undefined): string => {
  const name = identifier(parameter, value, LONGEST_NAME)
  if (world.snapshots.has(name)) {
    throw refusal('SnapshotAlreadyExistsFault', 'Snapshot with specified name already exists.')
  }
  return name
}

/** Refuses to copy, delete or restore what is under way. */
export const inStatus = (snapshot: Snapshot, ...allowed: readonly Snapshot['status'][]): void => {
  if (allowed.includes(snapshot.status)) return
  throw refusal(
    'InvalidSnapshotState',
    `Snapshot ${snapshot.name} is not in available state; it is ${snapshot.status}.`,
  )
}

/** At most so many manual snapshots of a node in any 24 hours. */
export const withinSnapshotQuota = (
  call: Pick<Call<unknown>, 'world' | 'nowMs' | 'quotas'>,
  clusterIds: readonly string[],
): void => {
  const limit = call.quotas.manualSnapshotsPerNodePerDay
  if (clusterIds.some((id) => recentManualSnapshots(call.world, id, call.nowMs) >= limit)) {
    throw refusal(
      'SnapshotQuotaExceededFault',
      'The request cannot be processed because it would exceed the maximum number of snapshots.',
    )
  }
}

/** Neither memcached nor the smallest old node type has backups. */
export const hasBackups = ({ engine, nodeType }: { readonly engine: string; readonly nodeType: string }): void => {
  if (engine !== 'memcached' && nodeType !== 'cache.t1.micro') return
  throw refusal(
    'SnapshotFeatureNotSupportedFault',
    `Snapshots are not supported for ${engine === 'memcached' ? 'engine memcached' : `node type ${nodeType}`}.`,
  )
}

const ofCluster = (world: World, cluster: CacheCluster): SnapshotSubject => {
  const group = world.groups.get(cluster.groupId ?? '')
  if (group?.clusterMode === 'enabled') {
    throw invalidCombination(
      `Cache cluster ${cluster.id} is a member of a replication group with cluster mode enabled. Please specify the replication group instead.`,
    )
  }
  return { is: 'cluster', cluster, group }
}

const ofGroup = (world: World, group: ReplicationGroup, clusterId: string | undefined): SnapshotSubject => {
  const member = clusterId === undefined ? undefined : clusterCalled(world, clusterId)
  if (member && member.groupId !== group.id) {
    throw invalidCombination(`Cache cluster ${member.id} is not part of replication group ${group.id}.`)
  }
  if (group.clusterMode === 'enabled') return { is: 'group', group }
  if (!member) {
    throw invalidCombination(
      'Cannot snapshot a replication group with cluster-mode disabled. Please specify a cache cluster instead.',
    )
  }
  return { is: 'cluster', cluster: member, group }
}

/** What a CreateSnapshot names: a group in cluster mode, or a cluster, alone or in a group without cluster mode. */
export const subjectNamed = (world: World, input: CreateSnapshotMessage): SnapshotSubject => {
  const { ReplicationGroupId: groupId, CacheClusterId: clusterId } = input
  if (groupId !== undefined) return ofGroup(world, groupCalled(world, groupId), clusterId)
  if (clusterId !== undefined) return ofCluster(world, clusterCalled(world, clusterId))
  throw invalidCombination('Either ReplicationGroupId or CacheClusterId must be provided.')
}

/** The freshest data of what is being deleted: the primary's. */
export const finalSubject = (world: World, group: ReplicationGroup): SnapshotSubject => {
  if (group.clusterMode === 'enabled') return { is: 'group', group }
  return { is: 'cluster', cluster: clusterCalled(world, group.shards[0]?.primary), group }
}

/** The source of a snapshot, and its group, must be available. */
export const snapshottable = (world: World, subject: SnapshotSubject): void => {
  const { group } = subject
  if (group && group.status !== 'available') {
    throw refusal(
      'InvalidReplicationGroupState',
      `Replication group ${group.id} is not in available state; it is ${group.status}.`,
    )
  }
  const busy = sourcesOf(subject)
    .map((id) => clusterCalled(world, id))
    .find((cluster) => cluster.status !== 'available')
  if (busy) {
    throw refusal(
      'InvalidCacheClusterState',
      `Cache cluster ${busy.id} is not in available state; it is ${busy.status}.`,
    )
  }
}

/** The name of the snapshot that is taken before a deletion, after everything that may speak against it. */
export const finalSnapshotName = (
  call: Pick<Call<unknown>, 'world' | 'nowMs' | 'quotas'>,
  subject: SnapshotSubject,
  asked: string,
): string => {
  const name = newSnapshotName(call.world, 'FinalSnapshotIdentifier', asked)
  hasBackups(subject.is === 'group' ? subject.group.settings : subject.cluster.settings)
  snapshottable(call.world, subject)
  withinSnapshotQuota(call, sourcesOf(subject))
  return name
}
