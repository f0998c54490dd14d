import {
  DescribeCacheEngineVersionsCommand,
  DescribeEventsCommand,
  type ElastiCacheClient,
  ListTagsForResourceCommand,
  type SourceType,
} from '@aws-sdk/client-elasticache'
import type { ObservedEvent, Tags } from '../../plan/core/observed.ts'
import { pageSize } from '../snapshot/lists.ts'
import { allPages } from '../snapshot/pages.ts'
import { byVersion } from '../translate/parts.ts'

/** AWS keeps events for 14 days. */
const longestMinutes = 14 * 24 * 60

export const readTags = async (client: ElastiCacheClient, arn: string): Promise<Tags> => {
  const { TagList = [] } = await client.send(new ListTagsForResourceCommand({ ResourceName: arn }))
  return Object.fromEntries(
    TagList.map(({ Key, Value }): [string, string] => [Key ?? '', Value ?? '']).sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

export interface EventSource {
  readonly id: string
  readonly type: SourceType
}

/** The events of the sources within the last `sinceMs`, the newest last. */
export const readEvents = async (
  client: ElastiCacheClient,
  sources: readonly EventSource[],
  sinceMs: number,
): Promise<readonly ObservedEvent[]> => {
  const minutes = Math.min(longestMinutes, Math.max(1, Math.ceil(sinceMs / 60_000)))
  const lists = await Promise.all(
    sources.map(({ id, type }) =>
      allPages(async (Marker) => {
        const reply = await client.send(
          new DescribeEventsCommand({
            SourceIdentifier: id,
            SourceType: type,
            Duration: minutes,
            MaxRecords: pageSize,
            Marker,
          }),
        )
        return { items: reply.Events ?? [], marker: reply.Marker }
      }),
    ),
  )
  return lists
    .flatMap(({ items }) => items)
    .flatMap(({ Date: time, Message }) => (time && Message ? [{ time: time.toISOString(), message: Message }] : []))
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
}

export interface DefaultVersion {
  readonly engineVersion: string
  readonly family: string
}

/** What AWS takes when no version is asked for: of several defaults, one for each major version, the newest. */
export const readDefaultVersion = async (
  client: ElastiCacheClient,
  engine: string,
): Promise<DefaultVersion | undefined> => {
  const reply = await client.send(new DescribeCacheEngineVersionsCommand({ Engine: engine, DefaultOnly: true }))
  const versions = (reply.CacheEngineVersions ?? []).map((version) => ({
    engineVersion: version.EngineVersion ?? '',
    family: version.CacheParameterGroupFamily ?? '',
  }))
  return versions.sort((a, b) => byVersion(b.engineVersion, a.engineVersion))[0]
}
