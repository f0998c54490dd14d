const NAMING = [
  'ReplicationGroupId',
  'CacheClusterId',
  'CacheParameterGroupName',
  'CacheSubnetGroupName',
  'ServerlessCacheSnapshotName',
  'ServerlessCacheName',
  'UserGroupId',
  'UserId',
]

/** Lists whose pages are not cut by the name of the resource alone, so that no marker can be moved by one. */
const lastNameOf = (result: object): string | undefined => {
  const last: unknown = Object.values(result).find(Array.isArray)?.at(-1)
  if (typeof last !== 'object' || last === null) return undefined
  const name = NAMING.map((member) => (last as Readonly<Record<string, unknown>>)[member]).find(
    (value) => typeof value === 'string',
  )
  return typeof name === 'string' ? name : undefined
}

const encoded = (key: string) => Buffer.from(key, 'utf8').toString('base64')

/**
 * An answer whose next page begins one resource too late, or with the last of this page.
 * Undefined when it has no next page, or a list that cannot be shifted.
 */
export const shiftedPage = (result: object, shift: 'miss' | 'repeat'): object | undefined => {
  const { Marker, NextToken } = result as { readonly Marker?: string; readonly NextToken?: string }
  const next = Marker ?? NextToken
  const last = lastNameOf(result)
  if (next === undefined || last === undefined) return undefined
  const from = shift === 'repeat' ? last : `${Buffer.from(next, 'base64').toString('utf8')}\0`
  return { ...result, ...(Marker === undefined ? { NextToken: encoded(from) } : { Marker: encoded(from) }) }
}
