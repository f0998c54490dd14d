import { invalidCombination, invalidValue } from '../wire/refusal.ts'
import {
  defaultMaintenanceWindow,
  defaultSnapshotWindow,
  maintenanceSpan,
  snapshotSpan,
  windowsOverlap,
} from '../world/window.ts'

const HOUR = 60
const DAY = 24 * HOUR

/** A maintenance window in lower case: `ddd:hh24:mi-ddd:hh24:mi`, UTC, 60 minutes to 24 hours. */
export const maintenanceWindow = (value: string): string => {
  const window = value.toLowerCase()
  const span = maintenanceSpan(window)
  if (!span)
    throw invalidValue(
      `Invalid maintenance window format: ${value}. Should be specified as a range ddd:hh24:mi-ddd:hh24:mi (24H Clock UTC).`,
    )
  if (span.lengthMinutes < HOUR) throw invalidValue('Maintenance window must be at least 60 minutes.')
  if (span.lengthMinutes > DAY) throw invalidValue('Maintenance window must be at most 24 hours.')
  return window
}

/** A snapshot window: `hh24:mi-hh24:mi`, UTC, at least 60 minutes. */
export const snapshotWindow = (value: string): string => {
  const span = snapshotSpan(value)
  if (!span)
    throw invalidValue(
      `Invalid snapshot window format: ${value}. Should be specified as a range hh24:mi-hh24:mi (24H Clock UTC).`,
    )
  if (span.lengthMinutes < HOUR) throw invalidValue('Snapshot window must be at least 60 minutes.')
  return value
}

/** Refuses windows that touch, also when backups are off. */
export const apart = (snapshot: string, maintenance: string): void => {
  const [daily, weekly] = [snapshotSpan(snapshot), maintenanceSpan(maintenance)]
  if (daily && weekly && windowsOverlap(daily, weekly)) {
    throw invalidCombination('The snapshot window and maintenance window must not overlap.')
  }
}

export interface Windows {
  readonly maintenanceWindow: string
  readonly snapshotWindow: string
}

/** Both windows of a new resource; what is not asked for is chosen as AWS would, and may then collide. */
export const windowsOf = (id: string, maintenance: string | undefined, snapshot: string | undefined): Windows => {
  const windows = {
    maintenanceWindow: maintenance === undefined ? defaultMaintenanceWindow(id) : maintenanceWindow(maintenance),
    snapshotWindow: snapshot === undefined ? defaultSnapshotWindow(id) : snapshotWindow(snapshot),
  }
  apart(windows.snapshotWindow, windows.maintenanceWindow)
  return windows
}

/** Days that automatic backups are kept: 0 to 35. */
export const retentionDays = (value: number): number => {
  if (!Number.isInteger(value) || value < 0 || value > 35) {
    throw invalidValue('The snapshot retention limit must be between 0 and 35 days.')
  }
  return value
}
