import type { ParameterNameValue } from '@aws-sdk/client-elasticache'
import { invalidCombination, invalidValue, refusal } from '../wire/refusal.ts'
import { isDataTiered } from '../world/node-type.ts'
import { effectiveValues, findParameterGroup, type ParameterGroup } from '../world/parameter-group.ts'
import { clustersFollowing, clustersUsing } from '../world/parameter-status.ts'
import { admits, parametersOfFamily } from '../world/parameters.ts'
import { schedule } from '../world/transition.ts'
import { holdValues } from '../world/waiting-values.ts'
import type { World } from '../world/world.ts'
import { dataTieringNeeds } from './engine-needs.ts'

/** A group that may be changed: a user's own. */
export const changeableGroup = (world: World, asked: string | undefined): ParameterGroup => {
  const name = asked?.toLowerCase() ?? ''
  const group = findParameterGroup(world, name)
  if (!group) throw refusal('CacheParameterGroupNotFound', `CacheParameterGroup not found: ${name}`)
  if (group.isDefault) {
    throw invalidValue(`The parameter group ${name} is a default parameter group and cannot be modified.`)
  }
  return group
}

/** Parameters that decide what a cluster is; they are fixed as soon as one uses the group. */
const FIXED_WHEN_USED = new Set(['cluster-enabled', 'databases', 'activerehashing'])

/** One to twenty names, each once. */
export const namedParameters = (entries: readonly ParameterNameValue[]): ReadonlyMap<string, string | undefined> => {
  if (entries.length === 0) throw invalidValue('The request must contain at least one ParameterNameValue.')
  if (entries.length > 20) throw invalidCombination('Cannot modify more than 20 parameters in a single request')
  const named = new Map<string, string | undefined>()
  for (const { ParameterName: name, ParameterValue: value } of entries) {
    if (!name) throw invalidValue('ParameterName must not be empty.')
    if (named.has(name)) throw invalidCombination(`The parameter ${name} is given twice.`)
    named.set(name, value)
  }
  return named
}

/** Refuses a parameter that the family does not have, or that cannot be changed (now). */
export const changeableParameter = (world: World, group: ParameterGroup, name: string) => {
  const definition = parametersOfFamily(group.family).get(name)
  if (!definition || definition.perNodeType) throw invalidValue(`Parameter ${name} doesn't exist`)
  if (!definition.modifiable) throw invalidValue(`The parameter ${name} cannot be modified.`)
  if (FIXED_WHEN_USED.has(name) && clustersUsing(world, group.name).length > 0) {
    throw invalidValue(`The parameter ${name} cannot be modified while the parameter group ${group.name} is in use.`)
  }
  return definition
}

export const acceptedValue = (world: World, group: ParameterGroup, name: string, value: string | undefined): string => {
  const definition = changeableParameter(world, group, name)
  if (value === undefined) throw invalidValue(`The parameter ${name} must have a value.`)
  if (!admits(definition, value)) {
    const allowed = definition.allowed === '' ? `type ${definition.type}` : definition.allowed
    throw invalidValue(`The value '${value}' of parameter ${name} is not allowed. Allowed: ${allowed}.`)
  }
  return value
}

/**
 * What is fixed once a group is used stays as it is when a cluster gets another group: only a new cluster can have
 * another value. Cluster mode has steps of its own.
 */
export const keepsFixedValues = (from: ParameterGroup, to: ParameterGroup): void => {
  const [before, after] = [effectiveValues(from), effectiveValues(to)]
  const changed = ['databases', 'activerehashing'].find(
    (name) => before[name] !== undefined && after[name] !== undefined && before[name] !== after[name],
  )
  if (changed !== undefined) {
    throw invalidCombination(
      `The parameter ${changed} must have the same value in the parameter groups ${from.name} and ${to.name}.`,
    )
  }
}

/** Refuses values that the nodes that use the group cannot have. */
export const valuesFitNodes = (world: World, group: ParameterGroup, values: ParameterGroup['values']): void => {
  const tiered = clustersUsing(world, group.name).some((cluster) => isDataTiered(cluster.settings.nodeType))
  dataTieringNeeds(tiered, { ...group, values })
}

/** Gives a group its new values; its clusters follow later, and for some parameters only at the next reboot. */
export const changeValues = (
  world: World,
  group: ParameterGroup,
  values: Readonly<Record<string, string>>,
  nowMs: number,
  durationMs: number,
): void => {
  const before = effectiveValues(group)
  group.values = values
  group.changingUntilMs = nowMs + durationMs
  for (const cluster of clustersFollowing(world, group.name)) holdValues(cluster, before, group)
  schedule(world, group.changingUntilMs, { do: 'applyParameters', id: group.name })
}
