import { type CacheClusterSpec, cacheClusterSpec } from '../../src/crds/cache-cluster/spec.ts'
import { type CachePolicySpec, cachePolicySpec } from '../../src/crds/cache-policy.ts'
import {
  type CacheFacts,
  type CacheObject,
  type SecretFacts,
  type TokenFact,
  unread,
} from '../../src/plan/cache-cluster/facts.ts'
import { contentName } from '../../src/plan/cache-cluster/parameters.ts'
import { idOf, type Owner, ownerTags } from '../../src/plan/core/identity.ts'
import type {
  Member,
  ObservedGroup,
  ObservedMemcached,
  ObservedParameters,
  Tags,
} from '../../src/plan/core/observed.ts'
import { isoOfMs } from '../../src/plan/core/time.ts'
import type { SecretMetadata } from '../../src/plan/secrets/ownership.ts'

/** Frozen to the last leaf: whoever changes what it was given throws. */
export const frozen = <T>(value: T): T => {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) frozen(inner)
  }
  return value
}

export const owner: Owner = {
  cluster: 'prod',
  clusterUID: 'kube-1',
  namespace: 'shop',
  name: 'sessions',
  uid: 'uid-1',
}
export const region = 'us-east-1'
export const account = '123456789012'
export const nowIso = '2026-03-01T12:00:00Z'
export const nowMs = Date.parse(nowIso)
/** So long before or after now. */
export const isoAt = (afterMs: number): string => isoOfMs(nowMs + afterMs)
export const hourMs = 3_600_000

const smallest = { engine: 'redis', nodes: { type: 'cache.t4g.small' } }
const smallestMemcached = { engine: 'memcached', nodes: { type: 'cache.t4g.small' } }

/** A spec as the API server would hand it over: defaults filled in. */
export const specOf = (changes: object = {}): CacheClusterSpec =>
  frozen(cacheClusterSpec.parse({ ...smallest, ...changes }))
export const memcachedSpec = (changes: object = {}): CacheClusterSpec => specOf({ ...smallestMemcached, ...changes })
export const policyOf = (changes: object = {}): CachePolicySpec => frozen(cachePolicySpec.parse(changes))

export const objectOf = (changes: Partial<CacheObject> = {}): CacheObject =>
  frozen({
    ...owner,
    region,
    generation: 1,
    deleting: false,
    annotations: {},
    spec: specOf(),
    status: {},
    ...changes,
  })

export const id = idOf(owner, 'redis')
export const arn = `arn:aws:elasticache:${region}:${account}:replicationgroup:${id}`
export const createdTime = '2026-02-01T08:00:00.000Z'
export const ours: Tags = ownerTags(owner)
export const former: Tags = ownerTags({ ...owner, uid: 'uid-0' })
export const others: Tags = ownerTags({ ...owner, name: 'carts' })
/** Of the same object in another Kubernetes cluster that has the same name. */
export const twins: Tags = ownerTags({ ...owner, clusterUID: 'kube-2', uid: 'uid-9' })
export const without = <T>(record: Readonly<Record<string, T>>, ...keys: readonly string[]): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)))

/** Status of an object whose cache is known to be its own. */
export const known: CacheObject['status'] = frozen({
  id,
  target: { account, region, cluster: owner.cluster, clusterUID: owner.clusterUID },
  arn,
  createdTime,
})

export const member = (changes: Partial<Member> = {}): Member => ({
  id: `${id}-001`,
  shard: '0001',
  role: 'primary',
  zone: 'us-east-1a',
  status: 'available',
  state: 'available',
  endpoint: { host: `${id}-001.cache`, port: 6379 },
  ...changes,
})

const common = {
  id,
  arn,
  createdTime,
  state: 'available',
  status: 'available',
  nodeType: 'cache.t4g.small',
  subnetGroupName: 'default',
  securityGroupIds: [],
  networkType: 'ipv4',
  inTransit: 'Disabled',
  parametersInSync: true,
  maintenanceWindow: 'sun:05:00-sun:06:00',
  autoMinorVersionUpgrade: true,
  notificationTopicArn: undefined,
  pending: {},
} as const

/** What AWS has when it has just what the smallest spec asks for. */
export const group = (changes: Partial<ObservedGroup> = {}): ObservedGroup =>
  frozen({
    ...common,
    is: 'group',
    engine: 'redis',
    engineVersion: '7.1.0',
    members: [member()],
    port: 6379,
    parameterGroupName: 'default.redis7',
    shards: 1,
    replicasPerShard: 0,
    evenReplicas: true,
    clusterMode: 'Disabled',
    automaticFailover: false,
    multiAZ: false,
    atRest: false,
    kmsKeyId: undefined,
    authToken: false,
    authTokenChangedTime: undefined,
    primary: { host: 'primary.cache', port: 6379 },
    reader: { host: 'reader.cache', port: 6379 },
    configuration: undefined,
    snapshotRetentionDays: 0,
    snapshotWindow: undefined,
    dataTiering: false,
    description: 'shop/sessions, by Larder',
    ...changes,
  })

export const node = (number: number, changes: Partial<Member> = {}): Member =>
  member({
    id: `000${number}`,
    shard: '',
    role: 'node',
    endpoint: { host: `node${number}.cache`, port: 11211 },
    ...changes,
  })

export const memcached = (changes: Partial<ObservedMemcached> = {}): ObservedMemcached =>
  frozen({
    ...common,
    is: 'memcached',
    engine: 'memcached',
    engineVersion: '1.6.22',
    members: [node(1)],
    port: 11211,
    parameterGroupName: 'default.memcached1.6',
    nodeCount: 1,
    configuration: { host: 'cfg.cache', port: 11211 },
    ...changes,
  })

export const parametersOf = (
  values: Readonly<Record<string, string>> = {},
  changes: Partial<ObservedParameters> = {},
): ObservedParameters => ({
  name: contentName(owner.cluster, 'redis7', values),
  arn: `arn:aws:elasticache:${region}:${account}:parametergroup:mine`,
  family: 'redis7',
  values,
  settable: { 'maxmemory-policy': 'volatile-lru', timeout: '0', 'notify-keyspace-events': '', 'cluster-enabled': 'no' },
  ...changes,
})

export const found = <T>(value: T) => ({ is: 'found', value }) as const
export const absent = { is: 'absent' } as const
export const seen = (cache: ObservedGroup | ObservedMemcached) => ({ is: 'seen', cache }) as const

export const present = (version: string, secretVersion = version): TokenFact => ({
  is: 'present',
  version,
  secretVersion,
})

/** Metadata of a Secret of ours. */
export const metaOf = (changes: Partial<SecretMetadata> = {}): SecretMetadata => ({
  uid: 'secret-1',
  resourceVersion: '1',
  contentHash: 'hash',
  keys: [],
  foreign: false,
  labelled: true,
  owner: { kind: 'CacheCluster', name: owner.name, uid: owner.uid },
  annotatedOwnerUid: owner.uid,
  deleting: false,
  ...changes,
})

export const noSecrets: SecretFacts = { binding: absent, env: absent, token: absent, rival: undefined, former: [] }

/** Facts of a reconcile in which nothing was read beyond what is named. */
export const factsOf = (changes: Partial<CacheFacts> = {}): CacheFacts =>
  frozen({
    nowMs,
    nowIso,
    reconcilingMs: 0,
    unreadyMs: 0,
    checkedEveryMs: 300_000,
    object: objectOf(),
    poll: { blindMs: 0, failure: undefined },
    observed: absent,
    live: unread,
    sinceWriteMs: undefined,
    tags: unread,
    parameters: unread,
    parametersTags: unread,
    settable: unread,
    account: unread,
    secretFailure: undefined,
    leftover: undefined,
    defaultFamily: undefined,
    events: [],
    policy: unread,
    policyNames: [],
    token: unread,
    secrets: noSecrets,
    repeats: [],
    refused: undefined,
    reconcileAnswered: undefined,
    failure: undefined,
    ...changes,
  })
