import { setTimeout as wait } from 'node:timers/promises'
import type { ElastiCacheClientConfig } from '@aws-sdk/client-elasticache'
import { type HttpRequest, HttpResponse } from '@smithy/core/protocols'
import type { Clock } from '../world/clock.ts'
import { handle } from './handle.ts'
import type { Answer, Request } from './request.ts'
import type { EmulatorState } from './state.ts'

export type RequestHandler = NonNullable<ElastiCacheClientConfig['requestHandler']>

const queryOf = (query: HttpRequest['query']): URLSearchParams => {
  const parameters = new URLSearchParams()
  for (const [key, value] of Object.entries(query ?? {})) {
    for (const one of [value ?? ''].flat()) parameters.append(key, one)
  }
  return parameters
}

const bytesOf = (body: unknown): Uint8Array => {
  // The SDK's JSON bodies are bytes that warn whoever takes them for text, so as plain bytes.
  if (body instanceof Uint8Array) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength)
  return Buffer.from(typeof body === 'string' ? body : '')
}

const requestOf = (request: HttpRequest, bytes: Uint8Array): Request => ({
  method: request.method,
  path: request.path,
  query: queryOf(request.query),
  headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value])),
  body: Buffer.from(bytes).toString('utf8'),
  bytes,
})

const untilAborted = (signal: AbortSignal | undefined): Promise<never> =>
  new Promise((_, reject) => {
    const abort = () => reject(Object.assign(new Error('Request aborted'), { name: 'AbortError' }))
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort, { once: true })
  })

/** No reply comes while the client waits: it is aborted, or has waited long enough. */
const inVain = async (patienceMs: number, signal: AbortSignal | undefined): Promise<never> => {
  if (patienceMs === Number.POSITIVE_INFINITY) return untilAborted(signal)
  await wait(patienceMs, undefined, signal ? { signal } : {})
  throw Object.assign(new Error(`no reply within ${patienceMs} ms`), { name: 'TimeoutError', code: 'ETIMEDOUT' })
}

interface Patience {
  readonly abortSignal?: unknown
  readonly requestTimeout?: number
}

const connectionReset = () =>
  Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', errno: -104, syscall: 'read' })

const responseOf = (answer: Answer): HttpResponse => {
  if (answer.is === 'reset') throw connectionReset()
  const body = Buffer.from(answer.body)
  const sent = answer.is === 'truncate' ? body.subarray(0, Math.floor(body.length / 2)) : body
  return new HttpResponse({ statusCode: answer.status, headers: { ...answer.headers }, body: new Uint8Array(sent) })
}

/** The emulator without a network: give it to `new ElastiCacheClient({ requestHandler })`. */
export const inProcessDoor = (state: EmulatorState, clock: Clock): RequestHandler => ({
  handle: async (request: HttpRequest, options?: Patience) => {
    const answer = await handle(state, requestOf(request, bytesOf(request.body)), clock.now())
    const signal = options?.abortSignal instanceof AbortSignal ? options.abortSignal : undefined
    const patienceMs = options?.requestTimeout || Number.POSITIVE_INFINITY
    if (answer.is === 'silence' || answer.delayMs > patienceMs) return inVain(patienceMs, signal)
    if (answer.delayMs > 0) await wait(answer.delayMs, undefined, { ref: false, ...(signal ? { signal } : {}) })
    return { response: responseOf(answer) }
  },
  destroy: () => {},
  updateHttpClientConfig: () => {},
  httpHandlerConfigs: () => ({}),
  metadata: { handlerProtocol: 'http/1.1' },
})
