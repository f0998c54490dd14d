import type { EngineName } from './engine-version.ts'
import { schedule, unschedule } from './transition.ts'
import type { World } from './world.ts'

export const SEVERITIES = ['critical', 'important', 'medium', 'low'] as const
export type Severity = (typeof SEVERITIES)[number]

/** A security update that AWS has published. */
export interface ServiceUpdate {
  readonly name: string
  readonly description: string
  readonly severity: Severity
  readonly engine: EngineName
  /** '7.1' means every patch of it; absent: all versions. */
  readonly engineVersion?: string
  readonly releasedAtMs: number
  /** After it, an update that nobody stopped is applied by itself if `auto` says so. */
  readonly applyByMs: number
  /** After it, nobody can apply the update any more. */
  readonly endsAtMs: number
  readonly auto: boolean
  readonly estimatedTime: string
  status: 'available' | 'cancelled' | 'expired'
}

/** Publishes an update to a world, or replaces the one of that name. */
export const publish = (world: World, update: ServiceUpdate): void => {
  const { name } = update
  unschedule(world, (deed) => (deed.do === 'autoApplyUpdate' || deed.do === 'expireUpdate') && deed.id === name)
  world.serviceUpdates.set(name, update)
  if (update.auto) schedule(world, update.applyByMs, { do: 'autoApplyUpdate', id: name })
  schedule(world, update.endsAtMs, { do: 'expireUpdate', id: name })
}
