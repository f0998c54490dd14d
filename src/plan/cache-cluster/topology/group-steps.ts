import type { Action, Disruption, GroupSettings, NewGroup, NewMemcached } from '../../core/action.ts'
import type { ObservedGroup, ObservedMemcached, TransitEncryption } from '../../core/observed.ts'
import type { PlannedAction } from '../../core/outcome.ts'
import { compareGroup, compareMemcached, type Difference } from '../compare.ts'

/** A step with what it is for, so that status can show it before it happens. */
export const step = (
  action: Action,
  disruption: Disruption = 'None',
  about: Pick<PlannedAction, 'field' | 'from' | 'to'> = {},
): PlannedAction => ({ action, disruption, when: 'Now', ...about })

const about = (differences: readonly Difference<unknown>[]) => ({
  field: differences.map((d) => d.field).join(', '),
  from: differences.map((d) => d.have).join(', '),
  to: differences.map((d) => d.want).join(', '),
})

const among = <S>(differences: readonly Difference<S>[], ...fields: readonly string[]) =>
  differences.filter((d) => fields.includes(d.field))

/** All differences in one call, or no call. */
const modifyGroup = (
  id: string,
  differences: readonly Difference<GroupSettings>[],
  disruption: Disruption,
): readonly PlannedAction[] => {
  if (differences.length === 0) return []
  const set: GroupSettings = Object.assign({}, ...differences.map((d) => d.set))
  return [step({ do: 'ModifyGroup', id, set, when: 'Now' }, disruption, about(differences))]
}

/** TLS goes through Preferred in both directions, so that no client is cut off in one leap. */
const transitSteps = (id: string, difference: Difference<GroupSettings> | undefined): readonly PlannedAction[] => {
  if (difference === undefined) return []
  const { field, have, want } = difference
  const hops: readonly string[] = have === 'Preferred' || want === 'Preferred' ? [want] : ['Preferred', want]
  return hops.map((hop, index) =>
    step({ do: 'ModifyGroup', id, set: { inTransit: hop as TransitEncryption }, when: 'Now' }, 'None', {
      field,
      from: index === 0 ? have : 'Preferred',
      to: hop,
    }),
  )
}

/** Cluster mode goes through Compatible, and travels with nothing but a parameter group. */
const clusterModeSteps = (
  id: string,
  difference: Difference<GroupSettings> | undefined,
  parameterGroup: GroupSettings,
): readonly PlannedAction[] => {
  if (difference === undefined) return []
  const { field, have, want } = difference
  const hops: readonly string[] = have === 'Disabled' && want === 'Enabled' ? ['Compatible', want] : [want]
  return hops.map((hop, index) => {
    const clusterMode = hop as NewGroup['clusterMode'] & string
    const set = index === 0 ? { clusterMode, ...parameterGroup } : { clusterMode }
    const from = index === 0 ? have : 'Compatible'
    return step({ do: 'ModifyGroup', id, set, when: 'Now' }, 'None', { field, from, to: hop })
  })
}

/** What changing the node itself costs those who use it: a replica takes over where there is one. */
const nodeChange = (observed: ObservedGroup): Disruption => (observed.replicasPerShard > 0 ? 'Failover' : 'Restart')

/**
 * The order of changes of a replication group: failover off before replicas may go to 0; shards up, then
 * replicas up, then plain settings, node type, engine, TLS; then what `auth` asks for; shards down and replicas down last,
 * so that nothing shrinks before what must grow has grown. Cluster mode comes after what it needs (a replica, failover, a
 * version); but a group in Compatible leaves it first, since AWS scales and upgrades none meanwhile.
 */
export const groupSteps = (
  id: string,
  wanted: NewGroup,
  observed: ObservedGroup,
  auth: readonly PlannedAction[],
): readonly PlannedAction[] => {
  const differences = compareGroup(wanted, observed)
  const upgrade =
    among(differences, 'spec.engine').length > 0
      ? among(differences, 'spec.engine')
      : among(differences, 'spec.engineVersion')
  const failover = among(differences, 'spec.nodes.automaticFailover', 'spec.nodes.multiAZ')
  const [mode] = among(differences, 'spec.nodes.clusterMode')
  // A parameter group of another family travels with the upgrade, one of another mode with the mode: never before.
  const parameterGroup = upgrade.length > 0 ? [] : among(differences, 'spec.parameters')
  const plain = [...among(differences, 'spec.network.securityGroupIds'), ...(mode === undefined ? parameterGroup : [])]
  const off = failover.filter((d) => d.want === 'false')
  const on = failover.filter((d) => d.want === 'true')
  const [tls] = among(differences, 'spec.encryption.inTransit')
  const shards = shardSteps(id, wanted, observed)
  const replicas = replicaSteps(id, wanted, observed)
  const modeSteps = clusterModeSteps(id, mode, parameterGroup[0]?.set ?? {})
  const leavesCompatible = observed.clusterMode === 'Compatible'
  return [
    ...(leavesCompatible ? modeSteps : []),
    ...modifyGroup(id, off, 'None'),
    ...shards.up,
    ...replicas.up,
    ...modifyGroup(id, [...on, ...plain], 'None'),
    ...modifyGroup(id, among(differences, 'spec.nodes.type'), nodeChange(observed)),
    ...modifyGroup(id, upgrade, nodeChange(observed)),
    ...transitSteps(id, tls),
    ...(leavesCompatible ? [] : modeSteps),
    ...auth,
    ...shards.down,
    ...replicas.down,
  ]
}

interface UpDown {
  readonly up: readonly PlannedAction[]
  readonly down: readonly PlannedAction[]
}

const shardSteps = (id: string, wanted: NewGroup, observed: ObservedGroup): UpDown => {
  const from = observed.shards
  const to = wanted.shards
  if (from === to || observed.clusterMode !== 'Enabled') return { up: [], down: [] }
  const retain = to < from ? [...new Set(observed.members.map((m) => m.shard).filter(Boolean))].sort().slice(0, to) : []
  const steps = [
    step({ do: 'SetShards', id, from, to, retain }, 'None', {
      field: 'spec.nodes.shards',
      from: `${from}`,
      to: `${to}`,
    }),
  ]
  return to > from ? { up: steps, down: [] } : { up: [], down: steps }
}

const replicaSteps = (id: string, wanted: NewGroup, observed: ObservedGroup): UpDown => {
  const from = observed.replicasPerShard
  // The way from Disabled to cluster mode needs a replica, even where none is wanted in the end.
  const onTheWay = observed.clusterMode === 'Disabled' && wanted.clusterMode !== 'Disabled'
  const to = Math.max(wanted.replicasPerShard, onTheWay ? 1 : 0)
  if (from === to && observed.evenReplicas) return { up: [], down: [] }
  const steps = [
    step({ do: 'SetReplicas', id, from, to }, 'None', {
      field: 'spec.nodes.replicasPerShard',
      from: observed.evenReplicas ? `${from}` : `${from} or more`,
      to: `${to}`,
    }),
  ]
  return to > from ? { up: steps, down: [] } : { up: [], down: steps }
}

/** The order of changes of a memcached cluster: grow, then change, then shrink. Items live on their node: they go with it. */
export const memcachedSteps = (
  id: string,
  wanted: NewMemcached,
  observed: ObservedMemcached,
): readonly PlannedAction[] => {
  const differences = compareMemcached(wanted, observed)
  const upgrade = among(differences, 'spec.engineVersion')
  const plain = among(differences, 'spec.network.securityGroupIds', ...(upgrade.length > 0 ? [] : ['spec.parameters']))
  const modify = (list: typeof differences, disruption: Disruption) =>
    list.length === 0
      ? []
      : [
          step(
            { do: 'ModifyMemcached', id, set: Object.assign({}, ...list.map((d) => d.set)), when: 'Now' },
            disruption,
            about(list),
          ),
        ]
  const from = observed.pending.nodeCount ?? observed.nodeCount
  const to = wanted.nodeCount
  const remove = observed.members
    .map((m) => m.id)
    .sort()
    .slice(to)
  const nodes =
    from === to
      ? []
      : [
          step({ do: 'SetNodes', id, from, to, remove: to < from ? remove : [] }, to < from ? 'Replacement' : 'None', {
            field: 'spec.nodes.count',
            from: `${from}`,
            to: `${to}`,
          }),
        ]
  return [
    ...(to > from ? nodes : []),
    ...modify(plain, 'None'),
    ...modify(among(differences, 'spec.nodes.type'), 'Replacement'),
    ...modify(upgrade, 'Replacement'),
    ...(to < from ? nodes : []),
  ]
}
