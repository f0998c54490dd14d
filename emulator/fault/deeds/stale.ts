import { createWorld, type World } from '../../world/world.ts'

/** A world as it was, and when. */
export interface Past {
  readonly atMs: number
  readonly world: World
}

/** Worlds of the past by account and region, oldest first. */
export type Memory = Map<string, Past[]>

const MOST = 64

const keyOf = ({ account, region }: World): string => `${account}/${region}`

/** All worlds as they are at the order. */
export const memoryOf = (worlds: Iterable<World>, nowMs: number): Memory =>
  new Map([...worlds].map((world) => [keyOf(world), [{ atMs: nowMs, world: structuredClone(world) }]]))

/** Keeps one more state of a world. What is older than needed goes, and what is too much is thinned out. */
export const rememberWorld = (memory: Memory, world: World, nowMs: number, lagMs: number): void => {
  const known = memory.get(keyOf(world)) ?? [{ atMs: 0, world: createWorld(world) }]
  const others = known.filter(({ atMs }) => atMs !== nowMs)
  const needed = others.findLastIndex(({ atMs }) => atMs <= nowMs - lagMs)
  const kept = others.slice(Math.max(0, needed))
  const thinned = kept.length < MOST ? kept : kept.filter((_, index) => index % 2 === 0)
  memory.set(keyOf(world), [...thinned, { atMs: nowMs, world: structuredClone(world) }])
}

/** The world at a moment, or the earliest that is known. */
export const pastOf = (memory: Memory, world: World, atMs: number): Past => {
  const known = memory.get(keyOf(world)) ?? []
  return known.findLast((past) => past.atMs <= atMs) ?? known[0] ?? { atMs, world: createWorld(world) }
}
