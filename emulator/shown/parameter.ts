import type { CacheNodeTypeSpecificParameter, Parameter } from '@aws-sdk/client-elasticache'
import type { EngineName } from '../world/engine-version.ts'
import { engineOnNode, NODE_TYPES, type NodeType } from '../world/node-type.ts'
import { engineOfFamily, type ParameterDefinition, parametersOfFamily } from '../world/parameters.ts'

/** One parameter with its value: `user` when somebody set it, else `system`. */
export const parameterShown = (definition: ParameterDefinition, userValue: string | undefined): Parameter => {
  const value = userValue ?? definition.default
  return {
    ParameterName: definition.name,
    ...(value === '' ? {} : { ParameterValue: value }),
    Description: `The engine's ${definition.name} setting.`,
    Source: userValue === undefined ? 'system' : 'user',
    DataType: definition.type,
    ...(definition.allowed === '' ? {} : { AllowedValues: definition.allowed }),
    IsModifiable: definition.modifiable,
    MinimumEngineVersion: definition.since,
    ChangeType: definition.change,
  }
}

interface PerType {
  readonly name: string
  readonly type: string
  readonly since: string
  readonly sizeOf: (type: NodeType) => number | undefined
}

const MEMCACHED: readonly PerType[] = [
  { name: 'max_cache_memory', type: 'integer', since: '1.4.5', sizeOf: (type) => type.memcachedMegabytes },
  { name: 'num_threads', type: 'integer', since: '1.4.5', sizeOf: (type) => type.memcachedThreads },
]

const redisPerType = (family: string): readonly PerType[] => [
  ...[...parametersOfFamily(family).values()]
    .filter((definition) => definition.perNodeType)
    .map(({ name, type, since }) => ({ name, type, since, sizeOf: (node: NodeType) => node.replicaBufferBytes })),
  { name: 'maxmemory', type: 'integer', since: '2.6.13', sizeOf: (type) => type.redisMaxmemoryBytes },
]

const perTypeOf = (engine: EngineName, family: string) => (engine === 'memcached' ? MEMCACHED : redisPerType(family))

/** The parameters whose value depends on the node type; they cannot be set. */
export const nodeTypeParametersShown = (family: string): CacheNodeTypeSpecificParameter[] =>
  perTypeOf(engineOfFamily(family), family).map(({ name, type, since, sizeOf }) => ({
    ParameterName: name,
    Description: `The engine's ${name} setting, by node type.`,
    Source: 'system',
    DataType: type,
    AllowedValues: '0-',
    IsModifiable: false,
    MinimumEngineVersion: since,
    CacheNodeTypeSpecificValues: [...NODE_TYPES].flatMap(([CacheNodeType, sizes]) => {
      const value = engineOnNode(engineOfFamily(family), CacheNodeType) && sizeOf(sizes)
      return value === undefined ? [] : [{ CacheNodeType, Value: String(value) }]
    }),
    ChangeType: 'requires-reboot',
  }))
