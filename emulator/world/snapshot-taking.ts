import { randomBytes } from 'node:crypto'
import { arnOf } from './arn.ts'
import type { CacheCluster } from './cache-cluster.ts'
import { nodeKey } from './engines-wanted.ts'
import { noteManualSnapshot } from './manual-snapshots.ts'
import type { Profile } from './profile.ts'
import type { ReplicationGroup, Shard } from './replication-group.ts'
import { type Snapshot, type SnapshotPiece, snapshotSettings } from './snapshot.ts'
import { vpcIdOf } from './subnet-group.ts'
import { schedule } from './transition.ts'
import type { Place, World } from './world.ts'

/**
 * What a snapshot is taken of: a whole group in cluster mode, or one cluster, which may be a member of a group without
 * cluster mode.
 */
export type SnapshotSubject =
  | { readonly is: 'group'; readonly group: ReplicationGroup }
  | { readonly is: 'cluster'; readonly cluster: CacheCluster; readonly group: ReplicationGroup | undefined }

export interface NewSnapshot {
  readonly name: string
  readonly source: 'manual' | 'automated'
  readonly kmsKeyId?: string
  readonly thenDelete?: 'group' | 'cluster'
}

const NODE = '0001'

/** A folder that no other snapshot has or had: a name may be used again while the old file still lies there. */
const newFolder = (place: Place): string =>
  `snapshots/${place.account}/${place.region}/${randomBytes(8).toString('hex')}`

const zonesOfShard = (world: World, shard: Shard): readonly string[] =>
  [shard.primary, ...shard.members.filter((id) => id !== shard.primary)].map(
    (id) => world.clusters.get(id)?.nodes[0]?.zone ?? '',
  )

const piecesOf = (world: World, subject: SnapshotSubject): readonly SnapshotPiece[] => {
  const folder = newFolder(world)
  if (subject.is === 'cluster') {
    const { cluster } = subject
    const node = cluster.nodes[0]
    return [
      {
        clusterId: cluster.id,
        node: nodeKey(world, cluster.id, NODE),
        nodeCreatedAtMs: node?.createdAtMs ?? cluster.createdAtMs,
        zones: [node?.zone ?? ''],
        file: `${folder}/${NODE}.rdb`,
      },
    ]
  }
  return subject.group.shards.map((shard) => ({
    shardId: shard.id,
    ...(shard.slots === undefined ? {} : { slots: shard.slots }),
    // The primary, and not a replica as in AWS: every acknowledged write is in the snapshot.
    clusterId: shard.primary,
    node: nodeKey(world, shard.primary, NODE),
    nodeCreatedAtMs: world.clusters.get(shard.primary)?.createdAtMs ?? subject.group.createdAtMs,
    zones: zonesOfShard(world, shard),
    file: `${folder}/${shard.id}.rdb`,
  }))
}

/** Clusters whose nodes a snapshot is taken of. */
export const sourcesOf = (subject: SnapshotSubject): readonly string[] =>
  subject.is === 'cluster' ? [subject.cluster.id] : subject.group.shards.map((shard) => shard.primary)

const shownSource = (subject: SnapshotSubject): Pick<Snapshot, 'group' | 'cluster'> =>
  subject.is === 'group'
    ? {
        group: {
          id: subject.group.id,
          description: subject.group.description,
          automaticFailover: subject.group.automaticFailover,
        },
      }
    : {
        cluster: {
          id: subject.cluster.id,
          createdAtMs: subject.cluster.createdAtMs,
          zone: subject.cluster.nodes[0]?.zone ?? '',
        },
      }

/** Begins a snapshot. Its source is snapshotting until the data is there. */
export const takeSnapshot = (
  world: World,
  profile: Profile,
  subject: SnapshotSubject,
  asked: NewSnapshot,
  nowMs: number,
): Snapshot => {
  const { group } = subject
  const settings = subject.is === 'group' ? subject.group.settings : subject.cluster.settings
  const vpcId = world.subnetGroups.get(settings.subnetGroup)?.vpcId ?? vpcIdOf(world)
  const snapshot: Snapshot = {
    name: asked.name,
    arn: arnOf(world, 'snapshot', asked.name),
    createdAtMs: nowMs,
    source: asked.source,
    status: 'creating',
    ...shownSource(subject),
    ...(group === undefined ? {} : { ownerGroupId: group.id }),
    clusterMode: group?.clusterMode ?? 'disabled',
    settings: snapshotSettings(settings),
    vpcId,
    dataTiering: group?.dataTiering ?? false,
    ...(group?.durability === undefined ? {} : { durability: group.durability }),
    ...(asked.kmsKeyId === undefined ? {} : { kmsKeyId: asked.kmsKeyId }),
    pieces: piecesOf(world, subject),
    ...(asked.thenDelete === undefined ? {} : { thenDelete: asked.thenDelete }),
  }
  world.snapshots.set(snapshot.name, snapshot)
  if (group) group.status = 'snapshotting'
  for (const id of sourcesOf(subject)) {
    const cluster = world.clusters.get(id)
    if (cluster) cluster.status = 'snapshotting'
    if (asked.source === 'manual') noteManualSnapshot(world, id, nowMs)
  }
  schedule(world, nowMs + profile.snapshotMs, { do: 'settleSnapshot', id: snapshot.name })
  return snapshot
}
