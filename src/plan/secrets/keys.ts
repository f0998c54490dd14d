import { wholeSeconds } from '../../crds/duration.ts'
import type { PolicyFile } from '../../crds/policy-file.ts'
import { given } from '../core/given.ts'
import type { Endpoint, ObservedCache, ObservedGroup, ObservedMemcached } from '../core/observed.ts'
import { isNewer } from '../core/version.ts'
import { firstEndpoint, nodeEndpoints } from './endpoints.ts'
import type { Way } from './way.ts'

export interface SecretInputs extends Way {
  readonly cache: ObservedCache
  /** The auth token, or what stands for it while hashing; undefined when there is none. */
  readonly token: string | undefined
  readonly policy: PolicyFile | undefined
  readonly envPrefix: string
}

type Keys = Record<string, string>

const at = (endpoint: Endpoint): string => `${endpoint.host}:${endpoint.port}`

/**
 * The keys that frameworks read by themselves. Two sets, since file names (binding) and environment names follow different
 * rules: no `ssl` key (it stops Spring Boot 3.1 from starting), `tls` only when it is on (kube-service-bindings takes any
 * text for yes), `redis` as type for valkey too (no library knows `valkey`).
 */
export const secretKeys = (inputs: SecretInputs) => {
  const { cache } = inputs
  const keys = cache.is === 'memcached' ? memcachedKeys(cache) : redisKeys(cache, inputs)
  return {
    binding: given<Keys>({ ...keys.binding, 'policy.json': inputs.policy && JSON.stringify(inputs.policy) }),
    env: given<Keys>({ ...keys.env, ...policyEnv(inputs.policy, cache.is) }),
  }
}

/**
 * Who sends the token: users came with Redis 6, and there an auth token is the password of the user `default`. redis-cli and
 * others take an empty user in a URL for a user of that name, so the name is spelled out where the engine knows it.
 */
const userOf = (cache: ObservedGroup, token: string | undefined): string | undefined =>
  token === undefined || (cache.engine === 'redis' && isNewer('6', cache.engineVersion)) ? undefined : 'default'

const redisUrl = (endpoint: Endpoint | undefined, tls: boolean, user: string | undefined, token: string | undefined) =>
  endpoint &&
  `${tls ? 'rediss' : 'redis'}://${token === undefined ? '' : `${user ?? ''}:${encodeURIComponent(token)}@`}${at(endpoint)}/0`

const redisKeys = (cache: ObservedGroup, { token, tls, sharded }: SecretInputs) => {
  const first = firstEndpoint(cache, sharded)
  const user = userOf(cache, token)
  const url = redisUrl(first, tls, user, token)
  const reader = sharded || cache.replicasPerShard === 0 ? undefined : cache.reader
  return {
    binding: {
      type: 'redis',
      provider: 'aws-elasticache',
      host: first?.host,
      port: first && String(first.port),
      username: user,
      password: token,
      database: '0',
      uri: url,
      url,
      tls: tls ? 'true' : undefined,
      'reader-host': reader?.host,
      'reader-port': reader && String(reader.port),
      'reader-uri': redisUrl(reader, tls, user, token),
      'cluster.nodes': sharded && first ? at(first) : undefined,
      'configuration-endpoint': cache.configuration && at(cache.configuration),
    },
    env: {
      REDIS_URL: url,
      REDIS_HOST: first?.host,
      REDIS_PORT: first && String(first.port),
      REDIS_USERNAME: user,
      REDIS_PASSWORD: token,
      REDIS_DB: '0',
      REDIS_TLS: String(tls),
      REDIS_READER_URL: redisUrl(reader, tls, user, token),
      REDIS_CLUSTER_NODES: sharded && first ? at(first) : undefined,
      CACHE_URL: url,
    },
  }
}

const memcachedKeys = (cache: ObservedMemcached) => {
  const nodes = nodeEndpoints(cache)
  const servers = nodes.map(at).join(',')
  const [first] = nodes
  const configuration = cache.configuration && at(cache.configuration)
  const tls = cache.inTransit !== 'Disabled'
  return {
    binding: {
      type: 'memcached',
      provider: 'aws-elasticache',
      host: first?.host,
      port: first && String(first.port),
      nodes: servers,
      uri: `memcached://${servers}`,
      url: `memcached://${servers}`,
      tls: tls ? 'true' : undefined,
      'configuration-endpoint': configuration,
    },
    env: {
      MEMCACHE_SERVERS: servers,
      MEMCACHED_SERVERS: servers,
      MEMCACHED_HOST: first?.host,
      MEMCACHED_PORT: first && String(first.port),
      MEMCACHED_TLS: tls ? 'true' : undefined,
      MEMCACHED_CONFIGURATION_ENDPOINT: configuration,
      CACHE_URL: `pymemcache://${servers}`,
    },
  }
}

const seconds = (ms: number | undefined) => (ms === undefined ? undefined : String(wholeSeconds(ms)))

const policyEnv = (policy: PolicyFile | undefined, topology: ObservedCache['is']) => {
  if (policy === undefined) return {}
  const { ttl, staleness, session } = policy
  return {
    CACHE_POLICY: JSON.stringify(policy),
    CACHE_READ_STRATEGY: policy.strategy.read,
    CACHE_WRITE_STRATEGY: policy.strategy.write,
    CACHE_TTL: ttl.defaultMs === undefined ? undefined : `${wholeSeconds(ttl.defaultMs)}s`,
    CACHE_TTL_SECONDS: seconds(ttl.defaultMs),
    CACHE_TTL_MS: ttl.defaultMs === undefined ? undefined : String(ttl.defaultMs),
    CACHE_TTL_MAX_SECONDS: seconds(ttl.maxMs),
    CACHE_TTL_JITTER_PERCENT: String(ttl.jitterPercent),
    CACHE_NEGATIVE_TTL_SECONDS: seconds(ttl.negativeMs),
    CACHE_STALE_WHILE_REVALIDATE_SECONDS: seconds(staleness.whileRevalidateMs),
    CACHE_STALE_IF_ERROR_SECONDS: seconds(staleness.ifErrorMs),
    CACHE_REFRESH_AHEAD_SECONDS: seconds(policy.refreshAhead?.thresholdMs),
    CACHE_STAMPEDE_PROTECTION: policy.stampedeProtection,
    CACHE_KEY_PREFIX: policy.keys.prefix,
    CACHE_KEY_VERSION: policy.invalidation.keyVersion,
    CACHE_TTL_RULES: JSON.stringify(ttl.byPrefix),
    // memcached evicts by its own rules: what isn't in force is not told.
    CACHE_EVICTION_POLICY: topology === 'memcached' ? undefined : policy.eviction?.policy,
    SESSION_TTL_SECONDS: seconds(session?.ttlMs),
    SESSION_PREFIX: session?.prefix,
  }
}
