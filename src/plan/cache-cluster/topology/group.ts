import type { Disruption, GroupSettings } from '../../core/action.ts'
import type { ClusterMode, ObservedCache, ObservedGroup, Tags, TransitEncryption } from '../../core/observed.ts'
import type { PlannedAction } from '../../core/outcome.ts'
import { step } from '../../core/step.ts'
import { compareFixedGroup, compareGroup, type Difference } from '../compare.ts'
import { groupAtCreate, groupWanted, type WantedGroup, withNeeds } from '../desired.ts'
import { aboutAll, among, fixedOf } from './differences.ts'
import type { TopologyRules, Wish } from './topology.ts'

/** A replication group of redis or valkey. */
export const replicationGroup: TopologyRules = {
  keepsData: true,
  create: ({ object, id, parameterGroupName, tokenVersion }: Wish, tags: Tags) => ({
    do: 'CreateGroup',
    id,
    description: `${object.namespace}/${object.name}, by Larder`,
    group: groupAtCreate(object.spec, parameterGroupName),
    tags,
    withToken: tokenVersion !== undefined,
    ...(tokenVersion === undefined ? {} : { tokenVersion }),
  }),
  remove: (id) => ({ do: 'DeleteGroup', id }),
  fixed: ({ object, parameterGroupName }, cache) =>
    cache.is === 'group' ? fixedOf(compareFixedGroup(groupWanted(object.spec, parameterGroupName), cache)) : [],
  steps: ({ object, parameterGroupName }, cache, auth) =>
    cache.is === 'group' ? groupSteps(groupWanted(object.spec, parameterGroupName), cache, auth) : [],
  reboots: (cache: ObservedCache) =>
    // Replicas first: the primary keeps serving until they are back.
    cache.members
      .filter(({ parametersInSync }) => parametersInSync === false)
      .toSorted((a, b) => Number(a.role === 'primary') - Number(b.role === 'primary'))
      .map(({ id }) =>
        step({ do: 'RebootNodes', id: cache.id, clusterId: id, nodeIds: ['0001'] }, 'Restart', {
          field: 'spec.parameters',
        }),
      ),
}

/** All differences in one call, or no call. */
const modifyGroup = (
  id: string,
  differences: readonly Difference<GroupSettings>[],
  disruption: Disruption,
): readonly PlannedAction[] => {
  if (differences.length === 0) return []
  const set: GroupSettings = Object.assign({}, ...differences.map((d) => d.set))
  return [step({ do: 'ModifyGroup', id, set, when: 'Now' }, disruption, aboutAll(differences))]
}

/**
 * TLS goes through Preferred in both directions. There both kinds of client are served, the Secrets say the new one, and the
 * second hop waits until workloads have followed.
 */
const transitSteps = (id: string, difference: Difference<GroupSettings> | undefined): readonly PlannedAction[] => {
  if (difference === undefined) return []
  const { field, have, want } = difference
  const hop = (from: string, to: string) => {
    const ends =
      from === 'Preferred' ? (to === 'Disabled' ? 'a connection with TLS' : 'a connection without TLS') : undefined
    return step({ do: 'ModifyGroup', id, set: { inTransit: to as TransitEncryption }, when: 'Now' }, 'None', {
      field,
      from,
      to,
      ...(ends === undefined ? {} : { ends }),
    })
  }
  return have === 'Preferred' || want === 'Preferred'
    ? [hop(have, want)]
    : [hop(have, 'Preferred'), hop('Preferred', want)]
}

/**
 * Cluster mode goes through Compatible, where both kinds of client are served; the second hop waits for workloads. It travels
 * with nothing but a parameter group.
 */
const clusterModeSteps = (
  id: string,
  difference: Difference<GroupSettings> | undefined,
  parameterGroup: GroupSettings,
): readonly PlannedAction[] => {
  if (difference === undefined) return []
  const { field, have, want } = difference
  const hops: readonly string[] = have === 'Disabled' && want === 'Enabled' ? ['Compatible', want] : [want]
  return hops.map((to, index) => {
    const from = index === 0 ? have : 'Compatible'
    const clusterMode = to as ClusterMode
    const set = index === 0 ? { clusterMode, ...parameterGroup } : { clusterMode }
    const ends =
      from === 'Compatible'
        ? to === 'Enabled'
          ? 'a client without cluster mode'
          : 'a client in cluster mode'
        : undefined
    return step({ do: 'ModifyGroup', id, set, when: 'Now' }, 'None', {
      field,
      from,
      to,
      ...(ends === undefined ? {} : { ends }),
    })
  })
}

/** What changing the node itself costs those who use it: a replica takes over where there is one. */
const nodeChange = (observed: ObservedGroup): Disruption => (observed.replicasPerShard > 0 ? 'Failover' : 'Restart')

/**
 * The order of changes of a replication group: failover off before replicas may go to 0; shards up, then replicas up, then
 * plain settings, node type, engine; shards down and replicas down, so that nothing shrinks before what must grow has grown.
 * What waits for workloads comes last, so that nothing else waits behind it: TLS, the token, cluster mode. A group in
 * Compatible leaves it first, since AWS scales and upgrades none meanwhile.
 */
export const groupSteps = (
  spoken: WantedGroup,
  observed: ObservedGroup,
  auth: readonly PlannedAction[],
): readonly PlannedAction[] => {
  const { id } = observed
  const wanted = withNeeds(spoken, observed)
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
  const shards = shardSteps(wanted, observed)
  const replicas = replicaSteps(wanted, observed)
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
    ...shards.down,
    ...replicas.down,
    ...transitSteps(id, tls),
    ...auth,
    ...(leavesCompatible ? [] : modeSteps),
  ]
}

interface UpDown {
  readonly up: readonly PlannedAction[]
  readonly down: readonly PlannedAction[]
}
const neither: UpDown = { up: [], down: [] }

const zonesOf = ({ zones }: WantedGroup, grows: boolean) => (zones === undefined || !grows ? {} : { zones })

const shardsOf = ({ members }: ObservedGroup): readonly string[] =>
  [...new Set(members.map(({ shard }) => shard))].filter((shard) => shard !== '').sort()

const shardSteps = (wanted: WantedGroup, observed: ObservedGroup): UpDown => {
  const from = observed.shards
  const to = wanted.shards ?? from
  if (from === to || observed.clusterMode !== 'Enabled') return neither
  const retain = to < from ? shardsOf(observed).slice(0, to) : []
  const action = { do: 'SetShards', id: observed.id, from, to, retain, ...zonesOf(wanted, to > from) } as const
  const steps = [step(action, 'None', { field: 'spec.nodes.shards', from: `${from}`, to: `${to}` })]
  return to > from ? { up: steps, down: [] } : { up: [], down: steps }
}

const replicaSteps = (wanted: WantedGroup, observed: ObservedGroup): UpDown => {
  const from = observed.replicasPerShard
  // The way from Disabled to cluster mode needs a replica, even where none is wanted in the end.
  const onTheWay = observed.clusterMode === 'Disabled' && (wanted.clusterMode ?? 'Disabled') !== 'Disabled'
  if (wanted.replicasPerShard === undefined && !(onTheWay && from === 0)) return neither
  const to = Math.max(wanted.replicasPerShard ?? from, onTheWay ? 1 : 0)
  if (from === to && observed.evenReplicas) return neither
  const placed = wanted.zones !== undefined && to > from ? { zones: wanted.zones, shards: shardsOf(observed) } : {}
  const action = { do: 'SetReplicas', id: observed.id, from, to, ...placed } as const
  const steps = [
    step(action, 'None', {
      field: 'spec.nodes.replicasPerShard',
      from: observed.evenReplicas ? `${from}` : `${from} or more`,
      to: `${to}`,
    }),
  ]
  return to > from ? { up: steps, down: [] } : { up: [], down: steps }
}
