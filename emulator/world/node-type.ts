import types from '../data/node-types.json' with { type: 'json' }
import type { EngineName } from './engine-version.ts'

/** Sizes of a node type (AWS user guides, 2023); a member is absent where the guide has no value. */
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

/** Families that AWS no longer offers for a move. */
const RETIRED = new Set(['t1', 'm1', 'm2', 'm3', 'c1', 'r3'])

export interface AllowedMoves {
  readonly up: readonly string[]
  readonly down: readonly string[]
}

/** Node types that a cluster may move to: more memory is up, less is down; data tiering never mixes with other families. */
export const allowedMoves = (engine: EngineName, from: string): AllowedMoves => {
  const memory = engineMemoryBytes(engine, from) ?? 0
  const candidates = [...NODE_TYPES.keys()].filter(
    (type) =>
      type !== from &&
      !RETIRED.has(nodeFamily(type)) &&
      isDataTiered(type) === isDataTiered(from) &&
      engineMemoryBytes(engine, type) !== undefined,
  )
  const bytes = (type: string) => engineMemoryBytes(engine, type) ?? 0
  return {
    up: candidates.filter((type) => bytes(type) >= memory).toSorted(),
    down: candidates.filter((type) => bytes(type) < memory).toSorted(),
  }
}
