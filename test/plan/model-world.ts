import type { ObservedCache, ObservedParameters, Tags } from '../../src/plan/core/observed.ts'
import { familyOf } from '../../src/plan/core/version.ts'
import { account, region } from './facts.ts'

/**
 * A small AWS for the laws: what the planner may count on, and what AWS refuses. A value: every function
 * gives the next one. A change takes one tick, in which the cache is moving; new replicas take one more.
 */
export interface World {
  readonly cache: ObservedCache | undefined
  /** What `cache` becomes, one a tick. */
  readonly coming: readonly (ObservedCache | undefined)[]
  readonly tags: Readonly<Record<string, Tags>>
  readonly groups: Readonly<Record<string, Pick<ObservedParameters, 'family' | 'values'>>>
  /** The tokens that AWS lets in, the newest last. */
  readonly tokens: readonly string[]
  /** What they will be once AWS has finished: a new token is late, an old one goes at once. */
  readonly tokensComing: readonly string[] | undefined
  /** How often the token was changed. */
  readonly tokenChanges: number
  /** True while clients without a token are let in beside those with one. */
  readonly openToo: boolean
  readonly created: number
}

export const emptyWorld: World = {
  cache: undefined,
  coming: [],
  tags: {},
  groups: {},
  tokens: [],
  tokensComing: undefined,
  tokenChanges: 0,
  openToo: false,
  created: 0,
}

export const settable = {
  'maxmemory-policy': 'volatile-lru',
  'reserved-memory-percent': '25',
  timeout: '0',
  'notify-keyspace-events': '',
  'cluster-enabled': 'no',
} as const

const arnOf = (kind: string, name: string) => `arn:aws:elasticache:${region}:${account}:${kind}:${name}`
export const groupArn = (name: string) => arnOf('parametergroup', name)
export const cacheArn = (id: string, kind: 'replicationgroup' | 'cluster') => arnOf(kind, id)

export class Refusal extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}
export const refuse = (condition: boolean, message: string, code = 'InvalidParameterCombination'): void => {
  if (condition) throw new Refusal(code, message)
}

export const busy = (cache: ObservedCache, status: string): ObservedCache => ({ ...cache, state: 'moving', status })

export const newest: Readonly<Record<string, string>> = { redis: '7.1', valkey: '8.0', memcached: '1.6.22' }
export const full = (version: string) => (version.split('.').length === 2 ? `${version}.0` : version)

const defaultGroup = (engine: ObservedCache['engine'], version: string, clustered: boolean) =>
  `default.${familyOf(engine, version)}${clustered ? '.cluster.on' : ''}`

/** Refuses a parameter group that doesn't fit the version and the mode. */
export const fittingGroup = (
  world: World,
  asked: string | undefined,
  engine: ObservedCache['engine'],
  version: string,
  clustered: boolean,
): string => {
  if (asked === undefined || asked.startsWith('default.')) return defaultGroup(engine, version, clustered)
  const group = world.groups[asked]
  if (group === undefined) throw new Refusal('CacheParameterGroupNotFound', `no parameter group ${asked}`)
  const family = familyOf(engine, version)
  refuse(group.family !== family, `expected a parameter group of family ${family} but found one of ${group.family}`)
  const wanted = clustered ? 'yes' : 'no'
  refuse((group.values['cluster-enabled'] ?? 'no') !== wanted, `cluster-enabled must be ${wanted}`)
  return asked
}
