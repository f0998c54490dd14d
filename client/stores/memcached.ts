import type { Address } from '../address.ts'
import type { Binding } from '../binding.ts'
import { CacheError } from '../errors.ts'
import { type BreakerRule, behindBreaker } from './breaker.ts'
import { memcachedNode } from './memcached-node.ts'
import { memcachedKey } from './memcached-protocol.ts'
import { ringOf } from './ring.ts'
import type { Limits, Store } from './store.ts'

/**
 * A store over one or more memcached servers, each key on one of them by a consistent hash. Each server has a breaker of
 * its own: a dead one costs its own keys, and only those.
 */
export const memcachedStore = (binding: Binding, limits: Limits, rule: BreakerRule, now: () => number): Store => {
  const { tls, certificates } = binding
  const servers = new Map(
    binding.nodes.map((address) => [
      nameOf(address),
      behindBreaker(memcachedNode(address, { tls, limits, now, ...(certificates ? { certificates } : {}) }), rule, now),
    ]),
  )
  const [first, ...others] = servers.keys()
  if (first === undefined) throw new CacheError('there is no server')
  const ring = ringOf([first, ...others])

  const placed = async <T>(key: string, operation: (server: Store, key: string) => Promise<T>): Promise<T> => {
    const wireKey = memcachedKey(key)
    const server = servers.get(ring(wireKey))
    if (!server) throw new CacheError('the ring has no such server')
    return operation(server, wireKey)
  }
  return {
    get: (key) => placed(key, (server, wireKey) => server.get(wireKey)),
    set: (key, text, ttlMs) => placed(key, (server, wireKey) => server.set(wireKey, text, ttlMs)),
    delete: (key) => placed(key, (server, wireKey) => server.delete(wireKey)),
    close: async () => {
      await Promise.all([...servers.values()].map((server) => server.close()))
    },
  }
}

const nameOf = ({ host, port }: Address): string => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)
