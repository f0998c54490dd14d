import type { DescribeEventsMessage, EventsMessage, SourceType } from '@aws-sdk/client-elasticache'
import type { Operation } from '../operations.ts'
import { invalidCombination, invalidValue } from '../wire/refusal.ts'
import { pageOf } from '../world/page.ts'

const SOURCE_TYPES = [
  'cache-cluster',
  'cache-parameter-group',
  'cache-security-group',
  'cache-subnet-group',
  'replication-group',
  'serverless-cache',
  'serverless-cache-snapshot',
  'user',
  'user-group',
]
const MINUTE_MS = 60_000

/** From when to when events are shown: an hour back unless asked for otherwise. */
const spanOf = (input: DescribeEventsMessage, nowMs: number) => {
  const { StartTime: start, EndTime: end, Duration: minutes } = input
  if (minutes !== undefined && (start !== undefined || end !== undefined)) {
    throw invalidCombination('Duration cannot be used with StartTime or EndTime.')
  }
  if (start && end && start > end) throw invalidCombination('StartTime must be before EndTime.')
  const toMs = end?.getTime() ?? nowMs
  return { fromMs: start?.getTime() ?? toMs - (minutes ?? 60) * MINUTE_MS, toMs }
}

export const operation: Operation<DescribeEventsMessage, EventsMessage> = ({ input, world, nowMs }) => {
  const { SourceIdentifier: id, SourceType: type } = input
  if (type !== undefined && !SOURCE_TYPES.includes(type)) {
    throw invalidValue(`Invalid SourceType: ${type}. Valid values are: ${SOURCE_TYPES.join(', ')}.`)
  }
  if (id !== undefined && type === undefined) throw invalidCombination('SourceIdentifier needs SourceType.')
  const { fromMs, toMs } = spanOf(input, nowMs)
  const shown = world.events
    .map((event, index) => ({ ...event, index }))
    .filter((event) => event.atMs >= fromMs && event.atMs <= toMs)
    .filter((event) => type === undefined || event.sourceType === type)
    .filter((event) => id === undefined || event.sourceId === id.toLowerCase())
  const key = (event: { readonly atMs: number; readonly index: number }) =>
    `${String(event.atMs).padStart(15, '0')}/${String(event.index).padStart(9, '0')}`
  const { items, ...next } = pageOf(shown, key, input)
  return {
    Events: items.map((event) => ({
      SourceIdentifier: event.sourceId,
      SourceType: event.sourceType as SourceType,
      Message: event.message,
      Date: new Date(event.atMs),
    })),
    ...next,
  }
}
