import { cacheClusterKind } from '../crds/kind.ts'
import type { ObservedEvent } from '../plan/core/observed.ts'
import type { Clients } from './clients.ts'
import { fromQueueKey } from './key.ts'

/** AWS is asked for events at most so often: while something is under way, and while all is settled. */
const busyMs = 30_000
const settledMs = 300_000
/** Events are asked for once more than needed, since AWS counts their age in minutes: what was told is remembered so long. */
const rememberedMs = 900_000

type TellerClients = Pick<Clients, 'aws' | 'kube' | 'memory' | 'clock'>
type AwsEvent = ObservedEvent & { readonly sourceId: string }

/** `shop-web` for its member `shop-web-001` and `shop-web-0001-002`. */
const groupOf = (memberId: string): string => memberId.replace(/(-\d{4})?-\d{3}$/, '')

/**
 * What ElastiCache itself tells of a cache (a failover, a node that was replaced, a parameter applied) as events of its object,
 * each once. Call it after each poll; it asks AWS by its own, slower pace, with one list for all caches.
 */
export const awsEventsTeller = (clients: TellerClients) => {
  const { memory, clock } = clients
  const startedMs = clock.wallMs()
  const told = new Map<string, number>()
  let readMs = clock.nowMs()
  let reading = false

  const objectOf = (sourceId: string) => {
    const key = memory.keyOf(sourceId) ?? memory.keyOf(groupOf(sourceId))
    return key === undefined ? undefined : clients.kube.read(cacheClusterKind, fromQueueKey(key))
  }
  const isNew = ({ time, sourceId, message }: AwsEvent): boolean => {
    const wallMs = Date.parse(time)
    const name = `${time} ${sourceId} ${message}`
    if (wallMs < startedMs || told.has(name)) return false
    told.set(name, wallMs)
    return true
  }
  const forgetOld = () => {
    for (const [name, wallMs] of told) if (clock.wallMs() - wallMs > rememberedMs) told.delete(name)
  }

  return async (waiting: boolean): Promise<void> => {
    const sinceMs = clock.nowMs() - readMs
    if (reading || sinceMs < (waiting ? busyMs : settledMs)) return
    reading = true
    const events = await clients.aws.eventsSince(sinceMs + busyMs)
    reading = false
    readMs = clock.nowMs()
    forgetOld()
    for (const event of events.ok ? events.value : []) {
      const object = objectOf(event.sourceId)
      if (object === undefined || !isNew(event)) continue
      clients.kube.emit(object, {
        type: 'Normal',
        reason: 'ElastiCache',
        message: `${event.sourceId}: ${event.message}`,
      })
    }
  }
}
