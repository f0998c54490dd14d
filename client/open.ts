import type { Binding, Engine } from './binding.ts'
import { bindingFromEnvironment } from './binding.ts'
import { findBindingFolder, readBindingFolder } from './binding-folder.ts'
import { type Cache, cacheOver } from './cache.ts'
import { BindingError, type CacheError } from './errors.ts'
import { noPolicy, type Policy, parsePolicy } from './policy.ts'
import { type BreakerRule, behindBreaker } from './stores/breaker.ts'
import { memcachedStore } from './stores/memcached.ts'
import { redisStore } from './stores/redis.ts'
import type { Limits } from './stores/store.ts'

export interface OpenOptions {
  /** A folder with the binding's files: an absolute path, or a name below SERVICE_BINDING_ROOT. */
  readonly binding?: string
  /** What stands before each name in the environment, as `envPrefix` of the binding says. Default: nothing. */
  readonly envPrefix?: string
  /** Which engine to take where the environment or the folders name both. */
  readonly engine?: Engine
  /** Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Certificates to trust instead of those in the binding: PEM text. */
  readonly ca?: string
  /** A policy to apply instead of the one in the binding. */
  readonly policy?: Policy
  /** One cache operation may take so long; then the call goes on without the cache. Default: 250 ms. */
  readonly timeoutMs?: number
  /** One connection may take so long, and `openCache` waits no longer for the first. Default: 1,000 ms. */
  readonly connectTimeoutMs?: number
  /** After so many failures in a row the cache is left alone for a while. Default: 3 failures, 1,000 ms. */
  readonly breaker?: BreakerRule
  /** Hears of each failure of the cache, for logs. The error holds no command, no value and no secret. */
  readonly onError?: (error: CacheError) => void
}

/**
 * Opens the cache that is bound to this workload. The binding is looked for in the folder `binding`, else in the
 * environment, else as the only cache below SERVICE_BINDING_ROOT. A cache that is down doesn't make it fail.
 *
 * @throws BindingError when there is no binding, or it is ambiguous or malformed
 * @throws PolicyError when the policy document can't be read
 */
export const openCache = async (options: OpenOptions = {}): Promise<Cache> => {
  const found = await bindingOf(options)
  const binding = options.ca === undefined ? found : { ...found, certificates: options.ca }
  const policy = options.policy ?? (binding.policy === undefined ? noPolicy : parsePolicy(binding.policy))
  const limits: Limits = { timeoutMs: options.timeoutMs ?? 250, connectTimeoutMs: options.connectTimeoutMs ?? 1_000 }
  const rule = options.breaker ?? { failures: 3, cooldownMs: 1_000 }
  const onError = options.onError ?? (() => {})

  if (binding.engine === 'memcached') {
    return cacheOver({ policy, store: memcachedStore(binding, limits, rule, Date.now), onError })
  }
  const { store, connected } = redisStore(binding, limits, onError)
  await connected
  return cacheOver({ policy, store: behindBreaker(store, rule, Date.now), onError })
}

const bindingOf = async ({
  binding,
  envPrefix = '',
  engine,
  environment = process.env,
}: OpenOptions): Promise<Binding> => {
  const root = environment.SERVICE_BINDING_ROOT
  const found =
    binding === undefined
      ? (bindingFromEnvironment(environment, envPrefix, engine) ??
        (root === undefined ? undefined : await findBindingFolder(root, engine)))
      : await readBindingFolder(binding, root)
  if (found) return found
  throw new BindingError(
    `no cache is bound: set ${envPrefix}REDIS_URL or ${envPrefix}MEMCACHE_SERVERS, or mount a binding and set SERVICE_BINDING_ROOT`,
  )
}
