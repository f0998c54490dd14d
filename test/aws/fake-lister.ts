import type { CacheCluster, ReplicationGroup } from '@aws-sdk/client-elasticache'
import type { Lister, Page } from '../../src/aws/snapshot/pages.ts'

/** A scripted account: what AWS has, and what becomes of each list call. */
export interface FakeLister extends Lister {
  groupsThere: readonly ReplicationGroup[]
  clustersThere: readonly CacheCluster[]
  /** Things on a page. */
  pageSize: number
  /** While set, every call fails with it. */
  failing: unknown
  /** While true, calls wait until `release`. */
  held: boolean
  release(): void
  /** Every call, `groups` or `clusters` or `standalone`, with the marker. */
  readonly calls: string[]
}

export const fakeLister = (): FakeLister => {
  let waiting: (() => void)[] = []
  const pageOf = async <T>(name: string, things: () => readonly T[], marker: string | undefined): Promise<Page<T>> => {
    lister.calls.push(marker === undefined ? name : `${name} ${marker}`)
    if (lister.held) await new Promise<void>((resolve) => waiting.push(resolve))
    if (lister.failing !== undefined) throw lister.failing
    const from = Number(marker ?? 0)
    const to = from + lister.pageSize
    return { items: things().slice(from, to), marker: to < things().length ? String(to) : undefined }
  }
  const lister: FakeLister = {
    groupsThere: [],
    clustersThere: [],
    pageSize: 100,
    failing: undefined,
    held: false,
    release: () => {
      lister.held = false
      const held = waiting
      waiting = []
      for (const go of held) go()
    },
    calls: [],
    groups: (marker) => pageOf('groups', () => lister.groupsThere, marker),
    clusters: (marker, standalone) =>
      pageOf(
        standalone ? 'standalone' : 'clusters',
        () => lister.clustersThere.filter((cluster) => !standalone || !cluster.ReplicationGroupId),
        marker,
      ),
  }
  return lister
}
