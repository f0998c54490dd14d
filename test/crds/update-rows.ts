import { fullRedis, memcached, redis, valkey } from './manifests.ts'

/** A change of a stored object: refused by exactly these rules, or taken when there are none. */
export interface UpdateRow {
  readonly what: string
  readonly before: unknown
  readonly after: unknown
  readonly refusals: readonly string[]
}

const row = (what: string, before: unknown, after: unknown, ...refusals: string[]): UpdateRow => ({
  what,
  before,
  after,
  refusals,
})

const engine =
  'spec.engine can only change from redis to valkey: for any other engine create another CacheCluster and move to it'
const port =
  "spec.network.port can't be changed after creation: create another CacheCluster with the other port and move to it"
const subnets =
  "spec.network.subnetGroupName can't be changed after creation: create another CacheCluster in the other subnets and move to it"
const networkType = "spec.network.type can't be changed after creation: create another CacheCluster and move to it"
const atRest = "spec.encryption.atRest can't be changed after creation: create another CacheCluster and move to it"
const kmsKey =
  "spec.encryption.kmsKeyId can't be changed after creation: create another CacheCluster with the other key and move to it"
const clusterMode = 'spec.nodes.clusterMode Enabled is final: leave it, or create another CacheCluster and move to it'
const memcachedTls =
  "spec.encryption.inTransit of memcached can't be changed after creation: create another CacheCluster and move to it"

const lowered =
  'spec.engineVersion is never lowered, as AWS can not go back: set it back, or create another CacheCluster'
const adopted = "spec.adopt.id can't be changed once it is set: create another CacheCluster that names the other cache"

const network = (fields: object) => redis({ network: fields })
const encryption = (fields: object) => redis({ encryption: fields })
const mode = (value: string) => redis({}, { clusterMode: value, replicasPerShard: 1 })
const tls = (value: string) => memcached({ encryption: { inTransit: value } })

export const updateRows: readonly UpdateRow[] = [
  row('nothing', fullRedis(), fullRedis()),
  row('redis to valkey', redis({ engineVersion: '7.1' }), valkey({ engineVersion: '8.0' })),
  row('valkey to redis', valkey(), redis(), engine),
  row('redis to memcached', redis(), memcached(), engine),
  row('memcached to valkey', memcached(), valkey(), engine),

  row('a newer version', redis({ engineVersion: '7.0' }), redis({ engineVersion: '7.1' })),
  row('a version ten above', valkey({ engineVersion: '8.9' }), valkey({ engineVersion: '8.10' })),
  row('an older minor version', redis({ engineVersion: '7.1' }), redis({ engineVersion: '7.0' }), lowered),
  row('an older major version', valkey({ engineVersion: '8.0' }), valkey({ engineVersion: '7.2' }), lowered),
  row('a version no longer named', redis({ engineVersion: '7.1' }), redis()),
  row('another overlap', redis({ maintenance: { overlap: '1h' } }), redis({ maintenance: { overlap: '0s' } })),

  row('another port', network({ port: 6379 }), network({ port: 6380 }), port),
  row('a port where there was none', redis(), network({ port: 6380 }), port),
  row('no port any more', network({ port: 6380 }), network({}), port),
  row('another subnet group', network({ subnetGroupName: 'a' }), network({ subnetGroupName: 'b' }), subnets),
  row('a subnet group where there was none', redis(), network({ subnetGroupName: 'b' }), subnets),
  row('another network type', network({ type: 'ipv4' }), network({ type: 'dual_stack' }), networkType),
  row('no network type any more', network({ type: 'ipv6' }), redis(), networkType),
  row('other security groups', network({ securityGroupIds: ['sg-1'] }), network({ securityGroupIds: ['sg-2'] })),

  row('encryption at rest on', encryption({ atRest: false }), encryption({ atRest: true }), atRest),
  row('encryption at rest off', encryption({ atRest: true }), encryption({ atRest: false }), atRest),
  row('encryption at rest where nothing was said', redis(), encryption({ atRest: true }), atRest),
  row(
    'another KMS key',
    encryption({ atRest: true, kmsKeyId: 'a' }),
    encryption({ atRest: true, kmsKeyId: 'b' }),
    kmsKey,
  ),
  row('no KMS key any more', encryption({ atRest: true, kmsKeyId: 'a' }), encryption({ atRest: true }), kmsKey),
  row('TLS of redis', redis(), encryption({ inTransit: 'Preferred' })),
  row('TLS of memcached on', memcached(), tls('Required'), memcachedTls),
  row('TLS of memcached off', tls('Required'), memcached(), memcachedTls),
  row('TLS of memcached, from unsaid to Disabled', memcached(), tls('Disabled')),

  row('cluster mode, one step on', mode('Disabled'), mode('Compatible')),
  row('cluster mode, from Compatible back', mode('Compatible'), mode('Disabled')),
  row('cluster mode, to the end', mode('Compatible'), mode('Enabled')),
  row('cluster mode, from the end back', mode('Enabled'), mode('Compatible'), clusterMode),
  row('cluster mode no longer named', mode('Enabled'), redis({}, { replicasPerShard: 1 }), clusterMode),

  row('a higher version', redis({ engineVersion: '6.2' }), redis({ engineVersion: '7.1' })),
  row('a lower version', redis({ engineVersion: '7.1' }), redis({ engineVersion: '7.0' }), lowered),
  row('a lower major version', valkey({ engineVersion: '8.0' }), valkey({ engineVersion: '7.2' }), lowered),
  row('versions are compared as numbers', redis({ engineVersion: '7.9' }), redis({ engineVersion: '7.10' })),
  row('a version no longer named', redis({ engineVersion: '7.1' }), redis()),
  row('a version less exact than before', redis({ engineVersion: '7.1' }), redis({ engineVersion: '7' })),
  row(
    'memcached, a lower patch of the same version',
    memcached({ engineVersion: '1.6.22' }),
    memcached({ engineVersion: '1.6.12' }),
    lowered,
  ),

  row('another cache to adopt', redis({ adopt: { id: 'a' } }), redis({ adopt: { id: 'b' } }), adopted),
  row('a cache to adopt where there was none', redis(), redis({ adopt: { id: 'a' } })),
  row('no cache to adopt any more', redis({ adopt: { id: 'a' } }), redis(), adopted),
  row('another overlap', redis({ maintenance: { overlap: '1h' } }), redis({ maintenance: { overlap: '10m' } })),

  row('another node type', redis(), redis({}, { type: 'cache.r7g.large' })),
  row('more replicas', redis({}, { replicasPerShard: 1 }), redis({}, { replicasPerShard: 2 })),
  row('more memcached nodes', memcached({}, { count: 1 }), memcached({}, { count: 3 })),
]
