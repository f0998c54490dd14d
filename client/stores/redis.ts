import { Cluster, Redis, type RedisOptions } from 'ioredis'
import type { Binding } from '../binding.ts'
import { CacheError, CacheRefusal } from '../errors.ts'
import { within } from './deadline.ts'
import type { Limits, Store } from './store.ts'

/** A Redis or Valkey store. It connects by itself, again and again; `connected` ends when it is ready or the time is over. */
export const redisStore = (
  binding: Binding,
  limits: Limits,
  onError: (error: CacheError) => void,
): { readonly store: Store; readonly connected: Promise<void> } => {
  const client = binding.clusterMode ? clusterOf(binding, limits) : singleOf(binding, limits)
  client.on('error', (error: Error) => onError(cacheError(error)))

  const run = async <T>(command: () => Promise<T>): Promise<T> => {
    try {
      return await within(limits.timeoutMs, ready(client).then(command))
    } catch (error) {
      throw cacheError(error)
    }
  }

  const store: Store = {
    get: (key) => run(async () => (await client.get(key)) ?? undefined),
    set: (key, text, ttlMs) =>
      run(async () => {
        if (ttlMs === undefined) await client.set(key, text)
        else await client.set(key, text, 'PX', ttlMs)
      }),
    delete: (key) =>
      run(async () => {
        await client.del(key)
      }),
    close: async () => {
      if (client.status === 'ready') await within(limits.timeoutMs, client.quit()).catch(() => {})
      client.disconnect()
    },
  }
  return { store, connected: within(limits.connectTimeoutMs, ready(client)).catch(() => {}) }
}

const optionsOf = ({ username, password, database, tls, certificates }: Binding, limits: Limits) =>
  ({
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    db: database,
    ...(tls ? { tls: certificates ? { ca: certificates } : {} } : {}),
    connectTimeout: limits.connectTimeoutMs,
    socketTimeout: 2 * limits.timeoutMs, // a silent server: connect anew rather than wait for the kernel to give up
    autoResendUnfulfilledCommands: false, // an old write must not land after the caller has given it up
    maxRetriesPerRequest: 0,
    reconnectOnError: ({ message }: Error) => message.startsWith('READONLY'), // a failover: the name now leads elsewhere
  }) satisfies RedisOptions

const retryDelayMs = (attempt: number): number => Math.min(50 * 2 ** Math.min(attempt, 6), 2_000)

const singleOf = (binding: Binding, limits: Limits): Redis =>
  new Redis({
    ...optionsOf(binding, limits),
    host: binding.nodes[0].host,
    port: binding.nodes[0].port,
    enableOfflineQueue: false,
    retryStrategy: retryDelayMs,
  })

const clusterOf = (binding: Binding, limits: Limits): Cluster =>
  new Cluster([...binding.nodes], {
    redisOptions: { ...optionsOf(binding, limits), db: 0 },
    enableOfflineQueue: false,
    clusterRetryStrategy: retryDelayMs,
    slotsRefreshTimeout: limits.connectTimeoutMs,
    maxRedirections: 4,
    retryDelayOnFailover: 50,
    retryDelayOnClusterDown: 50,
    // With TLS the certificate names hosts, not the addresses that they stand for.
    ...(binding.tls ? { dnsLookup: (host, done) => done(null, host) } : {}),
  })

/** Waits while a connection is being made; fails at once while there is none. */
const ready = async (client: Redis | Cluster): Promise<void> => {
  if (client.status === 'ready') return
  if (!['wait', 'connecting', 'connect'].includes(client.status)) throw new CacheError('not connected')
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const failed = () => reject(new CacheError('not connected'))
  client.once('ready', resolve).once('close', failed).once('end', failed)
  try {
    await promise
  } finally {
    client.off('ready', resolve).off('close', failed).off('end', failed)
  }
}

const cacheError = (error: unknown): CacheError => {
  if (error instanceof CacheError) return error
  if (!(error instanceof Error)) return new CacheError('unknown failure')
  return error.name === 'ReplyError' ? new CacheRefusal(error.message) : new CacheError(error.message)
}
