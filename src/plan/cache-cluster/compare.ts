import type { GroupSettings, MemcachedSettings } from '../core/action.ts'
import type { ObservedGroup, ObservedMemcached } from '../core/observed.ts'
import { versionSame } from '../core/version.ts'
import type { WantedGroup, WantedMemcached } from './desired.ts'

/** One field in which AWS doesn't hold what is wanted. `set` is what a modify would have to say. */
export interface Difference<S> {
  readonly field: string
  readonly want: string
  readonly have: string
  readonly set: S
}

interface Rule<W, O, S> {
  readonly field: string
  readonly want: (wanted: W) => string | undefined
  readonly have: (observed: O) => string
  /** What AWS has accepted already counts as applied. */
  readonly pending?: (observed: O) => string | undefined
  readonly same?: (want: string, have: string) => boolean
  readonly set: (wanted: W) => S
}

const text = (value: unknown): string | undefined => (value === undefined ? undefined : String(value))
const list = (value: readonly string[] | undefined): string | undefined => value?.join(',')

const differences = <W, O, S>(rules: readonly Rule<W, O, S>[], wanted: W, observed: O): readonly Difference<S>[] =>
  rules.flatMap((rule) => {
    const want = rule.want(wanted)
    if (want === undefined) return []
    const have = rule.have(observed)
    const same = rule.same ?? ((a: string, b: string) => a === b)
    const pending = rule.pending?.(observed)
    if (same(want, have) || (pending !== undefined && same(want, pending))) return []
    return [{ field: rule.field, want, have, set: rule.set(wanted) }]
  })

const pick = <T, K extends keyof T>(value: T, ...keys: readonly K[]): Pick<T, K> =>
  Object.fromEntries(keys.flatMap((key) => (value[key] === undefined ? [] : [[key, value[key]]]))) as Pick<T, K>

/** Fields that every cache of nodes has, and that one modify call can change. */
const commonRules: readonly Rule<
  WantedGroup | WantedMemcached,
  ObservedGroup | ObservedMemcached,
  MemcachedSettings
>[] = [
  {
    field: 'spec.nodes.type',
    want: (w) => w.nodeType,
    have: (o) => o.nodeType,
    pending: (o) => o.pending.nodeType,
    set: (w) => pick(w, 'nodeType'),
  },
  {
    field: 'spec.engineVersion',
    want: (w) => w.engineVersion,
    have: (o) => o.engineVersion,
    pending: (o) => o.pending.engineVersion,
    same: versionSame,
    set: (w) => pick(w, 'engineVersion', 'parameterGroupName'),
  },
  {
    field: 'spec.parameters',
    // AWS keeps names in lower case.
    want: (w) => w.parameterGroupName?.toLowerCase(),
    have: (o) => o.parameterGroupName ?? 'none',
    set: (w) => pick(w, 'parameterGroupName'),
  },
  {
    field: 'spec.network.securityGroupIds',
    want: (w) => list(w.securityGroupIds),
    have: (o) => o.securityGroupIds.join(','),
    set: (w) => pick(w, 'securityGroupIds'),
  },
]

/** Fields of a replication group that ModifyReplicationGroup can change. Replicas, shards and tokens have calls of their own. */
const groupRules: readonly Rule<WantedGroup, ObservedGroup, GroupSettings>[] = [
  {
    field: 'spec.nodes.automaticFailover',
    want: (w) => text(w.automaticFailover),
    have: (o) => String(o.automaticFailover),
    pending: (o) => text(o.pending.automaticFailover),
    set: (w) => pick(w, 'automaticFailover'),
  },
  {
    field: 'spec.nodes.multiAZ',
    want: (w) => text(w.multiAZ),
    have: (o) => String(o.multiAZ),
    set: (w) => pick(w, 'multiAZ'),
  },
  {
    field: 'spec.engine',
    want: (w) => w.engine,
    have: (o) => o.engine,
    set: (w) => pick(w, 'engine', 'engineVersion', 'parameterGroupName'),
  },
  {
    field: 'spec.encryption.inTransit',
    want: (w) => w.inTransit,
    have: (o) => o.inTransit,
    pending: (o) => o.pending.inTransit,
    set: (w) => pick(w, 'inTransit'),
  },
  {
    field: 'spec.nodes.clusterMode',
    want: (w) => w.clusterMode,
    have: (o) => o.clusterMode,
    pending: (o) => o.pending.clusterMode,
    set: (w) => pick(w, 'clusterMode'),
  },
  ...commonRules,
]

/** Fields that no call can change. A difference here means that the cache was made by somebody else, or before. */
const fixedRules: readonly Rule<WantedGroup | WantedMemcached, ObservedGroup | ObservedMemcached, undefined>[] = [
  {
    field: 'spec.network.port',
    want: (w) => text(w.port),
    have: (o) => text(o.port) ?? 'unknown',
    same: (want, have) => have === 'unknown' || want === have,
    set: () => undefined,
  },
  {
    field: 'spec.network.subnetGroupName',
    want: (w) => w.subnetGroupName?.toLowerCase(),
    have: (o) => o.subnetGroupName ?? 'none',
    set: () => undefined,
  },
  {
    field: 'spec.network.type',
    want: (w) => w.networkType,
    have: (o) => o.networkType ?? 'ipv4',
    set: () => undefined,
  },
]

const fixedGroupRules: readonly Rule<WantedGroup, ObservedGroup, undefined>[] = [
  {
    field: 'spec.nodes.clusterMode',
    want: (w) => w.clusterMode,
    have: (o) => o.clusterMode,
    // Only the way back from Enabled is closed.
    same: (want, have) => want === have || have !== 'Enabled',
    set: () => undefined,
  },
  { field: 'spec.encryption.atRest', want: (w) => text(w.atRest), have: (o) => String(o.atRest), set: () => undefined },
  {
    field: 'spec.encryption.kmsKeyId',
    want: (w) => w.kmsKeyId,
    have: (o) => o.kmsKeyId ?? 'none',
    // AWS answers an alias or a bare id with the key's ARN, which tells no alias.
    same: (want, have) => want === have || have.endsWith(`/${want}`) || /(^|:)alias\//.test(want),
    set: () => undefined,
  },
]

const fixedMemcachedRules: readonly Rule<WantedMemcached, ObservedMemcached, undefined>[] = [
  {
    field: 'spec.encryption.inTransit',
    want: (w) => w.inTransit,
    have: (o) => o.inTransit,
    set: () => undefined,
  },
]

export const compareGroup = (wanted: WantedGroup, observed: ObservedGroup) => differences(groupRules, wanted, observed)
export const compareMemcached = (wanted: WantedMemcached, observed: ObservedMemcached) =>
  differences(commonRules, wanted, observed)

export const compareFixedGroup = (wanted: WantedGroup, observed: ObservedGroup) => [
  ...differences(fixedRules, wanted, observed),
  ...differences(fixedGroupRules, wanted, observed),
]
export const compareFixedMemcached = (wanted: WantedMemcached, observed: ObservedMemcached) => [
  ...differences(fixedRules, wanted, observed),
  ...differences(fixedMemcachedRules, wanted, observed),
]
