import type { Endpoint, Member, ObservedCache } from '../core/observed.ts'

/** Where clients connect first: the configuration endpoint in cluster mode, the primary elsewhere, memcached's first node. */
export const firstEndpoint = (cache: ObservedCache, sharded: boolean): Endpoint | undefined => {
  if (cache.is === 'memcached') return nodeEndpoints(cache)[0] ?? cache.configuration
  return sharded ? cache.configuration : (cache.primary ?? cache.configuration)
}

/** The same, by what the cache is now. */
export const addressOf = (cache: ObservedCache): Endpoint | undefined =>
  firstEndpoint(cache, cache.is === 'group' && cache.clusterMode === 'Enabled')

/** What stays: a node that is being deleted takes no new clients. */
const staying = (cache: ObservedCache): readonly Member[] =>
  cache.members.filter((member) => member.state !== 'deleting')

/** host:port of what can be reached by its own name, in the order of the nodes. */
export const nodeEndpoints = (cache: ObservedCache): readonly Endpoint[] =>
  [...staying(cache)]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap((member) => (member.endpoint === undefined ? [] : [member.endpoint]))

/** Whether the endpoints are complete enough to hand out: half a list of nodes would send keys astray. */
export const reachable = (cache: ObservedCache, sharded: boolean): boolean => {
  if (cache.is === 'group') return firstEndpoint(cache, sharded) !== undefined
  const nodes = staying(cache)
  return nodes.length > 0 && nodes.every((node) => node.endpoint !== undefined && node.status !== 'creating')
}
