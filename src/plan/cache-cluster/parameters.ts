import type { CacheClusterSpec } from '../../crds/cache-cluster.ts'
import type { CachePolicySpec } from '../../crds/cache-policy.ts'
import type { AwsAction } from '../core/action.ts'
import type { ObservedParameters, Tags } from '../core/observed.ts'

/** AWS takes at most 20 values in one call. */
const batchSize = 20

/** The parameters of ElastiCache that a CachePolicy's eviction stands for. memcached has neither. */
const evictionParameters = (eviction: CachePolicySpec['eviction']): Record<string, string> => ({
  ...(eviction?.policy === undefined ? {} : { 'maxmemory-policy': eviction.policy }),
  ...(eviction?.reservedMemoryPercent === undefined
    ? {}
    : { 'reserved-memory-percent': String(eviction.reservedMemoryPercent) }),
})

export type WantedParameters =
  | { readonly is: 'values'; readonly values: Readonly<Record<string, string>> }
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
      message: `spec.parameters.${quarrel} is ${own[quarrel]}, but the CachePolicy's eviction asks for ${enforced[quarrel]}: remove one of the two`,
    }
  }
  if (spec.parameterGroupName !== undefined && names.length > 0) {
    return {
      is: 'refused',
      message: `spec.parameterGroupName ${spec.parameterGroupName} is never changed by Larder, so the CachePolicy's eviction can't be enforced: remove spec.parameterGroupName, or the policy's spec.eviction`,
    }
  }
  return { is: 'values', values: { ...enforced, ...own } }
}

const entriesInBatches = <T>(entries: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(entries.length / batchSize) }, (_, index) =>
    entries.slice(index * batchSize, (index + 1) * batchSize),
  )

/** Names that the family does not have, or does not let one set. */
export const unsettable = (wanted: Readonly<Record<string, string>>, group: ObservedParameters): readonly string[] =>
  Object.keys(wanted).filter((name) => !(name in group.settable) && group.values[name] !== wanted[name])

/** The calls that make a group's own values equal to what is wanted: values set by nobody who is asked are reset. */
export const parameterSteps = (
  wanted: Readonly<Record<string, string>>,
  group: ObservedParameters,
): readonly AwsAction[] => {
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
  wanted: Readonly<Record<string, string>>,
  tags: Tags,
): readonly AwsAction[] => [
  { do: 'CreateParameterGroup', name, family, description: 'Owned by Larder', tags },
  ...entriesInBatches(Object.entries(wanted)).map(
    (batch): AwsAction => ({ do: 'SetParameters', name, values: Object.fromEntries(batch) }),
  ),
]
