import type { Call } from '../operations.ts'
import { refusal } from '../wire/refusal.ts'
import { recentServerlessSnapshots, type ServerlessSnapshot } from '../world/serverless-snapshot.ts'
import type { World } from '../world/world.ts'
import { identifier } from './identifier.ts'

const LONGEST_NAME = 255

/** The snapshot of a name, or ServerlessCacheSnapshotNotFoundFault. */
export const serverlessSnapshotCalled = (world: World, name: string | undefined): ServerlessSnapshot => {
  const snapshot = world.serverlessSnapshots.get(name?.toLowerCase() ?? '')
  if (!snapshot) throw refusal('ServerlessCacheSnapshotNotFoundFault', `Serverless cache snapshot ${name} not found.`)
  return snapshot
}

/** A new snapshot's name, in lower case. */
export const newServerlessSnapshotName = (world: World, parameter: string, asked: string | undefined): string => {
  const name = identifier(parameter, asked, LONGEST_NAME)
  if (world.serverlessSnapshots.has(name)) {
    throw refusal('ServerlessCacheSnapshotAlreadyExistsFault', `Serverless cache snapshot ${name} already exists.`)
  }
  return name
}

/** Refuses what is under way. */
export const serverlessSnapshotIn = (
  snapshot: ServerlessSnapshot,
  ...allowed: readonly ServerlessSnapshot['status'][]
): void => {
  if (allowed.includes(snapshot.status)) return
  throw refusal(
    'InvalidServerlessCacheSnapshotStateFault',
    `Serverless cache snapshot ${snapshot.name} is not in available state; it is ${snapshot.status}.`,
  )
}

/** At most so many manual snapshots of a cache in any 24 hours. */
export const withinServerlessSnapshotQuota = (
  { world, nowMs, quotas }: Pick<Call<unknown>, 'world' | 'nowMs' | 'quotas'>,
  cacheName: string,
): void => {
  const limit = quotas.serverlessSnapshotsPerCachePerDay
  if (recentServerlessSnapshots(world, cacheName, nowMs) < limit) return
  throw refusal(
    'ServerlessCacheSnapshotQuotaExceededFault',
    `The number of serverless cache snapshots exceeds the limit of ${limit} in 24 hours.`,
  )
}

/** The snapshots of a cache that are being written: it must not go meanwhile. */
export const snapshotUnderway = (world: World, cacheName: string): ServerlessSnapshot | undefined =>
  [...world.serverlessSnapshots.values()].find(
    (snapshot) => snapshot.cache.name === cacheName && snapshot.status === 'creating',
  )
