import type { CacheEngineVersionMessage, DescribeCacheEngineVersionsMessage } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { invalidValue } from '../wire/refusal.ts'
import { ENGINE_VERSIONS, type EngineVersion, isEngineName } from '../world/engine-version.ts'
import { pageOf } from '../world/page.ts'
import { FAMILIES } from '../world/parameters.ts'

const NAMES = { redis: 'Redis', valkey: 'Valkey', memcached: 'memcached' }

const shown = (entry: EngineVersion) => ({
  Engine: entry.engine,
  EngineVersion: entry.version,
  CacheParameterGroupFamily: entry.family,
  CacheEngineDescription: NAMES[entry.engine],
  CacheEngineVersionDescription: `${entry.engine} version ${entry.full}`,
})

/** Orders by engine and version. */
const keyOf = (entry: EngineVersion) =>
  `${entry.engine}/${entry.full
    .split('.')
    .map((part) => part.padStart(4, '0'))
    .join('.')}`

export const operation: Operation<DescribeCacheEngineVersionsMessage, CacheEngineVersionMessage> = ({ input }) => {
  const { Engine: engine, EngineVersion: version, CacheParameterGroupFamily: family } = input
  if (engine !== undefined && !isEngineName(engine)) throw invalidValue(`Invalid Engine: ${engine}.`)
  if (family !== undefined && !FAMILIES.includes(family)) {
    throw invalidValue(`CacheParameterGroupFamily ${family} is not a valid parameter group family.`)
  }
  const entries = ENGINE_VERSIONS.filter(
    (entry) =>
      (engine === undefined || entry.engine === engine) &&
      (version === undefined || entry.version === version) &&
      (family === undefined || entry.family === family) &&
      (!input.DefaultOnly || entry.isDefault),
  )
  const { items, ...next } = pageOf(entries, keyOf, input)
  return { CacheEngineVersions: items.map(shown), ...next }
}
