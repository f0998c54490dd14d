import { Memcache } from 'memcache'
import type { Address } from '../address.ts'
import type { Binding } from '../binding.ts'
import { CacheError } from '../errors.ts'
import { type BreakerRule, behindBreaker } from './breaker.ts'
import { memcachedNode } from './memcached-node.ts'
import { memcachedKey } from './memcached-protocol.ts'
import type { Limits, Store } from './store.ts'

/**
 * A store over one or more memcached servers. Each key has its server on a ketama ring, so that most keys stay where they
 * are when a server comes or goes. Each server has a breaker of its own: a dead one costs its own keys, and only those.
 */
export const memcachedStore = (binding: Binding, limits: Limits, rule: BreakerRule, now: () => number): Store => {
  const { tls, certificates } = binding
  const servers = new Map(
    binding.nodes.map((address) => [
      nameOf(address),
      behindBreaker(memcachedNode(address, { tls, limits, now, ...(certificates ? { certificates } : {}) }), rule, now),
    ]),
  )
  const ring = new Memcache({ nodes: [...servers.keys()] }).hash // it never connects: only its ring is used
  const serverOf = (key: string): Store => {
    const server = servers.get(ring.getNodesByKey(key)[0]?.id ?? '')
    if (!server) throw new CacheError('the ring has no server')
    return server
  }
  const placed = async <T>(key: string, operation: (server: Store, key: string) => Promise<T>): Promise<T> => {
    const wireKey = memcachedKey(key)
    return operation(serverOf(wireKey), wireKey)
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
