import type { CacheCluster, ReplicationGroup } from '@aws-sdk/client-elasticache'
import type { ObservedCache } from '../../plan/core/observed.ts'
import { AwsLayerError } from '../errors/errors.ts'
import { lower } from '../translate/parts.ts'
import { translate } from '../translate/translate.ts'

export interface Page<T> {
  readonly items: readonly T[]
  /** Where the next page begins; undefined or '' after the last. */
  readonly marker: string | undefined
}

/** The lists of one account and region, page by page, 100 things a page. */
export interface Lister {
  groups(marker: string | undefined): Promise<Page<ReplicationGroup>>
  /** `standalone`: only clusters that are in no replication group. */
  clusters(marker: string | undefined, standalone: boolean): Promise<Page<CacheCluster>>
}

/** What a poll is to find. */
export interface Wanted {
  readonly groups: boolean
  readonly memcached: boolean
}

export interface Polled {
  readonly caches: readonly ObservedCache[]
  /** By the name of a parameter group: the ids of all groups and clusters that use it, whoever made them. */
  readonly parameterGroupUsers: ReadonlyMap<string, readonly string[]>
  readonly groupPages: number
  readonly clusterPages: number
}

/** All pages of a list. A marker that comes back a second time would lead round for ever, so it ends in an error. */
export const allPages = async <T>(
  pageAt: (marker: string | undefined) => Promise<Page<T>>,
): Promise<{ readonly items: readonly T[]; readonly pages: number }> => {
  const items: T[] = []
  const markers = new Set<string>()
  for (let marker: string | undefined, pages = 1; ; pages++) {
    const page = await pageAt(marker)
    items.push(...page.items)
    if (!page.marker) return { items, pages }
    if (markers.has(page.marker))
      throw new AwsLayerError('StrangeReply', 'A list came back to a page that it had already')
    markers.add(page.marker)
    marker = page.marker
  }
}

/** From the clusters as AWS lists them, since a redis cluster without a group, which Larder never makes, may use one too. */
const usersOf = (clusters: readonly CacheCluster[]): ReadonlyMap<string, readonly string[]> => {
  const users = new Map<string, Set<string>>()
  for (const cluster of clusters) {
    const name = lower(cluster.CacheParameterGroup?.CacheParameterGroupName)
    const ids = users.get(name) ?? new Set()
    users.set(name, ids.add(lower(cluster.ReplicationGroupId ?? cluster.CacheClusterId)))
  }
  return new Map([...users].map(([name, ids]) => [name, [...ids].sort()]))
}

const nothing = { items: [], pages: 0 }

/** One poll: the replication groups if anybody wants them, then the clusters, which tell the memcached ones and all members. */
export const pollAll = async (lister: Lister, wanted: Wanted): Promise<Polled> => {
  const groups = wanted.groups ? await allPages((marker) => lister.groups(marker)) : nothing
  const clusters =
    wanted.groups || wanted.memcached ? await allPages((marker) => lister.clusters(marker, !wanted.groups)) : nothing
  return {
    caches: translate(groups.items, clusters.items),
    parameterGroupUsers: usersOf(clusters.items),
    groupPages: groups.pages,
    clusterPages: clusters.pages,
  }
}
