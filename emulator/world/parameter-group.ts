import { arnOf } from './arn.ts'
import { ENGINE_VERSIONS } from './engine-version.ts'
import { engineOfFamily, FAMILIES, parametersOfFamily } from './parameters.ts'
import type { World } from './world.ts'

export interface ParameterGroup {
  readonly name: string
  readonly arn: string
  readonly family: string
  readonly description: string
  /** Values that a user set. */
  values: Readonly<Record<string, string>>
  /** Until then the group has changes that have not reached its clusters. */
  changingUntilMs: number
  readonly isDefault: boolean
}

const CLUSTER_ON = '.cluster.on'

/** default.redis7, default.redis7.cluster.on */
export const defaultGroupName = (family: string, clusterMode: boolean): string =>
  `default.${family}${clusterMode ? CLUSTER_ON : ''}`

/** redis2.6 and redis2.8 have no cluster mode, memcached has another kind of it. */
const hasClusterMode = (family: string) => engineOfFamily(family) !== 'memcached' && !family.startsWith('redis2')

const defaultGroup = (world: World, name: string): ParameterGroup | undefined => {
  const clusterMode = name.endsWith(CLUSTER_ON)
  const family = name.slice('default.'.length, clusterMode ? -CLUSTER_ON.length : undefined)
  if (!name.startsWith('default.') || !FAMILIES.includes(family) || (clusterMode && !hasClusterMode(family)))
    return undefined
  return {
    name,
    arn: arnOf(world, 'parametergroup', name),
    family,
    description: clusterMode
      ? `Customized default parameter group for ${family} with cluster mode on`
      : `Default parameter group for ${family}`,
    values: clusterMode ? { 'cluster-enabled': 'yes' } : {},
    changingUntilMs: 0,
    isDefault: true,
  }
}

/** A group by name: a user's own, or a default one, which exists in every account. */
export const findParameterGroup = (world: World, name: string): ParameterGroup | undefined =>
  world.parameterGroups.get(name) ?? defaultGroup(world, name)

/** All groups, the default ones too, by name. */
export const allParameterGroups = (world: World): readonly ParameterGroup[] => {
  const offered = new Set(ENGINE_VERSIONS.map((entry) => entry.family))
  const names = [...offered].flatMap((family) =>
    hasClusterMode(family)
      ? [defaultGroupName(family, false), defaultGroupName(family, true)]
      : [defaultGroupName(family, false)],
  )
  const defaults = names.flatMap((name) => defaultGroup(world, name) ?? [])
  return [...defaults, ...world.parameterGroups.values()]
}

/** Every parameter's value in a group, without those that depend on the node type. */
export const effectiveValues = (group: ParameterGroup): Readonly<Record<string, string>> => {
  const defaults = [...parametersOfFamily(group.family).values()].filter((definition) => !definition.perNodeType)
  return { ...Object.fromEntries(defaults.map((definition) => [definition.name, definition.default])), ...group.values }
}

/** Whether a group makes a replication group one with shards. */
export const turnsClusterModeOn = (group: ParameterGroup): boolean => group.values['cluster-enabled'] === 'yes'
