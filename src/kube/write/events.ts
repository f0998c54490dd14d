import type { Clock } from '../../time/clock.ts'
import { objectOf } from '../cache/slim.ts'
import type { KubeLog } from '../log.ts'
import { KubeError, type KubeEvent, type KubeObject } from '../port.ts'
import type { Transport } from '../transport/transport.ts'

export interface Events {
  /** Never throws, never blocks. */
  emit(object: KubeObject, event: KubeEvent): void
  /** Events that could not be written, or for which there was no room. */
  dropped(): number
  /** Resolves once all that was emitted so far is written or dropped, or when `atMostMs` are over. */
  flushed(atMostMs?: number): Promise<void>
}

export interface EventsOptions {
  readonly transport: Transport
  readonly clock: Clock
  readonly log: KubeLog
  /** Who we are among several: the Pod's name. */
  readonly instance: string
  readonly queueLimit?: number
  /** An equal event within this time is a repeat. */
  readonly windowMs?: number
  /** Repeats are written down at most this often. */
  readonly seriesMs?: number
}

interface Told {
  readonly object: KubeObject
  readonly event: KubeEvent
  /** Where the Event stands in the API server, once it does. */
  path: string | undefined
  count: number
  lastMs: number
  writtenMs: number
  queued: boolean
}

const reportingController = 'larder.dev/larder'
/** The API server's limits on `note` and `reason`. */
const longestNote = 1024
const longestReason = 128
/** An event is not worth waiting for. */
const timeoutMs = 5000
/** How many different events are remembered for finding repeats. */
const memoryLimit = 4096

/** RFC 3339 with microseconds, as metav1.MicroTime wants it. */
export const microTimeOf = (wallMs: number): string => new Date(wallMs).toISOString().replace(/Z$/, '000Z')

const shorten = (text: string, bytes: number): string => {
  if (Buffer.byteLength(text) <= bytes) return text
  // The cut may split a character; the decoder then leaves a replacement mark, which is cut off too.
  return `${Buffer.from(text)
    .subarray(0, bytes - 3)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')}…`
}

const bodyOf = (object: KubeObject, event: KubeEvent, instance: string, wallMs: number) => {
  const { name, namespace, uid, resourceVersion } = object.metadata
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { generateName: `${name.slice(0, 200)}-`, namespace: namespace || 'default' },
    eventTime: microTimeOf(wallMs),
    reportingController,
    reportingInstance: instance.slice(0, 128),
    action: 'Reconcile',
    type: event.type,
    reason: shorten(event.reason, longestReason),
    note: shorten(event.message, longestNote),
    regarding: { apiVersion: object.apiVersion, kind: object.kind, name, namespace, uid, resourceVersion },
  }
}

/** Writes Events one by one in the background; repeats become a series on the first. */
export const eventRecorderOf = ({
  transport,
  clock,
  log,
  instance,
  queueLimit = 1000,
  windowMs = 600_000,
  seriesMs = 60_000,
}: EventsOptions): Events => {
  const told = new Map<string, Told>()
  const queue: Told[] = []
  let writing: Promise<void> | undefined
  let dropped = 0

  const create = async (item: Told) => {
    const body = bodyOf(item.object, item.event, instance, clock.wallMs())
    const path = `/apis/events.k8s.io/v1/namespaces/${encodeURIComponent(body.metadata.namespace)}/events`
    const { metadata } = objectOf(await transport.request({ method: 'POST', path, body, timeoutMs }))
    item.path = `${path}/${encodeURIComponent(metadata.name)}`
  }
  const addToSeries = async (item: Told, path: string) => {
    const series = { count: item.count, lastObservedTime: microTimeOf(clock.wallMs()) }
    try {
      await transport.request({
        method: 'PATCH',
        path,
        contentType: 'application/merge-patch+json',
        body: { series },
        timeoutMs,
      })
    } catch (error) {
      // Events expire after an hour; a namespace may be cleaned by hand.
      if (!(error instanceof KubeError) || error.failure.is !== 'notFound') throw error
      item.count = 1
      await create(item)
    }
  }
  const write = async () => {
    for (let item = queue.shift(); item; item = queue.shift()) {
      item.queued = false
      item.writtenMs = clock.nowMs()
      try {
        await (item.path === undefined ? create(item) : addToSeries(item, item.path))
      } catch (error) {
        dropped++
        log.debug('an event was dropped', { reason: item.event.reason, error: String(error) })
      }
    }
    writing = undefined
  }
  const put = (item: Told) => {
    if (item.queued) return
    if (queue.length >= queueLimit) {
      dropped++
      return
    }
    item.queued = true
    queue.push(item)
    writing ??= write()
  }
  const repeatOf = (text: string): Told | undefined => {
    const item = told.get(text)
    // Least recently told first: that is what is forgotten when there is no room.
    told.delete(text)
    return item && clock.nowMs() - item.lastMs <= windowMs ? item : undefined
  }

  return {
    emit: (object, event) => {
      const text = JSON.stringify([object.metadata.uid, event.type, event.reason, event.message])
      const item = repeatOf(text)
      if (item) {
        told.set(text, item)
        item.count++
        item.lastMs = clock.nowMs()
        if (item.lastMs - item.writtenMs >= seriesMs) put(item)
        return
      }
      const nowMs = clock.nowMs()
      const fresh: Told = { object, event, path: undefined, count: 1, lastMs: nowMs, writtenMs: nowMs, queued: false }
      told.set(text, fresh)
      for (const [oldest] of told) {
        if (told.size <= memoryLimit) break
        told.delete(oldest)
      }
      put(fresh)
    },
    dropped: () => dropped,
    flushed: async (atMostMs) => {
      const late = new AbortController()
      const cancel = atMostMs === undefined ? undefined : clock.after(atMostMs, () => late.abort())
      const tooLate = new Promise<void>((resolve) => late.signal.addEventListener('abort', () => resolve()))
      while (writing && !late.signal.aborted) await Promise.race([writing, tooLate])
      cancel?.()
    },
  }
}
