import type { CacheCluster, NodeGroup, NodeGroupMember, ReplicationGroup } from '@aws-sdk/client-elasticache'
import { given } from '../../plan/core/given.ts'
import type { ClusterMode, Member, ObservedGroup, Pending } from '../../plan/core/observed.ts'
import { byVersion } from '../../plan/core/version.ts'
import {
  endpointOf,
  isoTimeOf,
  lower,
  parametersInSync,
  pendingTransitOf,
  settingsOf,
  tokenStatusOf,
  transitOf,
  wordOf,
} from './parts.ts'
import { stateOf, stateOfWhole } from './states.ts'

/** The status of a member that the group names and no cache cluster stands for (yet, or any more). */
export const unseen = 'unseen'
/** The status of a member that AWS calls available and that belongs to no shard yet. */
const joining = 'joining'

const modes: Readonly<Record<string, ClusterMode>> = {
  enabled: 'Enabled',
  compatible: 'Compatible',
  disabled: 'Disabled',
}

const clusterModeOf = (group: ReplicationGroup): ClusterMode =>
  modes[lower(group.ClusterMode)] ?? (group.ClusterEnabled ? 'Enabled' : 'Disabled')

const roleOf = (role: string | undefined): Member['role'] =>
  role === 'primary' || role === 'replica' ? role : 'unknown'

interface Place {
  readonly shard: string
  readonly node: NodeGroupMember
}

const placesOf = (group: ReplicationGroup): ReadonlyMap<string, Place> =>
  new Map(
    (group.NodeGroups ?? []).flatMap((shard) =>
      (shard.NodeGroupMembers ?? []).map((node): [string, Place] => [
        lower(node.CacheClusterId),
        { shard: shard.NodeGroupId ?? '', node },
      ]),
    ),
  )

/** Every node that the group names or that names the group: a replica on its way out is only the latter. */
const membersOf = (group: ReplicationGroup, clusters: readonly CacheCluster[]): readonly Member[] => {
  const places = placesOf(group)
  const byId = new Map(clusters.map((cluster) => [lower(cluster.CacheClusterId), cluster]))
  const named = (group.MemberClusters ?? []).map(lower)
  const ids = [...new Set([...named, ...places.keys(), ...byId.keys()])].sort()
  return ids.map((id): Member => {
    const place = places.get(id)
    const cluster = byId.get(id)
    const told = cluster ? lower(cluster.CacheClusterStatus) : unseen
    const status = told === 'available' && !place ? joining : told
    return {
      id,
      shard: place?.shard ?? '',
      role: roleOf(place?.node.CurrentRole),
      zone: place?.node.PreferredAvailabilityZone ?? cluster?.PreferredAvailabilityZone,
      status,
      state: stateOf(status),
      endpoint: endpointOf(place?.node.ReadEndpoint) ?? endpointOf(cluster?.CacheNodes?.[0]?.Endpoint),
      ...(cluster === undefined || parametersInSync(cluster) ? {} : { parametersInSync: false as const }),
    }
  })
}

/** Before AWS tells the shards, the members that it names stand for the replicas of a single one. */
const sizeOf = (group: ReplicationGroup): { shards: number; replicasPerShard: number; evenReplicas: boolean } => {
  const counts = (group.NodeGroups ?? []).map((shard) => Math.max(0, (shard.NodeGroupMembers ?? []).length - 1))
  if (counts.length === 0) counts.push(Math.max(0, (group.MemberClusters ?? []).length - 1))
  return {
    shards: counts.length,
    replicasPerShard: Math.min(...counts),
    evenReplicas: new Set(counts).size === 1,
  }
}

/** Node type and engine version are pending on the members, all else on the group (the failover also by its own word). */
const pendingOf = (group: ReplicationGroup, clusters: readonly CacheCluster[]): Pending => {
  const own = group.PendingModifiedValues
  const members = clusters.map((cluster) => cluster.PendingModifiedValues)
  const failover = own?.AutomaticFailoverStatus ?? group.AutomaticFailover
  const moving = own?.AutomaticFailoverStatus !== undefined || failover === 'enabling' || failover === 'disabling'
  return given<Pending>({
    nodeType: members.find((pending) => pending?.CacheNodeType)?.CacheNodeType,
    engineVersion: members.find((pending) => pending?.EngineVersion)?.EngineVersion,
    automaticFailover: moving ? failover === 'enabled' || failover === 'enabling' : undefined,
    inTransit: pendingTransitOf(own?.TransitEncryptionEnabled, own?.TransitEncryptionMode),
    clusterMode: modes[lower(own?.ClusterMode)],
    authToken: tokenStatusOf(own?.AuthTokenStatus),
  })
}

const partsOf = (shards: readonly NodeGroup[], members: readonly Member[]) => [
  ...members.map(({ id, status }) => ({ name: `member ${id}`, status })),
  ...shards.map((shard) => ({ name: `shard ${shard.NodeGroupId ?? ''}`, status: lower(shard.Status) || 'available' })),
]

const byId = (a: CacheCluster, b: CacheCluster) => (lower(a.CacheClusterId) < lower(b.CacheClusterId) ? -1 : 1)

/** A replication group in our words. `clusters` are the cache clusters that name it as theirs, in any order. */
export const groupOf = (group: ReplicationGroup, clusters: readonly CacheCluster[]): ObservedGroup => {
  const own = [...clusters].sort(byId)
  const members = membersOf(group, own)
  const shards = group.NodeGroups ?? []
  const [first] = own
  const versions = own.map((cluster) => cluster.EngineVersion ?? '').filter((version) => version !== '')
  const primary = endpointOf(shards[0]?.PrimaryEndpoint)
  const configuration = endpointOf(group.ConfigurationEndpoint)
  return {
    is: 'group',
    engine: lower(group.Engine ?? first?.Engine) === 'valkey' ? 'valkey' : 'redis',
    id: lower(group.ReplicationGroupId),
    arn: group.ARN ?? '',
    createdTime: isoTimeOf(group.ReplicationGroupCreateTime),
    ...stateOfWhole(lower(group.Status), partsOf(shards, members)),
    // The oldest that runs, so that an upgrade under way reads as unfinished.
    engineVersion: versions.sort(byVersion)[0] ?? '',
    nodeType: group.CacheNodeType ?? first?.CacheNodeType ?? '',
    members,
    ...sizeOf(group),
    ...settingsOf(own),
    networkType: wordOf(group.NetworkType ?? first?.NetworkType),
    port: configuration?.port ?? primary?.port ?? members.find((member) => member.endpoint)?.endpoint?.port,
    inTransit: transitOf(group.TransitEncryptionEnabled, group.TransitEncryptionMode),
    autoMinorVersionUpgrade: group.AutoMinorVersionUpgrade ?? first?.AutoMinorVersionUpgrade,
    clusterMode: clusterModeOf(group),
    automaticFailover: group.AutomaticFailover === 'enabled' || group.AutomaticFailover === 'disabling',
    multiAZ: group.MultiAZ === 'enabled',
    atRest: group.AtRestEncryptionEnabled ?? false,
    kmsKeyId: group.KmsKeyId || undefined,
    authToken: group.AuthTokenEnabled ?? false,
    authTokenChangedTime: isoTimeOf(group.AuthTokenLastModifiedDate),
    primary,
    reader: endpointOf(shards[0]?.ReaderEndpoint),
    configuration,
    snapshotRetentionDays: group.SnapshotRetentionLimit ?? 0,
    snapshotWindow: wordOf(group.SnapshotWindow),
    dataTiering: group.DataTiering === 'enabled',
    description: group.Description ?? '',
    pending: pendingOf(group, own),
  }
}

/**
 * A group whose members were not asked for. What only they tell is as `pictured`, the same group in the last poll, has it; a
 * group that was made anew since then is another one. The state is the group's own and its shards'; `withMembers` counts
 * the members too, as far as the last poll knew them, and one that it didn't know is still coming.
 */
export const groupAlone = (
  group: ReplicationGroup,
  pictured: ObservedGroup | undefined,
  withMembers: boolean,
): ObservedGroup => {
  const bare = groupOf(group, [])
  const known = pictured?.createdTime === bare.createdTime ? pictured : undefined
  const knownMembers = new Map(known?.members.map((member) => [member.id, member]))
  const members = bare.members.map((member): Member => {
    const seen = knownMembers.get(member.id)
    if (!seen) return member
    const { status, state } = seen
    return { ...member, status, state, zone: member.zone ?? seen.zone, endpoint: member.endpoint ?? seen.endpoint }
  })
  const alone = {
    ...bare,
    members,
    ...stateOfWhole(lower(group.Status), partsOf(group.NodeGroups ?? [], withMembers ? members : [])),
  }
  if (!known) return alone
  return {
    ...alone,
    engine: group.Engine === undefined ? known.engine : bare.engine,
    engineVersion: known.engineVersion,
    nodeType: bare.nodeType || known.nodeType,
    subnetGroupName: known.subnetGroupName,
    securityGroupIds: known.securityGroupIds,
    networkType: bare.networkType ?? known.networkType,
    port: bare.port ?? known.port,
    parameterGroupName: known.parameterGroupName,
    parametersInSync: known.parametersInSync,
    maintenanceWindow: known.maintenanceWindow,
    autoMinorVersionUpgrade: bare.autoMinorVersionUpgrade ?? known.autoMinorVersionUpgrade,
    notificationTopicArn: known.notificationTopicArn,
    pending: given<Pending>({
      ...bare.pending,
      nodeType: known.pending.nodeType,
      engineVersion: known.pending.engineVersion,
    }),
  }
}
