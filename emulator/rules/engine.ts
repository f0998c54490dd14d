import { invalidCombination, invalidValue, refusal } from '../wire/refusal.ts'
import {
  atLeast,
  compareVersions,
  defaultVersionOf,
  ENGINE_VERSIONS,
  type EngineName,
  type EngineVersion,
  isEngineName,
} from '../world/engine-version.ts'
import { engineOnNode } from '../world/node-type.ts'
import {
  defaultGroupName,
  findParameterGroup,
  type ParameterGroup,
  turnsClusterModeOn,
} from '../world/parameter-group.ts'
import type { World } from '../world/world.ts'
import { knownNodeType } from './node-type.ts'

export const engineNamed = (value: string, allowed: readonly EngineName[]): EngineName => {
  const name = value.toLowerCase()
  if (!isEngineName(name) || !allowed.includes(name)) {
    throw invalidValue(`The parameter Engine must be one of: ${allowed.join(', ')}.`)
  }
  return name
}

/** An engine version that can be asked for. From Redis 6 and for Valkey that is major.minor only. */
export const versionOf = (engine: EngineName, asked: string | undefined): EngineVersion => {
  if (asked === undefined) return defaultVersionOf(engine)
  const versions = ENGINE_VERSIONS.filter((entry) => entry.engine === engine)
  const found = versions.find((entry) => entry.version === asked)
  if (found) return found
  const sixth = versions.filter((entry) => entry.version.startsWith('6.'))
  if (engine === 'redis' && asked === '6.x') {
    return sixth.toSorted((a, b) => compareVersions(b.version, a.version))[0] ?? defaultVersionOf(engine)
  }
  const short = asked.split('.').slice(0, 2).join('.')
  if (asked.split('.').length > 2 && engine !== 'memcached' && atLeast(short, '6.0')) {
    throw invalidValue(`Specific version selection is not allowed for '${asked}', please use '${short}'`)
  }
  throw invalidValue(`Cannot find version ${asked} for ${engine}`)
}

/** A node type on which an engine can be had in its version. */
export const nodeTypeOf = ({ engine, full }: Pick<EngineVersion, 'engine' | 'full'>, value: string | undefined) => {
  if (value === undefined) throw invalidValue('The parameter CacheNodeType must be provided.')
  knownNodeType(value)
  const found = engineOnNode(engine, value)
  if (found === undefined) throw invalidValue(`The cache node type ${value} is not supported for engine ${engine}.`)
  if (!atLeast(full, found.since)) {
    throw invalidValue(`The cache node type ${value} requires ${engine} ${found.since} or later.`)
  }
  return value
}

/** A parameter group by name, the default ones too. */
export const parameterGroupCalled = (world: World, asked: string | undefined): ParameterGroup => {
  const name = asked?.toLowerCase() ?? ''
  const group = findParameterGroup(world, name)
  if (!group) throw refusal('CacheParameterGroupNotFound', `CacheParameterGroup ${name} not found.`)
  return group
}

/** The group's parameter group: of the version's family; without one asked for, AWS's default. */
export const parameterGroupOf = (
  world: World,
  version: EngineVersion,
  asked: string | undefined,
  clusterMode: boolean,
): ParameterGroup => {
  const group = parameterGroupCalled(world, asked ?? defaultGroupName(version.family, clusterMode))
  if (group.family !== version.family) {
    throw invalidCombination(
      `Expected a parameter group of family ${version.family} but found one of family ${group.family}`,
    )
  }
  return group
}

export const refuseClusterMode = (group: ParameterGroup): void => {
  if (turnsClusterModeOn(group)) {
    throw invalidCombination(`The parameter group ${group.name} has cluster mode enabled, which is not supported here.`)
  }
}
