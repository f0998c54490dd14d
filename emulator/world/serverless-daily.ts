import type { ServerlessCache } from './serverless-cache.ts'
import { takeServerlessSnapshot } from './serverless-snapshot.ts'
import type { Tick } from './tick.ts'
import { schedule, unschedule } from './transition.ts'
import { snapshotSpan } from './window.ts'
import type { World } from './world.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
/** How long the day's snapshot waits for a cache that is being changed. */
const PATIENCE_MS = 60 * MINUTE_MS

/** Forgets the next automatic snapshot. */
export const cancelServerlessSnapshots = (world: World, name: string): void =>
  unschedule(world, (happening) => happening.do === 'openServerlessSnapshotTime' && happening.id === name)

/** Plans the next automatic snapshot. Called when the cache is there, and when its time or limit changed. */
export const planServerlessSnapshots = (world: World, cache: ServerlessCache, nowMs: number): void => {
  cancelServerlessSnapshots(world, cache.name)
  const { snapshotRetentionDays, dailySnapshotTime: time } = cache.settings
  const start = snapshotSpan(`${time}-${time}`)?.startMinute
  if (snapshotRetentionDays === 0 || start === undefined) return
  const today = Math.floor(nowMs / DAY_MS) * DAY_MS + start * MINUTE_MS
  schedule(world, today > nowMs ? today : today + DAY_MS, { do: 'openServerlessSnapshotTime', id: cache.name })
}

/** `automatic.sessions-2026-01-05-03-00`: the minute in UTC at which it was taken. */
const automaticName = (name: string, atMs: number): string =>
  `automatic.${name}-${new Date(atMs).toISOString().slice(0, 16).replace(/[T:]/g, '-')}`

/** The time of the daily snapshot has come. A cache that is busy for an hour has none that day. */
export const openServerlessSnapshotTime = (tick: Tick, name: string): boolean => {
  const { world, profile, atMs, transition } = tick
  const cache = world.serverlessCaches.get(name)
  if (!cache || cache.status === 'deleting') return true
  const inTime = atMs < transition.atMs + PATIENCE_MS
  if (inTime && cache.status !== 'available') return false
  const snapshotName = automaticName(name, atMs)
  if (inTime && !world.serverlessSnapshots.has(snapshotName)) {
    const expiresAtMs = atMs + cache.settings.snapshotRetentionDays * DAY_MS
    takeServerlessSnapshot(world, profile, cache, { name: snapshotName, type: 'automated', expiresAtMs }, atMs)
  }
  planServerlessSnapshots(world, cache, atMs)
  return true
}
