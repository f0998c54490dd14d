import { randomBytes } from 'node:crypto'
import type { BackupWanted } from '../engines/port.ts'
import { arnOf } from './arn.ts'
import { type EngineName, entryOf } from './engine-version.ts'
import { noteManualSnapshot, recentManualSnapshots } from './manual-snapshots.ts'
import type { Profile } from './profile.ts'
import type { ServerlessCache } from './serverless-cache.ts'
import { serverlessNodeKey } from './serverless-keys.ts'
import { schedule } from './transition.ts'
import type { Place, World } from './world.ts'

export type ServerlessSnapshotStatus = 'creating' | 'available' | 'copying' | 'deleting' | 'failed'

export interface ServerlessSnapshot {
  /** In lower case. */
  readonly name: string
  readonly arn: string
  readonly type: 'manual' | 'automated'
  status: ServerlessSnapshotStatus
  readonly createdAtMs: number
  /** Only automatic ones expire. */
  readonly expiresAtMs?: number
  readonly kmsKeyId?: string
  /** The cache that it was taken of, as it was then. */
  readonly cache: { readonly name: string; readonly engine: EngineName; readonly engineVersion: string }
  /** The RDB file, below the data folder of the server processes. A copy names the same file. */
  readonly file: string
  /** Size of the file, once it is whole; 0 without server processes. */
  bytes?: number
  /** A final snapshot: its cache goes once it is whole. */
  readonly thenDelete?: boolean
}

export interface NewServerlessSnapshot {
  readonly name: string
  readonly type: 'manual' | 'automated'
  readonly kmsKeyId?: string
  readonly expiresAtMs?: number
  readonly thenDelete?: boolean
}

/** Names the copy of a serverless cache's data: unique over all accounts and regions. */
export const serverlessBackupKey = (place: Place, name: string): string =>
  `${place.account}/${place.region}/serverless-snapshot/${name}`

/** Under which name the snapshots of a day are counted: not that of any cluster. */
const counted = (cacheName: string) => `serverless/${cacheName}`

/** How many manual snapshots of a cache were begun in the last 24 hours. */
export const recentServerlessSnapshots = (world: World, cacheName: string, nowMs: number): number =>
  recentManualSnapshots(world, counted(cacheName), nowMs)

/** Counts a manual snapshot of a cache. */
export const noteServerlessSnapshot = (world: World, cacheName: string, nowMs: number): void =>
  noteManualSnapshot(world, counted(cacheName), nowMs)

/** Forgets the count of a cache that is gone. */
export const forgetServerlessCount = (world: World, cacheName: string): void => {
  world.manualSnapshotTimes.delete(counted(cacheName))
}

/** The major version as AWS shows and takes it: '8' of Valkey 8.0, '1.6' of memcached 1.6.22. */
export const majorVersion = (engine: EngineName, full: string): string =>
  full
    .split('.')
    .slice(0, engine === 'memcached' ? 2 : 1)
    .join('.')

/** The version without the patch, from Redis 6 and for Valkey. */
export const fullVersion = (engine: EngineName, full: string): string => entryOf(engine, full).version

/** Begins a snapshot. The cache stays as it is meanwhile. */
export const takeServerlessSnapshot = (
  world: World,
  profile: Profile,
  cache: ServerlessCache,
  asked: NewServerlessSnapshot,
  nowMs: number,
): ServerlessSnapshot => {
  const { engine, engineVersion } = cache.settings
  // A folder that no other snapshot has or had: a name may be used again while the old file still lies there.
  const folder = `snapshots/${world.account}/${world.region}/${randomBytes(8).toString('hex')}`
  const snapshot: ServerlessSnapshot = {
    ...asked,
    arn: arnOf(world, 'serverlesscachesnapshot', asked.name),
    status: 'creating',
    createdAtMs: nowMs,
    cache: { name: cache.name, engine, engineVersion },
    file: `${folder}/serverless.rdb`,
  }
  world.serverlessSnapshots.set(snapshot.name, snapshot)
  if (asked.type === 'manual') noteServerlessSnapshot(world, cache.name, nowMs)
  schedule(world, nowMs + profile.snapshotMs, { do: 'settleServerlessSnapshot', id: snapshot.name })
  return snapshot
}

/** The file that a snapshot calls for. It stays wanted when the cache is gone, and goes with the snapshot. */
export const serverlessBackups = (place: Place, snapshot: ServerlessSnapshot): readonly BackupWanted[] =>
  snapshot.status === 'deleting' || snapshot.status === 'failed'
    ? []
    : [
        {
          key: serverlessBackupKey(place, snapshot.name),
          node: serverlessNodeKey(place, snapshot.cache.name),
          file: snapshot.file,
          ...(snapshot.status === 'creating' ? {} : { taken: true }),
        },
      ]
