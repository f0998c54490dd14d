import type { GroupSettings, NewGroup } from '../../src/plan/core/action.ts'
import type { Endpoint, Member, ObservedCache, ObservedGroup } from '../../src/plan/core/observed.ts'
import { isNewer } from '../../src/plan/core/version.ts'
import { createdTime } from './facts.ts'
import { busy, cacheArn, fittingGroup, full, newest, refuse, type World } from './model-world.ts'

const endpoint = (host: string): Endpoint => ({ host, port: 6379 })

const membersOf = (id: string, shards: readonly string[], replicas: number): readonly Member[] =>
  shards.flatMap((shard) =>
    Array.from({ length: replicas + 1 }, (_, index): Member => {
      const name = `${id}-${shard}-00${index + 1}`
      const role = index === 0 ? 'primary' : 'replica'
      const zone = 'us-east-1a'
      return { id: name, shard, role, zone, status: 'available', state: 'available', endpoint: endpoint(name) }
    }),
  )

const shardNames = (count: number) => Array.from({ length: count }, (_, index) => `000${index + 1}`)

/** What follows from the rest: members and endpoints. Endpoint names change with TLS, as they do in AWS. */
const derived = (group: ObservedGroup, shards = shardNames(group.shards)): ObservedGroup => {
  const form = group.inTransit === 'Disabled' ? 'plain' : 'tls'
  const whole = group.clusterMode === 'Enabled'
  return {
    ...group,
    members: membersOf(group.id, shards, group.replicasPerShard),
    primary: whole ? undefined : endpoint(`primary.${group.id}.${form}`),
    reader: whole ? undefined : endpoint(`reader.${group.id}.${form}`),
    configuration: group.clusterMode === 'Disabled' ? undefined : endpoint(`cfg.${group.id}.${form}`),
  }
}

const soundGroup = (group: ObservedGroup): ObservedGroup => {
  const { clusterMode, automaticFailover, multiAZ, replicasPerShard, shards } = group
  refuse(clusterMode === 'Enabled' && !automaticFailover, 'cluster mode needs failover')
  refuse(clusterMode !== 'Enabled' && shards !== 1, 'shards need cluster mode')
  refuse(clusterMode !== 'Enabled' && automaticFailover && replicasPerShard < 1, 'failover needs a replica')
  refuse(clusterMode === 'Compatible' && !automaticFailover, 'Compatible needs failover')
  refuse(multiAZ && (!automaticFailover || replicasPerShard < 1), 'multi-AZ needs failover and a replica')
  return group
}

export const groupOf = (world: World, id: string, wanted: NewGroup, withToken: boolean): ObservedGroup => {
  const version = full(wanted.engineVersion ?? newest[wanted.engine] ?? '')
  const clusterMode = wanted.clusterMode ?? 'Disabled'
  const inTransit = wanted.inTransit ?? 'Disabled'
  refuse(withToken && inTransit !== 'Required', 'a token needs encryption in transit')
  const { parameterGroupName } = wanted
  return soundGroup(
    derived({
      is: 'group',
      id,
      arn: cacheArn(id, 'replicationgroup'),
      createdTime: createdTime.replace('08', String(world.created + 10)),
      state: 'available',
      status: 'available',
      engine: wanted.engine,
      engineVersion: version,
      nodeType: wanted.nodeType,
      members: [],
      subnetGroupName: wanted.subnetGroupName,
      securityGroupIds: wanted.securityGroupIds ?? ['sg-0'],
      networkType: wanted.networkType ?? 'ipv4',
      port: wanted.port ?? 6379,
      inTransit,
      parameterGroupName: fittingGroup(world, parameterGroupName, wanted.engine, version, clusterMode !== 'Disabled'),
      parametersInSync: true,
      maintenanceWindow: undefined,
      autoMinorVersionUpgrade: true,
      notificationTopicArn: undefined,
      pending: {},
      shards: wanted.shards,
      replicasPerShard: wanted.replicasPerShard,
      evenReplicas: true,
      clusterMode,
      automaticFailover: wanted.automaticFailover ?? false,
      multiAZ: wanted.multiAZ ?? false,
      atRest: wanted.atRest ?? false,
      kmsKeyId: wanted.kmsKeyId,
      authTokenChangedTime: undefined,
      authToken: withToken,
      primary: undefined,
      reader: undefined,
      configuration: undefined,
      snapshotRetentionDays: 0,
      snapshotWindow: undefined,
      dataTiering: false,
      description: '',
    }),
  )
}

export const asGroup = (cache: ObservedCache): ObservedGroup => {
  if (cache.is !== 'group') throw new Error('not a replication group')
  return cache
}

const modes = ['Disabled', 'Compatible', 'Enabled']
const transits = ['Disabled', 'Preferred', 'Required']
const oneHop = (scale: readonly string[], from: string, to: string | undefined) =>
  to === undefined || Math.abs(scale.indexOf(from) - scale.indexOf(to)) <= 1

export const modified = (world: World, cache: ObservedGroup, set: GroupSettings): ObservedGroup => {
  const names = Object.keys(set)
  const only = (...allowed: string[]) => names.every((name) => allowed.includes(name))
  refuse(names.length === 0, 'No modifications were requested')
  refuse('clusterMode' in set && !only('clusterMode', 'parameterGroupName'), 'cluster mode travels alone')
  refuse(!oneHop(modes, cache.clusterMode, set.clusterMode), 'cluster mode goes through Compatible')
  refuse(cache.clusterMode === 'Enabled' && 'clusterMode' in set, 'cluster mode is final')
  refuse(cache.clusterMode === 'Compatible' && ('nodeType' in set || 'engineVersion' in set), 'not while Compatible')
  refuse(!oneHop(transits, cache.inTransit, set.inTransit), 'TLS goes through Preferred')
  refuse('inTransit' in set && world.tokens.length > 0 && set.inTransit !== 'Required', 'tokens need TLS')
  refuse('inTransit' in set && !only('inTransit'), 'TLS travels alone')
  refuse('nodeType' in set && 'engineVersion' in set, 'an upgrade and a node type block each other')
  const engine = (set.engine ?? cache.engine) as ObservedGroup['engine']
  refuse(cache.engine === 'valkey' && engine === 'redis', 'no way back from valkey')
  refuse(engine !== cache.engine && set.engineVersion === undefined, 'valkey needs a version')
  const version = set.engineVersion === undefined ? cache.engineVersion : full(set.engineVersion)
  refuse(engine === cache.engine && isNewer(cache.engineVersion, version), 'no downgrade')
  const clusterMode = set.clusterMode ?? cache.clusterMode
  const asked = set.parameterGroupName ?? cache.parameterGroupName
  const { nodeType, securityGroupIds, automaticFailover, multiAZ, inTransit } = { ...cache, ...set }
  const next = {
    ...cache,
    ...{ nodeType, securityGroupIds, automaticFailover, multiAZ, inTransit },
    engine,
    engineVersion: version,
    clusterMode,
    parameterGroupName: fittingGroup(world, asked, engine, version, clusterMode !== 'Disabled'),
  }
  const shards = [...new Set(cache.members.map((member) => member.shard))]
  return soundGroup(derived(next, shards))
}

/** New replicas are late: for one tick the group counts them and they are not there yet. */
export const replicated = (cache: ObservedGroup, to: number): readonly ObservedGroup[] => {
  refuse(cache.clusterMode === 'Compatible', 'no scaling while Compatible')
  refuse(to === cache.replicasPerShard && cache.evenReplicas, 'no change of replicas')
  const shards = [...new Set(cache.members.map((member) => member.shard))]
  const next = soundGroup(derived({ ...cache, replicasPerShard: to, evenReplicas: true }, shards))
  const late = { ...busy(next, 'available, a member creating'), members: cache.members } as ObservedGroup
  return to > cache.replicasPerShard ? [late, next] : [next]
}

export const sharded = (cache: ObservedGroup, to: number, retain: readonly string[]): ObservedGroup => {
  refuse(cache.clusterMode !== 'Enabled', 'shards need cluster mode')
  const shards = [...new Set(cache.members.map((member) => member.shard))]
  refuse(to < cache.shards && retain.length !== to, 'says which shards stay')
  refuse(!retain.every((shard) => shards.includes(shard)), 'no such shard')
  const kept = to < cache.shards ? retain : shardNames(to)
  return derived({ ...cache, shards: to }, [...kept])
}
