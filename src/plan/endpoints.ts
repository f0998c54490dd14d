import type { Endpoint, ObservedCache } from './observed.ts'

/** Where clients connect first: the configuration endpoint in cluster mode, the primary elsewhere, memcached's first node. */
export const firstEndpoint = (cache: ObservedCache): Endpoint | undefined => {
  if (cache.is === 'memcached') return nodeEndpoints(cache)[0] ?? cache.configuration
  return cache.clusterMode === 'Enabled' ? cache.configuration : (cache.primary ?? cache.configuration)
}

/** host:port of what can be reached by its own name, in the order of the nodes. */
export const nodeEndpoints = (cache: ObservedCache): readonly Endpoint[] =>
  [...cache.members]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap((member) => (member.endpoint === undefined ? [] : [member.endpoint]))

/** Whether the endpoints are complete enough to hand out: a half list would send traffic astray. */
export const reachable = (cache: ObservedCache): boolean =>
  firstEndpoint(cache) !== undefined && (cache.is === 'group' || nodeEndpoints(cache).length > 0)
