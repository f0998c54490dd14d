import { createWorld, type World, worldKey } from '../../world/world.ts'

/** A world as it was, and when. */
export interface Past {
  readonly atMs: number
  readonly world: World
}

/** Worlds of the past by account and region, oldest first. */
export type Memory = Map<string, Past[]>

const MOST = 64

/** All worlds as they are at the order. */
export const memoryOf = (worlds: Iterable<World>, nowMs: number): Memory =>
  new Map([...worlds].map((world) => [worldKey(world), [{ atMs: nowMs, world: structuredClone(world) }]]))

/**
 * Keeps one more state of a world. What is older than needed goes, so that the first is the latest that is old enough, or
 * that of the order; what is too much is thinned out.
 */
export const rememberWorld = (memory: Memory, world: World, nowMs: number, lagMs: number): void => {
  const known = memory.get(worldKey(world)) ?? [{ atMs: 0, world: createWorld(world) }]
  // The first is what was before anything else: it stays, though more happens at the same moment.
  const others = known.filter(({ atMs }, index) => index === 0 || atMs !== nowMs)
  const needed = others.findLastIndex(({ atMs }) => atMs <= nowMs - lagMs)
  const kept = others.slice(Math.max(0, needed))
  const thinned = kept.length < MOST ? kept : kept.filter((_, index) => index % 2 === 0)
  memory.set(worldKey(world), [...thinned, { atMs: nowMs, world: structuredClone(world) }])
}

/** The world as it is to be shown; empty where nobody knew it. */
export const pastOf = (memory: Memory, world: World): World =>
  memory.get(worldKey(world))?.[0]?.world ?? createWorld(world)
