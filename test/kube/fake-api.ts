import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { KubeConfig } from '@kubernetes/client-node'
import { type Transport, type TransportOptions, transportOf } from '../../src/kube/transport/transport.ts'

export interface Thing {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace: string
    readonly uid: string
    readonly resourceVersion: string
    readonly generation: number
  }
  readonly spec: { readonly value: string }
}

/** One open watch, for a test to disturb. */
export interface OpenWatch {
  readonly from: number
  /** What the server sends by itself passes here; undefined sends nothing. */
  filter: (line: string) => string | undefined
  write(text: string | Uint8Array): void
  close(): void
  reset(): void
}

export type Answer = (request: IncomingMessage, response: ServerResponse, url: URL) => void

/** An API server with one collection at `path`, whose faults the test chooses. */
export interface FakeApi {
  readonly url: string
  readonly path: string
  readonly things: ReadonlyMap<string, Thing>
  readonly version: number
  /** The requests so far: `list`, `watch`, or `METHOD path`. */
  readonly requests: string[]
  readonly headers: IncomingMessage['headers'][]
  readonly connections: number
  readonly watches: OpenWatch[]
  /** Answers for the next requests of a sort, instead of the usual ones. */
  readonly next: { list: Answer[]; watch: Answer[]; other: Answer[] }
  put(name: string, value: string): Thing
  remove(name: string): void
  /** Nothing older than now can be watched any more. */
  compact(): void
  bookmark(): void
  /** Goes back in time, as a restored backup does. */
  rewind(version: number): void
  load(): KubeConfig
  transport(options?: Partial<TransportOptions>): Transport
  close(): Promise<void>
}

export const statusBody = (code: number, reason: string, extra: object = {}) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: `the server says ${reason}`,
  reason,
  code,
  ...extra,
})

export const answerJson = (response: ServerResponse, status: number, body: unknown, headers = {}) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

/** An answer with an error status, for `next`. */
export const refuse =
  (status: number, reason: string, headers = {}): Answer =>
  (_request, response) =>
    answerJson(response, status, statusBody(status, reason), headers)

export const startFakeApi = async (): Promise<FakeApi> => {
  const path = '/apis/example.dev/v1/things'
  const things = new Map<string, Thing>()
  let history: { readonly version: number; readonly line: string }[] = []
  const watches: OpenWatch[] = []
  const requests: string[] = []
  const headers: IncomingMessage['headers'][] = []
  const next: FakeApi['next'] = { list: [], watch: [], other: [] }
  let version = 100
  let compacted = 0
  let born = 0
  let connections = 0

  const happen = (type: string, object: unknown) => {
    const line = `${JSON.stringify({ type, object })}\n`
    history.push({ version, line })
    for (const watch of watches) {
      const sent = watch.filter(line)
      if (sent !== undefined) watch.write(sent)
    }
  }
  const list: Answer = (_request, response, url) => {
    const limit = Number(url.searchParams.get('limit') ?? 0)
    const [at = String(version), from = '0'] = url.searchParams.get('continue')?.split(':') ?? []
    const all = [...things.values()]
    const end = limit > 0 ? Number(from) + limit : all.length
    const more = end < all.length
    answerJson(response, 200, {
      kind: 'ThingList',
      metadata: { resourceVersion: at, ...(more && { continue: `${at}:${end}` }) },
      items: all.slice(Number(from), end),
    })
  }
  const watch: Answer = (_request, response, url) => {
    const from = Number(url.searchParams.get('resourceVersion'))
    if (from < compacted) return answerJson(response, 410, statusBody(410, 'Expired'))
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
    const open: OpenWatch = {
      from,
      filter: (line) => line,
      write: (text) => void response.write(text),
      close: () => {
        forget()
        response.end()
      },
      reset: () => {
        forget()
        response.socket?.resetAndDestroy()
      },
    }
    const forget = () => {
      if (watches.includes(open)) watches.splice(watches.indexOf(open), 1)
    }
    for (const event of history) if (event.version > from) open.write(event.line)
    watches.push(open)
    response.on('close', forget)
  }
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://fake')
    const sort = url.pathname !== path ? 'other' : url.searchParams.has('watch') ? 'watch' : 'list'
    requests.push(sort === 'other' ? `${request.method} ${request.url}` : sort)
    headers.push(request.headers)
    const usual = { list, watch, other: refuse(404, 'NotFound') }[sort]
    const answer = next[sort].shift() ?? usual
    answer(request, response, url)
  })
  server.on('connection', () => {
    connections++
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const load = () => {
    const config = new KubeConfig()
    config.loadFromClusterAndUser({ name: 'fake', server: url, skipTLSVerify: true }, { name: 'tester' })
    return config
  }

  return {
    url,
    path,
    things,
    requests,
    headers,
    watches,
    next,
    get version() {
      return version
    },
    get connections() {
      return connections
    },
    put: (name, value) => {
      version++
      const old = things.get(name)
      const { uid = `uid-${born++}`, generation = 0 } = old?.metadata ?? {}
      const thing: Thing = {
        apiVersion: 'example.dev/v1',
        kind: 'Thing',
        metadata: { name, namespace: 'default', uid, resourceVersion: `${version}`, generation: generation + 1 },
        spec: { value },
      }
      things.set(name, thing)
      happen(old ? 'MODIFIED' : 'ADDED', thing)
      return thing
    },
    remove: (name) => {
      const old = things.get(name)
      if (!old) return
      version++
      things.delete(name)
      happen('DELETED', { ...old, metadata: { ...old.metadata, resourceVersion: `${version}` } })
    },
    compact: () => {
      compacted = version
      history = []
    },
    bookmark: () => {
      version++
      for (const open of watches)
        open.write(`${JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion: `${version}` } } })}\n`)
    },
    rewind: (to) => {
      version = to
      compacted = 0
      history = []
    },
    load,
    transport: (options) => transportOf({ load, ...options }),
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
