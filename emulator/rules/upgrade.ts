import { invalidCombination, invalidValue } from '../wire/refusal.ts'
import { compareVersions, type EngineVersion } from '../world/engine-version.ts'
import { allowedMoves } from '../world/node-type.ts'
import type { Settings } from '../world/settings.ts'
import { engineNamed, nodeTypeOf, versionOf } from './engine.ts'

/** The node type to move to; undefined when there is nothing to do. */
export const nodeTypeMove = (settings: Settings, asked: string | undefined): string | undefined => {
  if (asked === undefined || asked === settings.nodeType) return undefined
  const nodeType = nodeTypeOf({ engine: settings.engine, full: settings.engineVersion }, asked)
  const { up, down } = allowedMoves(settings.engine, settings.engineVersion, settings.nodeType)
  if (!up.includes(nodeType) && !down.includes(nodeType)) {
    throw invalidValue(`The cache node type cannot be modified from ${settings.nodeType} to ${nodeType}.`)
  }
  return nodeType
}

interface Upgrades {
  readonly nodeType?: string | undefined
  readonly engineVersion?: string | undefined
}

/** Scaling and upgrading block each other, asked for in one call or while the other waits for the window. */
export const notBothUpgrades = (asked: Upgrades, waiting: Upgrades | undefined): void => {
  const upgraded = asked.engineVersion !== undefined && (asked.nodeType ?? waiting?.nodeType) !== undefined
  const scaled = asked.nodeType !== undefined && waiting?.engineVersion !== undefined
  if (upgraded || scaled) {
    throw invalidCombination('The node type and the engine version cannot be modified at the same time.')
  }
}

/** The engine version to move to: upwards only, and from Redis to Valkey but never back. */
export const versionMove = (
  settings: Settings,
  askedEngine: string | undefined,
  askedVersion: string | undefined,
): EngineVersion | undefined => {
  const engine =
    askedEngine === undefined ? settings.engine : engineNamed(askedEngine, ['redis', 'valkey', 'memcached'])
  const crosses = engine !== settings.engine
  if (crosses && !(settings.engine === 'redis' && engine === 'valkey')) {
    throw invalidCombination(`The engine cannot be changed from ${settings.engine} to ${engine}.`)
  }
  if (askedVersion === undefined) {
    if (crosses) throw invalidCombination('EngineVersion must be given when the engine is changed.')
    return undefined
  }
  const version = versionOf(engine, askedVersion)
  if (!crosses && version.full === settings.engineVersion) return undefined
  if (compareVersions(version.full, settings.engineVersion) < 0) {
    throw invalidCombination(
      `The engine version cannot be downgraded from ${settings.engineVersion} to ${version.full}.`,
    )
  }
  return version
}
