import { isAbsolute } from 'node:path'
import type { BackupWanted, EnginesWanted, NodeWanted } from '../engines/port.ts'
import type { EngineName } from './engine-version.ts'
import { entryOf } from './engine-version.ts'
import { defaultGroupName, effectiveValues, findParameterGroup } from './parameter-group.ts'
import { type ServerlessCache, serverlessUnderway, userGroupUnderway } from './serverless-cache.ts'
import { serverlessNodeKey, serverlessReaderKey } from './serverless-keys.ts'
import { serverlessBackups } from './serverless-snapshot.ts'
import { engineUsersOf } from './user-group.ts'
import type { World } from './world.ts'

const GIGABYTE = 1024 ** 3
const ALL_SLOTS = '0-16383'
/** What a cache without a limit may hold here, before the engines scale it. */
const UNLIMITED_GIGABYTES = 64

/** The ports of AWS: of the endpoint and of the reader endpoint. */
export const serverlessPorts = (engine: EngineName): { readonly endpoint: number; readonly reader: number } =>
  engine === 'memcached' ? { endpoint: 11_211, reader: 11_212 } : { endpoint: 6379, reader: 6380 }

const memoryOf = (cache: ServerlessCache): number => {
  const { engine, limits } = serverlessUnderway(cache)
  const gigabytes = engine === 'memcached' ? cache.firstStorage : limits.storage?.maximum
  return (gigabytes ?? UNLIMITED_GIGABYTES) * GIGABYTE
}

const nodeOf = (world: World, cache: ServerlessCache): NodeWanted => {
  const { engine, engineVersion } = serverlessUnderway(cache)
  const { family } = entryOf(engine, engineVersion)
  const parameters = findParameterGroup(world, defaultGroupName(family, engine !== 'memcached'))
  const userGroupId = userGroupUnderway(cache)
  const users = engineUsersOf(world, userGroupId === undefined ? [] : [userGroupId])
  return {
    key: serverlessNodeKey(world, cache.name),
    engine,
    engineVersion,
    port: serverlessPorts(engine).endpoint,
    maxmemoryBytes: memoryOf(cache),
    // The limit is for data alone: nothing of it is kept back.
    parameters: { ...(parameters ? effectiveValues(parameters) : {}), 'reserved-memory-percent': '0' },
    tls: 'required',
    authTokens: [],
    openToo: false,
    generation: 0,
    ...(users === undefined ? {} : { users }),
    ...(engine === 'memcached'
      ? {}
      : { cluster: { id: `serverless/${cache.name}`, shard: '0001', slots: ALL_SLOTS }, durability: 'async' as const }),
    ...(cache.seeds === undefined ? {} : { seedFiles: cache.seeds }),
  }
}

/** The snapshot that something is made from may be deleted meanwhile: its file stays until that is there. */
const keptSeeds = (world: World): readonly BackupWanted[] => {
  const caches = [...world.serverlessCaches.values()].flatMap(({ seeds }) => seeds ?? [])
  const groups = [...world.groups.values()].flatMap(({ seeds }) => Object.values(seeds ?? {}).flat())
  const place = `${world.account}/${world.region}`
  // Files elsewhere stand for S3, and are none of ours.
  const files = [...new Set([...caches, ...groups])].filter((file) => !isAbsolute(file))
  return files.map((file) => ({ key: `${place}/seed/${file}`, node: '', file, taken: true }))
}

/** A cache that is being deleted runs until its final snapshot is whole. */
const runs = (world: World, cache: ServerlessCache): boolean =>
  cache.status === 'deleting'
    ? [...world.serverlessSnapshots.values()].some(
        (snapshot) => snapshot.cache.name === cache.name && snapshot.thenDelete && snapshot.status === 'creating',
      )
    : cache.status !== 'create-failed'

const cacheWanted = (world: World, cache: ServerlessCache): EnginesWanted => {
  if (!runs(world, cache)) return { nodes: [], fronts: [], backups: [] }
  const node = nodeOf(world, cache)
  const reader = {
    key: serverlessReaderKey(world, cache.name),
    kind: 'reader' as const,
    port: serverlessPorts(node.engine).reader,
    targets: [node.key],
    version: 1,
  }
  return { nodes: [node], fronts: [reader], backups: [] }
}

/** The server processes, addresses and files that a world's serverless caches and their snapshots call for. */
export const serverlessWanted = (world: World): readonly EnginesWanted[] => [
  ...[...world.serverlessCaches.values()].map((cache) => cacheWanted(world, cache)),
  {
    nodes: [],
    fronts: [],
    backups: [
      ...[...world.serverlessSnapshots.values()].flatMap((snapshot) => serverlessBackups(world, snapshot)),
      ...keptSeeds(world),
    ],
  },
]

/** Keys that must answer before a serverless cache may be called available. */
export const serverlessKeys = (world: World, cache: ServerlessCache): readonly string[] => {
  const { nodes, fronts } = cacheWanted(world, cache)
  return [...nodes, ...fronts].map(({ key }) => key)
}
