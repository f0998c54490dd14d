import type { Profile } from './profile.ts'
import type { Transition } from './transition.ts'
import type { World } from './world.ts'

/** What an ordered fault makes of a state change: it has to wait, or cannot be had. */
export type Fate = { readonly is: 'held' } | { readonly is: 'failed'; readonly reason: string }

/** What the server processes say about a key. */
export interface Readiness {
  isReady(key: string): boolean
  /** The key's process is about to change: it is not ready until the processes were asked again. */
  forget(key: string): void
  /** Why it cannot be had; undefined while it may still come. */
  failureOf(key: string): string | undefined
  /** A node whose process ended by itself, until it answers again. */
  isLost(key: string): boolean
  /** How much of a reshard is done: 0 before it moves anything, 100 at the end. The key is '<account>/<region>/<id>'. */
  slotsMovedPercent(clusterKey: string): number
  /** The slots that each shard really has, by shard id; undefined while that is not known. */
  slotsHeld(clusterKey: string): Readonly<Record<string, string>> | undefined
  /** Size of a backup's file; 0 while there is none. */
  backupBytes(key: string): number
  /** What an ordered fault makes of a state change that is due; undefined when none strikes it. */
  fateOf(world: World, transition: Transition): Fate | undefined
}

/** The same processes, of which none can be had; so no slot has moved either. */
export const failing = (nodes: Readiness, reason: string): Readiness => ({
  ...nodes,
  failureOf: () => reason,
  slotsMovedPercent: () => 0,
})

/** One state change that is due, and what it may need to know. */
export interface Tick {
  readonly world: World
  readonly profile: Profile
  readonly nodes: Readiness
  /** When the state change takes place: when it was due, or now if it had to wait for server processes. */
  readonly atMs: number
  readonly transition: Transition
}

/** The first failure among some keys. */
export const failureAmong = (nodes: Readiness, keys: readonly string[]): string | undefined => {
  for (const key of keys) {
    const failure = nodes.failureOf(key)
    if (failure !== undefined) return failure
  }
  return undefined
}
