import {
  DescribeCacheParameterGroupsCommand,
  DescribeCacheParametersCommand,
  DescribeEngineDefaultParametersCommand,
  type ElastiCacheClient,
  type Parameter,
} from '@aws-sdk/client-elasticache'
import type { ObservedParameters } from '../../plan/core/observed.ts'
import { pageSize } from '../snapshot/lists.ts'
import { allPages } from '../snapshot/pages.ts'

const valuesOf = (parameters: readonly Parameter[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    parameters
      .map(({ ParameterName, ParameterValue }): [string, string] => [ParameterName ?? '', ParameterValue ?? ''])
      .filter(([name]) => name !== '')
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )

/** What a family lets one set, with its defaults. The same for all groups of a family, so it is worth keeping. */
export const readSettable = async (
  client: ElastiCacheClient,
  family: string,
): Promise<Readonly<Record<string, string>>> => {
  const { items } = await allPages(async (Marker) => {
    const reply = await client.send(
      new DescribeEngineDefaultParametersCommand({
        CacheParameterGroupFamily: family,
        MaxRecords: pageSize,
        Marker,
      }),
    )
    const page = reply.EngineDefaults
    return { items: page?.Parameters ?? [], marker: page?.Marker }
  })
  return valuesOf(items.filter((parameter) => parameter.IsModifiable))
}

/** A parameter group and the values that somebody set in it. Throws the SDK's not-found when AWS has none. */
export const readParameterGroup = async (
  client: ElastiCacheClient,
  name: string,
  settableOf: (family: string) => Promise<Readonly<Record<string, string>>>,
): Promise<ObservedParameters | undefined> => {
  const reply = await client.send(new DescribeCacheParameterGroupsCommand({ CacheParameterGroupName: name }))
  const group = reply.CacheParameterGroups?.[0]
  if (!group) return undefined
  const family = group.CacheParameterGroupFamily ?? ''
  const set = await allPages(async (Marker) => {
    const page = await client.send(
      new DescribeCacheParametersCommand({
        CacheParameterGroupName: name,
        Source: 'user',
        MaxRecords: pageSize,
        Marker,
      }),
    )
    return { items: page.Parameters ?? [], marker: page.Marker }
  })
  return {
    name: (group.CacheParameterGroupName ?? name).toLowerCase(),
    arn: group.ARN ?? '',
    family,
    values: valuesOf(set.items),
    settable: await settableOf(family),
  }
}
