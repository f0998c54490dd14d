import type { Transport } from '../transport/transport.ts'
import { Surprise } from './lines.ts'
import { isRecord } from './slim.ts'

/** What to list and watch, and in which shape. */
export interface ListSubject<T> {
  readonly path: string
  readonly labelSelector?: string
  readonly acceptList?: string
  readonly acceptWatch?: string
  /** Turns an object on the wire into what is kept. Throws Surprise on what can't be an object. */
  readonly slim: (raw: unknown) => T
}

export interface Listed<T> {
  readonly items: readonly T[]
  readonly resourceVersion: string
}

/** Objects a page: one page's JSON blocks the process for a few milliseconds only. */
const pageSize = 500

/**
 * The whole list, page by page, from one moment: a consistent read, never from a stale cache. Rejects with KubeError
 * (410 when the pages grew too old meanwhile) or Surprise. `onPage` is told of each page as it comes.
 */
export const listAll = async <T>(
  transport: Transport,
  subject: ListSubject<T>,
  signal: AbortSignal,
  onPage: (items: readonly T[]) => void = () => undefined,
): Promise<Listed<T>> => {
  const items: T[] = []
  let next: string | undefined
  for (;;) {
    const page = await transport.request({
      method: 'GET',
      path: subject.path,
      query: { limit: pageSize, continue: next, labelSelector: subject.labelSelector },
      ...(subject.acceptList && { accept: subject.acceptList }),
      timeoutMs: 30_000,
      signal,
    })
    const metadata = isRecord(page) ? page.metadata : undefined
    if (!isRecord(page) || !isRecord(metadata) || typeof metadata.resourceVersion !== 'string')
      throw new Surprise('a list has no metadata.resourceVersion')
    // An empty list of Go's may be null.
    const raw = page.items ?? []
    if (!Array.isArray(raw)) throw new Surprise('a list has no items')
    const slim = raw.map(subject.slim)
    items.push(...slim)
    onPage(slim)
    const { resourceVersion } = metadata
    if (typeof metadata.continue !== 'string' || metadata.continue === '') return { items, resourceVersion }
    next = metadata.continue
  }
}
