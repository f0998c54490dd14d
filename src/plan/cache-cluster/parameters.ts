import type { CacheClusterSpec } from '../../crds/cache-cluster/spec.ts'
import type { CachePolicySpec } from '../../crds/cache-policy.ts'
import type { AwsAction } from '../core/action.ts'
import { hashOf } from '../core/hash.ts'
import type { ObservedParameters, Tags } from '../core/observed.ts'

/** AWS takes at most 20 values in one call. */
const batchSize = 20

type Values = Readonly<Record<string, string>>

/** The parameters of ElastiCache that a CachePolicy's eviction stands for. memcached has neither. */
const evictionParameters = (eviction: CachePolicySpec['eviction']): Record<string, string> => ({
  ...(eviction?.policy === undefined ? {} : { 'maxmemory-policy': eviction.policy }),
  ...(eviction?.reservedMemoryPercent === undefined
    ? {}
    : { 'reserved-memory-percent': String(eviction.reservedMemoryPercent) }),
})

/** `asIs`: nobody asks for anything, so whatever the cache has stays. */
export type WantedParameters =
  | { readonly is: 'asIs' }
  | { readonly is: 'values'; readonly values: Values }
  | { readonly is: 'refused'; readonly message: string }

/**
 * The engine parameters that the spec and its policy ask for together. Both may name the same parameter only when they
 * agree: which of the two should win is the user's to say.
 */
export const wantedParameters = (spec: CacheClusterSpec, policy: CachePolicySpec | undefined): WantedParameters => {
  const own = spec.parameters ?? {}
  const enforced = spec.engine === 'memcached' ? {} : evictionParameters(policy?.eviction)
  const names = Object.keys(enforced)
  const quarrel = names.find((name) => own[name] !== undefined && own[name] !== enforced[name])
  if (quarrel !== undefined) {
    return {
      is: 'refused',
      message: `spec.parameters.${quarrel} is ${own[quarrel]}, but spec.eviction of the CachePolicy asks for ${enforced[quarrel]}: remove one of the two`,
    }
  }
  if (spec.parameterGroupName !== undefined && names.length > 0) {
    return {
      is: 'refused',
      message: `spec.parameterGroupName ${spec.parameterGroupName} is never changed by Larder, so spec.eviction of the CachePolicy can't be enforced: remove spec.parameterGroupName, or the policy's spec.eviction`,
    }
  }
  return spec.parameters === undefined && names.length === 0
    ? { is: 'asIs' }
    : { is: 'values', values: { ...enforced, ...own } }
}

/** What every parameter group's name begins with that Larder makes for one Kubernetes cluster. */
const prefixOf = (cluster: string) => `larder-${cluster}-`

/** The group for exactly these values: named for them, so that equal wishes meet in one group and it is never changed. */
export const contentName = (cluster: string, family: string, values: Values): string =>
  `${prefixOf(cluster)}${family.replaceAll('.', '-')}-${hashOf([family, values]).slice(0, 12)}`

export const isContentName = (cluster: string, name: string | undefined): boolean =>
  name?.startsWith(prefixOf(cluster)) === true && /-[0-9a-f]{12}$/.test(name)

/** AWS's own group of a family. */
export const defaultGroupName = (family: string, clustered: boolean): string =>
  `default.${family}${clustered ? '.cluster.on' : ''}`

const entriesInBatches = <T>(entries: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(entries.length / batchSize) }, (_, index) =>
    entries.slice(index * batchSize, (index + 1) * batchSize),
  )

/** Names that the family does not have, or does not let one set. */
export const unsettable = (wanted: Values, group: Pick<ObservedParameters, 'settable' | 'values'>): readonly string[] =>
  Object.keys(wanted).filter((name) => !(name in group.settable) && group.values[name] !== wanted[name])

/** The calls that make a group hold what its name says: what is missing is set, what somebody else set is reset. */
export const parameterSteps = (wanted: Values, group: ObservedParameters): readonly AwsAction[] => {
  const have = (name: string) => group.values[name] ?? group.settable[name]
  const set = Object.entries(wanted).filter(([name, value]) => have(name) !== value)
  const reset = Object.keys(group.values).filter((name) => !(name in wanted))
  return [
    ...entriesInBatches(set).map(
      (batch): AwsAction => ({ do: 'SetParameters', name: group.name, values: Object.fromEntries(batch) }),
    ),
    ...entriesInBatches(reset).map((names): AwsAction => ({ do: 'ResetParameters', name: group.name, names })),
  ]
}

/** The steps that make the group itself, with its values, when it isn't there. */
export const newParameterGroupSteps = (
  name: string,
  family: string,
  wanted: Values,
  tags: Tags,
): readonly AwsAction[] => [
  {
    do: 'CreateParameterGroup',
    name,
    family,
    description: 'Made by Larder, shared by caches that want these values',
    tags,
  },
  ...entriesInBatches(Object.entries(wanted)).map(
    (batch): AwsAction => ({ do: 'SetParameters', name, values: Object.fromEntries(batch) }),
  ),
]
