import { fullMemcached, fullRedis, memcached, redis, valkey } from './manifests.ts'

/** `refusals`: the messages of all rules that must refuse it, and of no other rule. None: it must be taken. */
export interface CreateRow {
  readonly what: string
  readonly spec: unknown
  readonly refusals: readonly string[]
  readonly name?: string
}

const row = (what: string, spec: unknown, ...refusals: string[]): CreateRow => ({ what, spec, refusals })

const memcachedNodes =
  'spec.nodes: memcached has no shards, replicasPerShard, clusterMode, multiAZ or automaticFailover: remove them and set spec.nodes.count'
const failoverReplica =
  'spec.nodes.automaticFailover needs a replica to fail over to: set spec.nodes.replicasPerShard to 1 or more'
const multiAZReplica =
  'spec.nodes.multiAZ needs a replica in another zone: set spec.nodes.replicasPerShard to 1 or more'
const compatible =
  'spec.nodes.clusterMode Compatible needs a replica and automatic failover: set spec.nodes.replicasPerShard to 1 or more and leave spec.nodes.automaticFailover on'
const memcachedAtRest =
  'spec.encryption: memcached keeps nothing on disk, so it has no encryption at rest: remove atRest and kmsKeyId'
const kmsAtRest = 'spec.encryption.kmsKeyId needs spec.encryption.atRest: true'
const tokenTls =
  'spec.auth.mode Token needs spec.encryption.inTransit: Required, as the token would travel in clear text'
const tokenMode = 'spec.auth.token is used with spec.auth.mode: Token only'
const memcachedZones = 'spec.nodes.zones of memcached: name one zone for each of the spec.nodes.count nodes'
const redisZones =
  'spec.nodes.zones of redis and valkey: name one zone for the primary and one for each of the spec.nodes.replicasPerShard replicas'
const noPatch =
  'spec.engineVersion: from redis 6 and for valkey AWS chooses the patch version: leave it out, for instance 7.1'
const patch =
  'spec.engineVersion: memcached and redis before 6 are named with their patch version, for instance 1.6.22 or 5.0.6'
const valkeyBegins = 'spec.engineVersion: valkey begins at 7.2: set 7.2, 8.0 or later, or leave it out'
const parameterNames = 'spec.parameters: the name of a parameter has 1 to 128 characters'
const tagKeys = 'spec.tags: the key of a tag has 1 to 128 characters'
const foreignTags =
  'spec.tags: keys that start with aws: belong to AWS and keys that start with larder.dev/ to Larder: rename them'
const tokenSecret =
  'spec.auth.token.secretRef.name is a Secret that Larder writes for workloads: keep the token in a Secret of another name, or set spec.connection.secretName'

const generatedToken =
  'spec.connection.secretName is the Secret <name>-auth in which Larder keeps the generated token: choose another name'

const tls = { encryption: { inTransit: 'Required' } }
const tokenFrom = (name: string) => ({ ...tls, auth: { mode: 'Token', token: { secretRef: { name } } } })

export const cacheClusterRows: readonly CreateRow[] = [
  row('the smallest redis', redis()),
  row('the smallest valkey', valkey()),
  row('the smallest memcached', memcached()),
  row('redis with every field', fullRedis()),
  row('memcached with every field', fullMemcached()),

  row('memcached with shards', memcached({}, { shards: 1 }), memcachedNodes),
  row('memcached with replicas', memcached({}, { replicasPerShard: 0 }), memcachedNodes),
  row('memcached with a cluster mode', memcached({}, { clusterMode: 'Disabled' }), memcachedNodes),
  row('memcached with multiAZ', memcached({}, { multiAZ: false }), memcachedNodes),
  row('memcached with failover', memcached({}, { automaticFailover: false }), memcachedNodes),
  row(
    'redis with a count',
    redis({}, { count: 2 }),
    'spec.nodes.count is for memcached only: use spec.nodes.replicasPerShard, or spec.nodes.shards with clusterMode Enabled',
  ),
  row('one shard without cluster mode', redis({}, { shards: 1 })),
  row(
    'two shards without cluster mode',
    redis({}, { shards: 2 }),
    'spec.nodes.shards above 1 needs spec.nodes.clusterMode: Enabled',
  ),
  row('two shards in cluster mode', valkey({}, { shards: 2, clusterMode: 'Enabled' })),
  row('failover without a replica', redis({}, { automaticFailover: true }), failoverReplica),
  row('failover without a replica in cluster mode', redis({}, { automaticFailover: true, clusterMode: 'Enabled' })),
  row('no failover, with a replica', redis({}, { automaticFailover: false, replicasPerShard: 1 })),
  row('multiAZ without a replica', redis({}, { multiAZ: true }), multiAZReplica),
  row(
    'multiAZ without a replica in cluster mode',
    redis({}, { multiAZ: true, clusterMode: 'Enabled' }),
    multiAZReplica,
  ),
  row(
    'multiAZ without failover',
    redis({}, { multiAZ: true, replicasPerShard: 1, automaticFailover: false }),
    'spec.nodes.multiAZ needs spec.nodes.automaticFailover: set it to true or remove it',
  ),
  row(
    'cluster mode without failover',
    redis({}, { clusterMode: 'Enabled', automaticFailover: false }),
    'spec.nodes.automaticFailover is always on with clusterMode Enabled: set it to true or remove it',
  ),
  row('Compatible without a replica', redis({}, { clusterMode: 'Compatible' }), compatible),
  row(
    'Compatible without failover',
    redis({}, { clusterMode: 'Compatible', replicasPerShard: 1, automaticFailover: false }),
    compatible,
  ),
  row('Compatible with a replica', redis({}, { clusterMode: 'Compatible', replicasPerShard: 1 })),

  row('memcached, one zone for its one node', memcached({}, { zones: ['a'] })),
  row('memcached, more zones than nodes', memcached({}, { zones: ['a', 'b'] }), memcachedZones),
  row('memcached, fewer zones than nodes', memcached({}, { count: 3, zones: ['a', 'b'] }), memcachedZones),
  row('redis, a zone for each node', redis({}, { replicasPerShard: 1, zones: ['a', 'b'] })),
  row('redis, more zones than nodes', redis({}, { zones: ['a', 'b'] }), redisZones),
  row('redis, fewer zones than nodes', redis({}, { replicasPerShard: 2, zones: ['a', 'b'] }), redisZones),
  row('redis, no zone at all', redis({}, { zones: [] }), redisZones),
  row(
    'multiAZ in a single zone',
    redis({}, { multiAZ: true, replicasPerShard: 1, zones: ['a', 'a'] }),
    'spec.nodes.multiAZ needs two different zones in spec.nodes.zones: name another one or remove zones',
  ),

  row(
    'memcached with a token',
    memcached({ ...tls, auth: { mode: 'Token' } }),
    'spec.auth: memcached on ElastiCache has no authentication: remove spec.auth',
  ),
  row('memcached with mode None', memcached({ auth: { mode: 'None' } })),
  row('memcached encrypted at rest', memcached({ encryption: { atRest: true } }), memcachedAtRest),
  row('memcached with a KMS key', memcached({ encryption: { atRest: true, kmsKeyId: 'k' } }), memcachedAtRest),
  row(
    'memcached with Preferred',
    memcached({ encryption: { inTransit: 'Preferred' } }),
    'spec.encryption.inTransit: memcached has no Preferred: set Required or Disabled',
  ),
  row('a token without TLS', redis({ auth: { mode: 'Token' } }), tokenTls),
  row('a token with Preferred', redis({ encryption: { inTransit: 'Preferred' }, auth: { mode: 'Token' } }), tokenTls),
  row('a generated token', redis({ ...tls, auth: { mode: 'Token' } })),
  row(
    'a token with mode None',
    redis({ ...tls, auth: { mode: 'None', token: { secretRef: { name: 't' } } } }),
    tokenMode,
  ),
  row('a token with no mode', redis({ ...tls, auth: { token: { secretRef: { name: 't' } } } }), tokenMode),
  row('a KMS key without encryption at rest', redis({ encryption: { kmsKeyId: 'k' } }), kmsAtRest),
  row('a KMS key with encryption at rest off', redis({ encryption: { atRest: false, kmsKeyId: 'k' } }), kmsAtRest),
  row("the token in the cache's own Secret", redis(tokenFrom('row')), tokenSecret),
  row("the token in the cache's environment Secret", redis(tokenFrom('row-env')), tokenSecret),
  row('the token in the named Secret', redis({ ...tokenFrom('web'), connection: { secretName: 'web' } }), tokenSecret),
  row(
    'the Secrets under the name of the generated token',
    redis({ ...tls, auth: { mode: 'Token' }, connection: { secretName: 'row-auth' } }),
    generatedToken,
  ),
  row('the Secrets under that name, where no token is generated', redis({ connection: { secretName: 'row-auth' } })),
  row(
    'the token in a Secret like the cache, with another Secret named',
    redis({ ...tokenFrom('row'), connection: { secretName: 'web' } }),
  ),
  {
    ...row(
      'a name too long for Secrets',
      redis(),
      'metadata.name is longer than 240 characters, too long for the names of the Secrets: shorten it, or set spec.connection.secretName',
    ),
    name: 'n'.repeat(241),
  },
  { ...row('a long name with a short Secret', redis({ connection: { secretName: 'web' } })), name: 'n'.repeat(241) },

  row('redis with a patch version', redis({ engineVersion: '7.1.0' }), noPatch),
  row('redis 10 with a patch version', redis({ engineVersion: '10.0.1' }), noPatch),
  row('valkey with a patch version', valkey({ engineVersion: '8.0.1' }), noPatch),
  row('redis 5 with its patch version', redis({ engineVersion: '5.0.6' })),
  row('redis 5 without patch version', redis({ engineVersion: '5.0' }), patch),
  row('memcached without patch version', memcached({ engineVersion: '1.6' }), patch),
  row('memcached with its patch version', memcached({ engineVersion: '1.6.22' })),
  row('valkey 7.2', valkey({ engineVersion: '7.2' })),
  row('valkey 10.0', valkey({ engineVersion: '10.0' })),
  row("valkey with redis's version", valkey({ engineVersion: '7.1' }), valkeyBegins),
  row('valkey 6', valkey({ engineVersion: '6' }), valkeyBegins),

  row(
    'parameters and a parameter group',
    redis({ parameters: { timeout: '1' }, parameterGroupName: 'ours' }),
    'spec.parameters and spec.parameterGroupName exclude each other: Larder never changes a parameter group that it does not own',
  ),
  row(
    'cluster-enabled as a parameter',
    redis({ parameters: { 'cluster-enabled': 'yes' } }),
    'spec.parameters: cluster-enabled is not for parameters: set spec.nodes.clusterMode',
  ),
  row('a parameter without a name', redis({ parameters: { '': 'x' } }), parameterNames),
  row('a parameter with an endless name', redis({ parameters: { ['p'.repeat(129)]: 'x' } }), parameterNames),
  row('a tag without a key', redis({ tags: { '': 'x' } }), tagKeys),
  row('a tag with an endless key', redis({ tags: { ['t'.repeat(129)]: 'x' } }), tagKeys),
  row('a tag of AWS', redis({ tags: { 'aws:cloudformation:stack-name': 'x' } }), foreignTags),
  row('a tag of Larder', redis({ tags: { 'larder.dev/uid': 'x' } }), foreignTags),
  row('a tag that only looks like one of AWS', redis({ tags: { 'aws-team': 'x' } })),
]
