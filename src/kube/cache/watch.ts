import type { Clock } from '../../time/clock.ts'
import type { Transport } from '../transport/transport.ts'
import { linesOf, Surprise } from './lines.ts'
import type { ListSubject } from './list.ts'
import { isRecord, objectOf } from './slim.ts'

export type WatchEvent<T> =
  | { readonly is: 'changed' | 'deleted'; readonly item: T; readonly resourceVersion: string }
  | { readonly is: 'bookmark'; readonly resourceVersion: string }
  /** The server can't go on from our version: 410. */
  | { readonly is: 'expired' }
  /** The server should have ended the watch long ago and didn't: nobody may be at the other end. */
  | { readonly is: 'overdue' }

export interface WatchOptions<T> {
  readonly transport: Transport
  readonly subject: ListSubject<T>
  readonly resourceVersion: string
  readonly timeoutSeconds: number
  /** The server ends the watch after `timeoutSeconds`; one that is still open so much later may be half-open, and is ended here. */
  readonly overdueMs: number
  readonly clock: Clock
  readonly signal: AbortSignal
}

const eventOf = <T>(line: string, slim: (raw: unknown) => T): WatchEvent<T> => {
  let raw: unknown
  try {
    raw = JSON.parse(line)
  } catch {
    throw new Surprise('a line is not JSON')
  }
  const object = isRecord(raw) ? raw.object : undefined
  if (!isRecord(raw) || !isRecord(object)) throw new Surprise('a line is not a watch event')
  switch (raw.type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED': {
      const { resourceVersion } = objectOf(object).metadata
      return { is: raw.type === 'DELETED' ? 'deleted' : 'changed', item: slim(object), resourceVersion }
    }
    case 'BOOKMARK': {
      const metadata = object.metadata
      const resourceVersion = isRecord(metadata) ? metadata.resourceVersion : undefined
      if (typeof resourceVersion !== 'string') throw new Surprise('a bookmark has no version')
      return { is: 'bookmark', resourceVersion }
    }
    case 'ERROR':
      if (object.code === 410) return { is: 'expired' }
      throw new Surprise(`the server ended the watch: ${String(object.code)} ${String(object.reason)}`)
    default:
      throw new Surprise('a watch event of unknown type')
  }
}

/**
 * One watch: its events until the server closes it, or until it should have. Throws KubeError when the connection fails, Surprise
 * when what comes makes no sense.
 */
export async function* watchOnce<T>(options: WatchOptions<T>): AsyncGenerator<WatchEvent<T>> {
  const { transport, subject, resourceVersion, timeoutSeconds, overdueMs, clock, signal } = options
  const overdue = new AbortController()
  const calm = clock.after(timeoutSeconds * 1000 + overdueMs, () => overdue.abort())
  try {
    const stream = await transport.stream({
      method: 'GET',
      path: subject.path,
      query: {
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion,
        timeoutSeconds,
        labelSelector: subject.labelSelector,
      },
      ...(subject.acceptWatch && { accept: subject.acceptWatch }),
      timeoutMs: 30_000,
      signal: AbortSignal.any([signal, overdue.signal]),
    })
    for await (const line of linesOf(stream)) yield eventOf(line, subject.slim)
  } catch (error) {
    if (!overdue.signal.aborted) throw error
    yield { is: 'overdue' }
  } finally {
    calm()
    // Whoever stops listening midway must not leave the stream open.
    overdue.abort()
  }
}
