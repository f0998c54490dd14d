import { invalidCombination, invalidValue } from '../wire/refusal.ts'
import {
  compareVersions,
  defaultVersionOf,
  ENGINE_NAMES,
  ENGINE_VERSIONS,
  type EngineName,
  type EngineVersion,
} from '../world/engine-version.ts'
import type { ServerlessSettings } from '../world/serverless-cache.ts'
import { majorVersion } from '../world/serverless-snapshot.ts'
import { engineNamed } from './engine.ts'

/** The first major versions that serverless caches had. */
const SINCE: Readonly<Record<EngineName, string>> = { redis: '7.1', valkey: '7.2', memcached: '1.6.22' }

const newestOf = (engine: EngineName, major: string): EngineVersion | undefined =>
  ENGINE_VERSIONS.filter((entry) => entry.engine === engine && majorVersion(engine, entry.full) === major)
    .filter((entry) => compareVersions(entry.version, SINCE[engine]) >= 0)
    .toSorted((left, right) => compareVersions(right.full, left.full))[0]

/** The newest version of a major one; without one asked for, of the engine's default. */
export const serverlessVersion = (engine: EngineName, asked: string | undefined): EngineVersion => {
  const version = newestOf(engine, asked ?? majorVersion(engine, defaultVersionOf(engine).full))
  if (!version) throw invalidValue(`Cannot find major engine version ${asked} for ${engine}`)
  return version
}

/** The engine and version of a new cache. */
export const newServerlessVersion = (engine: string | undefined, major: string | undefined): EngineVersion =>
  serverlessVersion(engineNamed(engine ?? '', ENGINE_NAMES), major)

/** What an upgrade leads to: upwards only, and from Redis to Valkey but never back. Undefined when it is there already. */
export const serverlessUpgrade = (
  settings: ServerlessSettings,
  askedEngine: string | undefined,
  askedMajor: string | undefined,
): EngineVersion | undefined => {
  const engine = askedEngine === undefined ? settings.engine : engineNamed(askedEngine, ENGINE_NAMES)
  const crosses = engine !== settings.engine
  if (crosses && !(settings.engine === 'redis' && engine === 'valkey')) {
    throw invalidCombination(`The engine cannot be changed from ${settings.engine} to ${engine}.`)
  }
  if (askedMajor === undefined) {
    if (crosses) throw invalidCombination('MajorEngineVersion must be given when the engine is changed.')
    return undefined
  }
  const version = serverlessVersion(engine, askedMajor)
  const before = majorVersion(settings.engine, settings.engineVersion)
  if (!crosses && askedMajor === before) return undefined
  if (compareVersions(askedMajor, before) < 0) {
    throw invalidCombination(`The major engine version cannot be downgraded from ${before} to ${askedMajor}.`)
  }
  return version
}
