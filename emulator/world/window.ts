import { fingerprint } from './fingerprint.ts'

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const DAY_MINUTES = 24 * 60
const WEEK_MINUTES = 7 * DAY_MINUTES
const MINUTE_MS = 60_000

/** A span of minutes that repeats: from Monday 00:00 UTC for a week, or from 00:00 UTC for a day. */
export interface Span {
  readonly startMinute: number
  readonly lengthMinutes: number
}

const minuteOfDay = (text: string): number | undefined => {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? []
  return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes)
}

const minuteOfWeek = (text: string): number | undefined => {
  const day = DAYS.indexOf(text.slice(0, 3))
  const minute = text[3] === ':' ? minuteOfDay(text.slice(4)) : undefined
  return day < 0 || minute === undefined ? undefined : day * DAY_MINUTES + minute
}

const spanOf = (from: number | undefined, to: number | undefined, cycle: number): Span | undefined =>
  from === undefined || to === undefined ? undefined : { startMinute: from, lengthMinutes: (to - from + cycle) % cycle }

/** Reads `sun:05:00-sun:06:00`; undefined when it is not of that form. */
export const maintenanceSpan = (window: string): Span | undefined => {
  const [from, to, ...rest] = window.split('-')
  return rest.length > 0 ? undefined : spanOf(minuteOfWeek(from ?? ''), minuteOfWeek(to ?? ''), WEEK_MINUTES)
}

/** Reads `03:00-04:00`; undefined when it is not of that form. */
export const snapshotSpan = (window: string): Span | undefined => {
  const [from, to, ...rest] = window.split('-')
  return rest.length > 0 ? undefined : spanOf(minuteOfDay(from ?? ''), minuteOfDay(to ?? ''), DAY_MINUTES)
}

/** Whether the daily snapshot window and the weekly maintenance window touch on any day. */
export const windowsOverlap = (snapshot: Span, maintenance: Span): boolean =>
  [...DAYS.keys(), -1].some((day) => {
    const start = snapshot.startMinute + day * DAY_MINUTES
    const overlaps = (offset: number) =>
      start < maintenance.startMinute + maintenance.lengthMinutes + offset &&
      maintenance.startMinute + offset < start + snapshot.lengthMinutes
    return overlaps(0) || overlaps(-WEEK_MINUTES)
  })

const clockText = (minute: number) =>
  `${String(Math.floor(minute / 60) % 24).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

/** The hour that AWS would pick at random from the region's eight-hour block; the same id always gets the same one. */
export const defaultMaintenanceWindow = (id: string): string => {
  const seed = fingerprint(`maintenance/${id}`)
  const day = DAYS[seed % DAYS.length] ?? 'sun'
  const start = 180 + (Math.floor(seed / 7) % 14) * 30
  return `${day}:${clockText(start)}-${day}:${clockText(start + 60)}`
}

/** An hour for backups outside the block of the maintenance windows. */
export const defaultSnapshotWindow = (id: string): string => {
  const start = 720 + (fingerprint(`snapshot/${id}`) % 20) * 30
  return `${clockText(start)}-${clockText(start + 60)}`
}

/** The moment, after `nowMs`, at which the window opens next; inside the window that is now. */
export const nextOpening = (window: string, nowMs: number): number => {
  const span = maintenanceSpan(window)
  if (!span) return nowMs
  // 1970-01-05 was a Monday.
  const weekStartMs = 4 * DAY_MINUTES * MINUTE_MS
  const minute = Math.floor((nowMs - weekStartMs) / MINUTE_MS)
  const intoWindow = (((minute - span.startMinute) % WEEK_MINUTES) + WEEK_MINUTES) % WEEK_MINUTES
  if (intoWindow < span.lengthMinutes) return nowMs
  return weekStartMs + (minute - intoWindow + WEEK_MINUTES) * MINUTE_MS
}
