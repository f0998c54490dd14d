import type { AwsAction, GroupSettings, NewGroup, NewMemcached } from '../../src/plan/action.ts'
import type {
  Endpoint,
  Member,
  ObservedCache,
  ObservedGroup,
  ObservedMemcached,
  ObservedParameters,
  Tags,
} from '../../src/plan/observed.ts'
import type { Acted } from '../../src/plan/outcome.ts'
import { familyOf, isNewer } from '../../src/plan/version.ts'
import { createdTime } from './facts.ts'

/**
 * A small AWS for the laws: what the planner may count on, and what AWS refuses (FIDELITY B.3, C). A value: every function
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

export const groupArn = (name: string) => `arn:parametergroup:${name}`
export const cacheArn = (id: string) => `arn:cache:${id}`

export const tick = (world: World): World => {
  const [next, ...coming] = world.coming
  return world.coming.length === 0 ? world : { ...world, cache: next, coming }
}

class Refusal extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}
const refuse = (condition: boolean, message: string, code = 'InvalidParameterCombination'): void => {
  if (condition) throw new Refusal(code, message)
}

/** Carries out an action, or says why AWS would not. */
export const carryOut = (
  world: World,
  action: AwsAction,
  token: string | undefined,
): { readonly world: World; readonly acted: Acted } => {
  try {
    const next = effectOf(world, action, token)
    return typeof next === 'string' ? { world, acted: { is: next } } : { world: next, acted: { is: 'done' } }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const failure = { is: 'stalled', reason: 'InvalidCombination', message: error.message, code: error.code } as const
    return { world, acted: { is: 'failed', failure } }
  }
}

const effectOf = (world: World, action: AwsAction, token: string | undefined): World | 'exists' | 'absent' => {
  switch (action.do) {
    case 'CreateParameterGroup':
      if (world.groups[action.name] !== undefined) return 'exists'
      return {
        ...world,
        groups: { ...world.groups, [action.name]: { family: action.family, values: {} } },
        tags: { ...world.tags, [groupArn(action.name)]: action.tags },
      }
    case 'SetParameters':
      refuse(Object.keys(action.values).length > 20, 'at most 20 values a call')
      return withValues(world, action.name, (values) => ({ ...values, ...action.values }))
    case 'ResetParameters':
      refuse(action.names.length > 20, 'at most 20 values a call')
      return withValues(world, action.name, (values) => without(values, action.names))
    case 'DeleteParameterGroup':
      if (world.groups[action.name] === undefined) return 'absent'
      refuse(world.cache?.parameterGroupName === action.name, 'the parameter group is in use')
      return {
        ...world,
        groups: without(world.groups, [action.name]),
        tags: without(world.tags, [groupArn(action.name)]),
      }
    case 'CreateGroup':
      if (world.cache !== undefined) return 'exists'
      refuse(action.withToken !== (token !== undefined), 'a token is said and not given')
      return {
        ...making(world, groupOf(world, action.id, action.group, action.withToken), action.tags),
        tokens: token === undefined ? [] : [token],
      }
    case 'CreateMemcached':
      if (world.cache !== undefined) return 'exists'
      return making(world, memcachedOf(world, action.id, action.cluster), action.tags)
    case 'ModifyGroup':
      return change(world, (cache) => [modified(world, asGroup(cache), action.set)])
    case 'SetReplicas':
      return change(world, (cache) => replicated(asGroup(cache), action.to))
    case 'SetShards':
      return change(world, (cache) => [sharded(asGroup(cache), action.to, action.retain)])
    case 'RotateToken':
      return rotated(world, token)
    case 'SetToken':
      return finalised(world, token)
    case 'ModifyMemcached':
      return change(world, (cache) => [modifiedMemcached(world, cache, action.set)])
    case 'SetNodes':
      return change(world, (cache) => [resized(cache, action.to, action.remove)])
    case 'DeleteGroup':
    case 'DeleteMemcached':
      refuse(world.cache?.state === 'moving', 'not in a state to be deleted')
      return world.cache === undefined ? 'absent' : { ...deleting(world, world.cache), tokens: [] }
    case 'SetTags':
      return tagged(world, action.arn, (tags) => ({ ...tags, ...action.tags }))
    case 'RemoveTags':
      return tagged(world, action.arn, (tags) => without(tags, action.keys))
    case 'CreateSubnetGroup':
    case 'SetSubnets':
    case 'DeleteSubnetGroup':
      throw new Error(`${action.do} is not planned yet`)
  }
}

const without = <T>(record: Readonly<Record<string, T>>, keys: readonly string[]): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)))

const withValues = (
  world: World,
  name: string,
  next: (values: Readonly<Record<string, string>>) => Readonly<Record<string, string>>,
): World => {
  const group = world.groups[name]
  if (group === undefined) throw new Refusal('CacheParameterGroupNotFound', 'there is no such group')
  const values = next(group.values)
  const fixed = group.values['cluster-enabled'] !== values['cluster-enabled']
  refuse(fixed && world.cache?.parameterGroupName === name, 'cluster-enabled is fixed while the group is in use')
  return { ...world, groups: { ...world.groups, [name]: { ...group, values } } }
}

const busy = (cache: ObservedCache, status: string): ObservedCache => ({ ...cache, state: 'moving', status })

const making = (world: World, cache: ObservedCache, tags: Tags): World => ({
  ...world,
  cache: { ...busy(cache, 'creating'), createdTime: undefined, engineVersion: '', members: [] },
  coming: [busy(cache, 'creating'), cache],
  tags: { ...world.tags, [cache.arn]: tags },
  created: world.created + 1,
})

const deleting = (world: World, cache: ObservedCache): World => ({
  ...world,
  cache: { ...cache, state: 'deleting', status: 'deleting' },
  coming: [undefined],
  tags: without(world.tags, [cache.arn]),
})

const available = (world: World): ObservedCache => {
  if (world.cache === undefined) throw new Refusal('ReplicationGroupNotFoundFault', 'there is no such cache')
  refuse(world.cache.state !== 'available', 'the cache must be available', 'InvalidReplicationGroupState')
  return world.cache
}

const change = (world: World, next: (cache: ObservedCache) => readonly ObservedCache[]): World => {
  const cache = available(world)
  return { ...world, cache: busy(cache, 'modifying'), coming: next(cache) }
}

const tagged = (world: World, arn: string, next: (tags: Tags) => Tags): World | 'absent' => {
  const tags = world.tags[arn]
  if (tags === undefined) return 'absent'
  const after = { ...world, tags: { ...world.tags, [arn]: next(tags) } }
  return world.cache?.arn === arn ? change(after, (cache) => [cache]) : after
}

const rotated = (world: World, token: string | undefined): World => {
  if (token === undefined) throw new Error('a rotation needs a token')
  const cache = asGroup(available(world))
  refuse(cache.inTransit !== 'Required', 'a token needs encryption in transit')
  refuse(world.tokens.includes(token), 'the token is in use', 'InvalidParameterValue')
  const open = world.tokens.length === 0
  return {
    ...change(world, () => [{ ...cache, authToken: true }]),
    tokens: [...world.tokens.slice(-1), token],
    openToo: open,
  }
}

const finalised = (world: World, token: string | undefined): World => {
  if (token === undefined) throw new Error('a SET needs a token')
  refuse(world.tokens.length < 2 && !world.openToo, 'SET is allowed only after ROTATE')
  refuse(world.tokens.at(-1) !== token, 'not the token that was rotated last', 'InvalidParameterValue')
  return { ...change(world, (cache) => [cache]), tokens: [token], openToo: false }
}

// Replication groups

const newest: Readonly<Record<string, string>> = { redis: '7.1', valkey: '8.0', memcached: '1.6.22' }
const full = (version: string) => (version.split('.').length === 2 ? `${version}.0` : version)

const defaultGroup = (engine: ObservedCache['engine'], version: string, clustered: boolean) =>
  `default.${familyOf(engine, version)}${clustered ? '.cluster.on' : ''}`

/** Refuses a parameter group that doesn't fit the version and the mode. */
const fittingGroup = (
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

const groupOf = (world: World, id: string, wanted: NewGroup, withToken: boolean): ObservedGroup => {
  const version = full(wanted.engineVersion ?? newest[wanted.engine] ?? '')
  const clusterMode = wanted.clusterMode ?? 'Disabled'
  const inTransit = wanted.inTransit ?? 'Disabled'
  refuse(withToken && inTransit !== 'Required', 'a token needs encryption in transit')
  const { parameterGroupName } = wanted
  return soundGroup(
    derived({
      is: 'group',
      id,
      arn: cacheArn(id),
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

const asGroup = (cache: ObservedCache): ObservedGroup => {
  if (cache.is !== 'group') throw new Error('not a replication group')
  return cache
}

const modes = ['Disabled', 'Compatible', 'Enabled']
const transits = ['Disabled', 'Preferred', 'Required']
const oneHop = (scale: readonly string[], from: string, to: string | undefined) =>
  to === undefined || Math.abs(scale.indexOf(from) - scale.indexOf(to)) <= 1

const modified = (world: World, cache: ObservedGroup, set: GroupSettings): ObservedGroup => {
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
const replicated = (cache: ObservedGroup, to: number): readonly ObservedGroup[] => {
  refuse(cache.clusterMode === 'Compatible', 'no scaling while Compatible')
  refuse(to === cache.replicasPerShard && cache.evenReplicas, 'no change of replicas')
  const shards = [...new Set(cache.members.map((member) => member.shard))]
  const next = soundGroup(derived({ ...cache, replicasPerShard: to, evenReplicas: true }, shards))
  const late = { ...busy(next, 'available, a member creating'), members: cache.members } as ObservedGroup
  return to > cache.replicasPerShard ? [late, next] : [next]
}

const sharded = (cache: ObservedGroup, to: number, retain: readonly string[]): ObservedGroup => {
  refuse(cache.clusterMode !== 'Enabled', 'shards need cluster mode')
  const shards = [...new Set(cache.members.map((member) => member.shard))]
  refuse(to < cache.shards && retain.length !== to, 'says which shards stay')
  refuse(!retain.every((shard) => shards.includes(shard)), 'no such shard')
  const kept = to < cache.shards ? retain : shardNames(to)
  return derived({ ...cache, shards: to }, [...kept])
}

// memcached

const node = (id: string, number: number): Member => ({
  id: `000${number}`,
  shard: '',
  role: 'node',
  zone: 'us-east-1a',
  status: 'available',
  state: 'available',
  endpoint: { host: `${id}.000${number}`, port: 11211 },
})

const memcachedOf = (world: World, id: string, wanted: NewMemcached): ObservedMemcached => {
  const version = wanted.engineVersion ?? newest.memcached ?? ''
  return {
    is: 'memcached',
    engine: 'memcached',
    id,
    arn: cacheArn(id),
    createdTime: createdTime.replace('08', String(world.created + 10)),
    state: 'available',
    status: 'available',
    engineVersion: version,
    nodeType: wanted.nodeType,
    members: Array.from({ length: wanted.nodeCount }, (_, index) => node(id, index + 1)),
    subnetGroupName: wanted.subnetGroupName,
    securityGroupIds: wanted.securityGroupIds ?? ['sg-0'],
    networkType: wanted.networkType ?? 'ipv4',
    port: wanted.port ?? 11211,
    inTransit: wanted.inTransit ?? 'Disabled',
    parameterGroupName: fittingGroup(world, wanted.parameterGroupName, 'memcached', version, false),
    parametersInSync: true,
    maintenanceWindow: undefined,
    autoMinorVersionUpgrade: true,
    notificationTopicArn: undefined,
    pending: {},
    nodeCount: wanted.nodeCount,
    configuration: { host: `cfg.${id}`, port: 11211 },
  }
}

const asMemcached = (cache: ObservedCache): ObservedMemcached => {
  if (cache.is !== 'memcached') throw new Error('not memcached')
  return cache
}

const modifiedMemcached = (world: World, cache: ObservedCache, set: Partial<NewMemcached>): ObservedMemcached => {
  const before = asMemcached(cache)
  refuse(Object.keys(set).length === 0, 'No modifications were requested')
  const version = set.engineVersion ?? before.engineVersion
  refuse(isNewer(before.engineVersion, version), 'no downgrade')
  const asked = set.parameterGroupName ?? before.parameterGroupName
  return {
    ...before,
    nodeType: set.nodeType ?? before.nodeType,
    securityGroupIds: set.securityGroupIds ?? before.securityGroupIds,
    engineVersion: version,
    parameterGroupName: fittingGroup(world, asked, 'memcached', version, false),
  }
}

const resized = (cache: ObservedCache, to: number, remove: readonly string[]): ObservedMemcached => {
  const before = asMemcached(cache)
  refuse(to === before.nodeCount, 'cancels what is pending, and nothing is')
  refuse(to < before.nodeCount && remove.length !== before.nodeCount - to, 'says which nodes go')
  const kept = before.members.filter((member) => !remove.includes(member.id))
  const free = Array.from({ length: 60 }, (_, index) => node(before.id, index + 1)).filter(
    (candidate) => !kept.some((member) => member.id === candidate.id),
  )
  const members = [...kept, ...free.slice(0, Math.max(0, to - kept.length))]
  return { ...before, nodeCount: to, members }
}
