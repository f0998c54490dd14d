/** Lists whose pages are cut by the name of a resource, and the member that holds it: there a page can begin elsewhere. */
const NAMING: Readonly<Record<string, string>> = {
  DescribeReplicationGroups: 'ReplicationGroupId',
  DescribeCacheClusters: 'CacheClusterId',
  DescribeCacheParameterGroups: 'CacheParameterGroupName',
  DescribeCacheParameters: 'ParameterName',
  DescribeCacheSubnetGroups: 'CacheSubnetGroupName',
  DescribeSnapshots: 'SnapshotName',
  DescribeServerlessCaches: 'ServerlessCacheName',
  DescribeServerlessCacheSnapshots: 'ServerlessCacheSnapshotName',
  DescribeServiceUpdates: 'ServiceUpdateName',
  DescribeUsers: 'UserId',
  DescribeUserGroups: 'UserGroupId',
}

/** The actions whose pages can be shifted. */
export const SHIFTABLE: readonly string[] = Object.keys(NAMING)

const lastNameOf = (action: string, result: object): string | undefined => {
  const member = Object.hasOwn(NAMING, action) ? NAMING[action] : undefined
  const last: unknown = Object.values(result).find(Array.isArray)?.at(-1)
  if (member === undefined || typeof last !== 'object' || last === null) return undefined
  const name = (last as Readonly<Record<string, unknown>>)[member]
  return typeof name === 'string' ? name : undefined
}

const encoded = (key: string) => Buffer.from(key, 'utf8').toString('base64')

/**
 * An answer whose next page begins one resource too late, or with the last of this page.
 * Undefined when it has no next page, or a list that cannot be shifted.
 */
export const shiftedPage = (action: string, result: object, shift: 'miss' | 'repeat'): object | undefined => {
  const { Marker, NextToken } = result as { readonly Marker?: string; readonly NextToken?: string }
  const next = Marker ?? NextToken
  const last = lastNameOf(action, result)
  if (next === undefined || last === undefined) return undefined
  const from = shift === 'repeat' ? last : `${Buffer.from(next, 'base64').toString('utf8')}\0`
  return { ...result, ...(Marker === undefined ? { NextToken: encoded(from) } : { Marker: encoded(from) }) }
}
