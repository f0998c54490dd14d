import type { KubeConfig } from '@kubernetes/client-node'
import type { Dispatcher } from 'undici'
import { KubeError } from '../port.ts'
import { type Credentials, credentialsOf } from './credentials.ts'
import { kubeFailureOf, networkError, StatusError } from './failure.ts'
import { poolOf } from './pool.ts'

export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the server's address, encoded: /api/v1/... */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  /** Sent as JSON. */
  readonly body?: unknown
  readonly contentType?: string
  readonly accept?: string
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  /** Values in the body that may stand in no error: words of the server that quote any of them are kept back. */
  readonly secrets?: readonly string[]
  /** Of the object, where `secrets` are given: these may be quoted though values hold them. */
  readonly names?: readonly string[]
}

/** Told of each request that went out, for metrics. Must not throw. */
export interface TransportObserver {
  /** `status` is undefined when no answer came. A watch counts when its head has come. */
  answered(method: KubeRequest['method'], host: string, status: number | undefined): void
}

/** Requests to one API server over one shared pool of connections. Rejects with KubeError only; never logs bodies. */
export interface Transport {
  /** The answer's JSON. */
  request(request: KubeRequest): Promise<unknown>
  /** The answer's bytes as they come. The time-out covers the wait for the answer's head; `signal` ends the stream. */
  stream(request: KubeRequest & { readonly signal: AbortSignal }): Promise<AsyncIterable<Uint8Array>>
  close(): Promise<void>
}

export interface TransportOptions {
  /** Reads the configuration afresh: at start, and again when the server refuses our credentials. */
  readonly load: () => KubeConfig
  readonly userAgent?: string
  /** The most sockets at once; each watch holds one. */
  readonly connections?: number
  readonly timeoutMs?: number
  readonly observer?: TransportObserver
}

/** Exec plugins and files are asked this often at most. */
const credentialsLifeMs = 10_000

type Answer = Dispatcher.ResponseData

export const transportOf = ({
  load,
  userAgent = 'larder',
  connections = 32,
  timeoutMs = 15_000,
  observer,
}: TransportOptions): Transport => {
  let config: KubeConfig | undefined
  let current: { readonly credentials: Promise<Credentials>; readonly untilMs: number } | undefined
  let pool: { readonly mark: string; readonly dispatcher: Dispatcher } | undefined

  const credentials = (): Promise<Credentials> => {
    if (current && performance.now() < current.untilMs) return current.credentials
    config ??= load()
    const asked = { credentials: credentialsOf(config), untilMs: performance.now() + credentialsLifeMs }
    asked.credentials.catch(() => {
      if (current === asked) current = undefined
    })
    current = asked
    return asked.credentials
  }
  /** Unless someone else has already done so since `refused` were handed out. */
  const reload = async (refused: Credentials) => {
    if (!current || (await current.credentials) !== refused) return
    config = undefined
    current = undefined
  }
  const dispatcherFor = ({ connection, connectionMark }: Credentials): Dispatcher => {
    if (pool?.mark === connectionMark) return pool.dispatcher
    // Requests under way end on the old pool; watches on it end with their time-out.
    pool?.dispatcher.close().catch(() => undefined)
    pool = { mark: connectionMark, dispatcher: poolOf(connection, connections) }
    return pool.dispatcher
  }

  const send = async (shown: Credentials, request: KubeRequest, signal: AbortSignal): Promise<Answer> => {
    const { server, headers } = shown
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(request.query ?? {}))
      if (value !== undefined) query.set(name, String(value))
    const path = server.pathname.replace(/\/$/, '') + request.path + (query.size > 0 ? `?${query}` : '')
    const { method } = request
    const asked = dispatcherFor(shown).request({
      origin: server.origin,
      path,
      method,
      headers: {
        accept: request.accept ?? 'application/json',
        'user-agent': userAgent,
        ...(request.body !== undefined && { 'content-type': request.contentType ?? 'application/json' }),
        ...headers,
      },
      body: request.body === undefined ? null : JSON.stringify(request.body),
      signal,
    })
    if (observer)
      asked.then(
        ({ statusCode }) => observer.answered(method, server.host, statusCode),
        () => observer.answered(method, server.host, undefined),
      )
    return asked
  }

  /** An answer with a good status; the rest become errors. Refused credentials are read again, once. */
  const answer = async (request: KubeRequest, signal: AbortSignal): Promise<Answer> => {
    let shown = await credentials()
    let got = await send(shown, request, signal)
    if (got.statusCode === 401) {
      await got.body.dump()
      await reload(shown)
      shown = await credentials()
      got = await send(shown, request, signal)
    }
    if (got.statusCode < 300) return got
    const failed = {
      status: got.statusCode,
      body: await got.body.text(),
      retryAfter: [got.headers['retry-after']].flat()[0],
      secrets: request.secrets,
      names: request.names,
      what: `${request.method} ${request.path}`,
    }
    throw new StatusError(failed.status, kubeFailureOf(failed))
  }

  /** Runs `use` under the request's time-out; whatever goes wrong comes out as KubeError. */
  const within = async <T>(
    request: KubeRequest,
    use: (signal: AbortSignal, timer: NodeJS.Timeout) => Promise<T>,
  ): Promise<T> => {
    const what = `${request.method} ${request.path}`
    const limitMs = request.timeoutMs ?? timeoutMs
    const late = new AbortController()
    const timer = setTimeout(() => {
      late.abort(new KubeError({ is: 'transient', message: `${what}: no answer within ${limitMs} ms` }))
    }, limitMs)
    try {
      return await use(request.signal ? AbortSignal.any([late.signal, request.signal]) : late.signal, timer)
    } catch (error) {
      throw networkError(what, late.signal.aborted ? late.signal.reason : error)
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    request: (request) =>
      within(request, async (signal) => {
        const text = await (await answer(request, signal)).body.text()
        try {
          return JSON.parse(text) as unknown
        } catch {
          // Not the parser's words: they quote the body.
          throw new KubeError({ is: 'transient', message: `${request.method} ${request.path}: the answer is not JSON` })
        }
      }),
    stream: (request) => within(request, async (signal) => (await answer(request, signal)).body),
    close: async () => {
      const closing = pool?.dispatcher
      pool = undefined
      await closing?.destroy()
    },
  }
}
