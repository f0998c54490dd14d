import { backupKey } from './backups.ts'
import { beginClusterDeletion, beginGroupDeletion } from './deletion.ts'
import { record } from './event.ts'
import type { Snapshot } from './snapshot.ts'
import { failureAmong, type Tick } from './tick.ts'
import { schedule } from './transition.ts'
import type { World } from './world.ts'

const DAY_MS = 24 * 3_600_000

/** The source may be changed again. */
const release = (world: World, snapshot: Snapshot): void => {
  const group = world.groups.get(snapshot.ownerGroupId ?? '')
  if (group?.status === 'snapshotting') group.status = 'available'
  for (const { clusterId } of snapshot.pieces) {
    const cluster = world.clusters.get(clusterId)
    if (cluster?.status === 'snapshotting') cluster.status = 'available'
  }
}

const tell = (tick: Tick, snapshot: Snapshot, outcome: string): void => {
  const text = `Snapshot ${outcome} for snapshot with ID '${snapshot.name}' of`
  if (snapshot.group) {
    record(
      tick.world,
      tick.atMs,
      'replication-group',
      snapshot.group.id,
      `${text} replication group with ID '${snapshot.group.id}'`,
    )
  } else if (snapshot.cluster) {
    record(
      tick.world,
      tick.atMs,
      'cache-cluster',
      snapshot.cluster.id,
      `${text} cluster with ID '${snapshot.cluster.id}'`,
    )
  }
}

/** A final snapshot is whole: now its source goes. */
const deleteSource = (tick: Tick, snapshot: Snapshot): void => {
  const { world, profile, atMs } = tick
  const group = world.groups.get(snapshot.ownerGroupId ?? '')
  const cluster = world.clusters.get(snapshot.cluster?.id ?? '')
  if (snapshot.thenDelete === 'group' && group) beginGroupDeletion(world, profile, group, atMs)
  if (snapshot.thenDelete === 'cluster' && cluster) beginClusterDeletion(world, profile, cluster, atMs)
}

/** An automatic snapshot is kept for as many days as its source's limit said when it was taken. */
const expireLater = (tick: Tick, snapshot: Snapshot): void => {
  if (snapshot.source !== 'automated') return
  const atMs = snapshot.createdAtMs + snapshot.settings.snapshotRetentionDays * DAY_MS
  schedule(tick.world, atMs, { do: 'expireSnapshot', id: snapshot.name })
}

/** A snapshot whose time has come, and whose files are whole, becomes available; without them it failed. */
export const settleSnapshot = (tick: Tick, name: string): boolean => {
  const { world, nodes, atMs } = tick
  const snapshot = world.snapshots.get(name)
  if (!snapshot || (snapshot.status !== 'creating' && snapshot.status !== 'copying')) return true
  const copied = snapshot.status === 'copying'
  const keys = snapshot.pieces.map((piece) => backupKey(world, name, piece))
  const failure = failureAmong(nodes, keys)
  if (failure === undefined && !keys.every((key) => nodes.isReady(key))) return false
  if (!copied) {
    release(world, snapshot)
    expireLater(tick, snapshot)
  }
  if (failure !== undefined) {
    snapshot.status = 'failed'
    tell(tick, snapshot, 'failed')
    return true
  }
  for (const piece of snapshot.pieces) {
    piece.takenAtMs ??= atMs
    piece.bytes = nodes.backupBytes(backupKey(world, name, piece))
  }
  snapshot.status = 'available'
  if (copied) return true
  tell(tick, snapshot, 'succeeded')
  deleteSource(tick, snapshot)
  return true
}

/** A snapshot can be used again once what is made from it is there, or has failed. */
export const settleRestore = (tick: Tick, name: string): boolean => {
  const snapshot = tick.world.snapshots.get(name)
  const into = snapshot?.restoringInto
  if (!snapshot || !into) return true
  const made = into.is === 'group' ? tick.world.groups.get(into.id) : tick.world.clusters.get(into.id)
  if (made?.status === 'creating') return false
  delete snapshot.restoringInto
  if (snapshot.status === 'restoring') snapshot.status = 'available'
  return true
}

const forget = (world: World, snapshot: Snapshot): void => {
  world.snapshots.delete(snapshot.name)
  world.tags.delete(snapshot.arn)
}

/** A deleted snapshot is gone, and its files with it. */
export const removeSnapshot = (tick: Tick, name: string): boolean => {
  const snapshot = tick.world.snapshots.get(name)
  if (snapshot?.status === 'deleting') forget(tick.world, snapshot)
  return true
}

/** An automatic snapshot has been kept long enough. It stays while something is made from it. */
export const expireSnapshot = (tick: Tick, name: string): boolean => {
  const snapshot = tick.world.snapshots.get(name)
  if (!snapshot) return true
  if (snapshot.status === 'restoring') return false
  forget(tick.world, snapshot)
  return true
}

/** Automatic snapshots go with their cluster or group; those that something is made from expire later. */
export const dropAutomaticSnapshots = (world: World, of: 'group' | 'cluster', id: string): void => {
  for (const snapshot of [...world.snapshots.values()]) {
    if (snapshot.source === 'automated' && snapshot[of]?.id === id && snapshot.status !== 'restoring') {
      forget(world, snapshot)
    }
  }
}
