import type { World } from './world.ts'

const DAY_MS = 24 * 3_600_000

/** How many manual snapshots of a cluster's node were begun in the last 24 hours. */
export const recentManualSnapshots = (world: World, clusterId: string, nowMs: number): number =>
  (world.manualSnapshotTimes.get(clusterId) ?? []).filter((atMs) => atMs > nowMs - DAY_MS).length

/** Counts a manual snapshot. It counts for 24 hours, also when it is deleted before. */
export const noteManualSnapshot = (world: World, clusterId: string, nowMs: number): void => {
  const recent = (world.manualSnapshotTimes.get(clusterId) ?? []).filter((atMs) => atMs > nowMs - DAY_MS)
  world.manualSnapshotTimes.set(clusterId, [...recent, nowMs])
}
