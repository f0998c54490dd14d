import types from '../data/node-types.json' with { type: 'json' }
import { atLeast, type EngineName } from './engine-version.ts'

/** Sizes of a node type (AWS user guides, 2023 and 2026); a member is absent where the guides have no value. */
export interface NodeType {
  readonly redisMaxmemoryBytes?: number
  readonly replicaBufferBytes?: number
  readonly memcachedMegabytes?: number
  readonly memcachedThreads?: number
}

export const NODE_TYPES: ReadonlyMap<string, NodeType> = new Map(Object.entries(types))

const MEBIBYTE = 1_048_576

/** The memory that the engine may use on a node type; undefined when the type is unknown for that engine. */
export const engineMemoryBytes = (engine: EngineName, nodeType: string): number | undefined => {
  const type = NODE_TYPES.get(nodeType)
  if (engine !== 'memcached') return type?.redisMaxmemoryBytes
  return type?.memcachedMegabytes === undefined ? undefined : type.memcachedMegabytes * MEBIBYTE
}

/** 'r6gd' of 'cache.r6gd.xlarge'. */
export const nodeFamily = (nodeType: string): string => nodeType.split('.')[1] ?? ''

export const isDataTiered = (nodeType: string): boolean => nodeFamily(nodeType) === 'r6gd'

type Since = Partial<Record<EngineName, string>>

const THIRD_GENERATION: Since = { redis: '6.2', valkey: '7.2', memcached: '1.5.16' }
const FOURTH_GENERATION: Since = { valkey: '7.2', memcached: '1.6.6' }

/** The engines that a family has, each from this version on (AWS user guide, supported node types). */
const SINCE: ReadonlyMap<string, Since> = new Map([
  ['m7g', THIRD_GENERATION],
  ['r7g', THIRD_GENERATION],
  ['c7gn', { ...THIRD_GENERATION, memcached: '1.6.6' }],
  ['m8g', FOURTH_GENERATION],
  ['r8g', FOURTH_GENERATION],
  ['c8gn', FOURTH_GENERATION],
])

/** Whether an engine can be had on a node type at all, and from which version on; older families have every version. */
export const engineOnNode = (engine: EngineName, nodeType: string): { readonly since: string } | undefined => {
  if (engineMemoryBytes(engine, nodeType) === undefined) return undefined
  const family = SINCE.get(nodeFamily(nodeType))
  const since = family === undefined ? '0' : family[engine]
  return since === undefined ? undefined : { since }
}

const runsOn = (engine: EngineName, version: string, nodeType: string): boolean => {
  const found = engineOnNode(engine, nodeType)
  return found !== undefined && atLeast(version, found.since)
}

/** Families that AWS no longer offers for a move. */
const RETIRED = new Set(['t1', 'm1', 'm2', 'm3', 'c1', 'r3'])

export interface AllowedMoves {
  readonly up: readonly string[]
  readonly down: readonly string[]
}

/**
 * Node types that a cluster may move to: those that have its engine in its version. More memory is up, less is down; data
 * tiering never mixes with other families.
 */
export const allowedMoves = (engine: EngineName, version: string, from: string): AllowedMoves => {
  const memory = engineMemoryBytes(engine, from) ?? 0
  const candidates = [...NODE_TYPES.keys()].filter(
    (type) =>
      type !== from &&
      !RETIRED.has(nodeFamily(type)) &&
      isDataTiered(type) === isDataTiered(from) &&
      runsOn(engine, version, type),
  )
  const bytes = (type: string) => engineMemoryBytes(engine, type) ?? 0
  return {
    up: candidates.filter((type) => bytes(type) >= memory).toSorted(),
    down: candidates.filter((type) => bytes(type) < memory).toSorted(),
  }
}
