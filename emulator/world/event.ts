import type { World } from './world.ts'

export type EventSource =
  | 'cache-cluster'
  | 'cache-parameter-group'
  | 'cache-subnet-group'
  | 'replication-group'
  | 'serverless-cache'
  | 'serverless-cache-snapshot'
  | 'user'
  | 'user-group'

/** One line of DescribeEvents. */
export interface WorldEvent {
  readonly atMs: number
  readonly sourceType: EventSource
  readonly sourceId: string
  readonly message: string
}

const RETENTION_MS = 14 * 24 * 3_600_000

/** Records an event and drops those that AWS would have forgotten. */
export const record = (
  world: World,
  atMs: number,
  sourceType: EventSource,
  sourceId: string,
  message: string,
): void => {
  world.events.push({ atMs, sourceType, sourceId, message })
  const firstKept = world.events.findIndex((event) => event.atMs >= atMs - RETENTION_MS)
  if (firstKept > 0) world.events.splice(0, firstKept)
}
