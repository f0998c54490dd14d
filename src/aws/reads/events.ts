import { DescribeEventsCommand, type ElastiCacheClient, type Event, type SourceType } from '@aws-sdk/client-elasticache'
import type { ObservedEvent } from '../../plan/core/observed.ts'
import { pageSize } from '../snapshot/lists.ts'
import { allPages } from '../snapshot/pages.ts'

/** AWS keeps events for 14 days. */
const longestMinutes = 14 * 24 * 60

export interface EventSource {
  readonly id: string
  readonly type: SourceType
}

/** An event with what it is about: a group, a cluster, a parameter group, or something else of the account. */
export interface EventWithSource extends ObservedEvent {
  readonly sourceId: string
}

const eventsWithin = async (
  client: ElastiCacheClient,
  sinceMs: number,
  source?: EventSource,
): Promise<readonly Event[]> => {
  const { items } = await allPages(async (Marker) => {
    const reply = await client.send(
      new DescribeEventsCommand({
        ...(source === undefined ? {} : { SourceIdentifier: source.id, SourceType: source.type }),
        Duration: Math.min(longestMinutes, Math.max(1, Math.ceil(sinceMs / 60_000))),
        MaxRecords: pageSize,
        Marker,
      }),
    )
    return { items: reply.Events ?? [], marker: reply.Marker }
  })
  return items
}

const translated = (events: readonly Event[]): readonly EventWithSource[] =>
  events
    .flatMap(({ Date: time, Message: message, SourceIdentifier: sourceId }) =>
      time && message ? [{ time: time.toISOString(), message, sourceId: (sourceId ?? '').toLowerCase() }] : [],
    )
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))

/** The events of the sources within the last `sinceMs`, the newest last. */
export const readEvents = async (
  client: ElastiCacheClient,
  sources: readonly EventSource[],
  sinceMs: number,
): Promise<readonly ObservedEvent[]> => {
  const lists = await Promise.all(sources.map((source) => eventsWithin(client, sinceMs, source)))
  return translated(lists.flat()).map(({ time, message }) => ({ time, message }))
}

/** The same of everything in the account: one list, however many caches there are. */
export const readAllEvents = async (client: ElastiCacheClient, sinceMs: number): Promise<readonly EventWithSource[]> =>
  translated(await eventsWithin(client, sinceMs))
