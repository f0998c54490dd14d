import type { CacheCluster } from './cache-cluster.ts'
import type { ReplicationGroup } from './replication-group.ts'
import type { Settings } from './settings.ts'
import { type SnapshotSubject, sourcesOf, takeSnapshot } from './snapshot-taking.ts'
import type { Tick } from './tick.ts'
import { type Happening, schedule, unschedule } from './transition.ts'
import { snapshotSpan } from './window.ts'
import type { World } from './world.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** The next moment after `nowMs` at which a daily window opens. */
const nextDailyOpening = (startMinute: number, nowMs: number): number => {
  const today = Math.floor(nowMs / DAY_MS) * DAY_MS + startMinute * MINUTE_MS
  return today > nowMs ? today : today + DAY_MS
}

type Opening = Extract<Happening['do'], 'openGroupSnapshotWindow' | 'openClusterSnapshotWindow'>

const plan = (world: World, opening: Opening, id: string, settings: Settings, nowMs: number): void => {
  unschedule(world, (happening) => happening.do === opening && happening.id === id)
  const span = snapshotSpan(settings.snapshotWindow ?? '')
  if (settings.snapshotRetentionDays === 0 || !span) return
  schedule(world, nextDailyOpening(span.startMinute, nowMs), { do: opening, id })
}

/** Plans a group's next automatic snapshot. Called when the group is made, and when its windows or limit change. */
export const planGroupSnapshots = (world: World, group: ReplicationGroup, nowMs: number): void =>
  plan(world, 'openGroupSnapshotWindow', group.id, group.settings, nowMs)

/** Plans the next automatic snapshot of a cluster without a group. */
export const planClusterSnapshots = (world: World, cluster: CacheCluster, nowMs: number): void =>
  plan(world, 'openClusterSnapshotWindow', cluster.id, cluster.settings, nowMs)

/** Whether a change of settings moves the next automatic snapshot. */
export const changesBackups = (changed: Partial<Settings>): boolean =>
  changed.snapshotRetentionDays !== undefined || changed.snapshotWindow !== undefined

const two = (number: number) => String(number).padStart(2, '0')

/** `automatic.sessions-001-2026-01-05-03-00`: the minute in UTC at which it was taken. */
const automaticName = (id: string, atMs: number): string => {
  const at = new Date(atMs)
  const date = `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`
  return `automatic.${id}-${date}-${two(at.getUTCHours())}-${two(at.getUTCMinutes())}`
}

/** Without cluster mode: the member that was chosen for it, else the first replica, else the primary. */
const dailySubject = (world: World, group: ReplicationGroup): SnapshotSubject | undefined => {
  if (group.clusterMode === 'enabled') return { is: 'group', group }
  const shard = group.shards[0]
  if (!shard) return undefined
  const chosen = shard.members.find((id) => id === group.snapshottingClusterId)
  const replica = shard.members.find((id) => id !== shard.primary)
  const cluster = world.clusters.get(chosen ?? replica ?? shard.primary)
  return cluster && { is: 'cluster', cluster, group }
}

const isFree = (world: World, subject: SnapshotSubject): boolean =>
  (subject.group === undefined || subject.group.status === 'available') &&
  sourcesOf(subject).every((id) => world.clusters.get(id)?.status === 'available')

/** Takes the day's snapshot. A busy source is waited for until the window closes; then that day has none. */
const openWindow = (tick: Tick, subject: SnapshotSubject, settings: Settings, again: () => void): boolean => {
  const { world, profile, atMs, transition } = tick
  const span = snapshotSpan(settings.snapshotWindow ?? '')
  if (settings.snapshotRetentionDays === 0 || !span) return true
  const open = atMs < transition.atMs + span.lengthMinutes * MINUTE_MS
  const free = isFree(world, subject)
  if (open && !free) return false
  const name = automaticName(subject.is === 'group' ? subject.group.id : subject.cluster.id, atMs)
  if (open && !world.snapshots.has(name)) takeSnapshot(world, profile, subject, { name, source: 'automated' }, atMs)
  again()
  return true
}

/** The daily snapshot window of a group opens. */
export const openGroupSnapshotWindow = (tick: Tick, id: string): boolean => {
  const group = tick.world.groups.get(id)
  const subject = group && dailySubject(tick.world, group)
  if (!group || !subject) return true
  return openWindow(tick, subject, group.settings, () => planGroupSnapshots(tick.world, group, tick.atMs))
}

/** The daily snapshot window of a cluster without a group opens. */
export const openClusterSnapshotWindow = (tick: Tick, id: string): boolean => {
  const cluster = tick.world.clusters.get(id)
  if (!cluster || cluster.groupId !== undefined) return true
  const subject = { is: 'cluster', cluster, group: undefined } as const
  return openWindow(tick, subject, cluster.settings, () => planClusterSnapshots(tick.world, cluster, tick.atMs))
}
