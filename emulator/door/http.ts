import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../world/clock.ts'
import { handle } from './handle.ts'
import type { Answer, Request } from './request.ts'
import type { EmulatorState } from './state.ts'

const MAX_BODY_BYTES = 1_048_576

const bodyOf = async (incoming: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Header values as signatures take them: several of one name as one, with commas. */
const headersOf = (incoming: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(incoming.headersDistinct).map(([name, values]) => [name, (values ?? []).join(',')]))

const requestOf = (incoming: IncomingMessage, bytes: Buffer): Request => {
  const url = new URL(incoming.url ?? '/', 'http://emulator')
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: headersOf(incoming),
    body: bytes.toString('utf8'),
    bytes,
  }
}

const send = (response: ServerResponse, answer: Answer): void => {
  // The connection stays open until the client has had enough of it.
  if (answer.is === 'silence') return
  if (answer.is === 'reset') {
    response.socket?.resetAndDestroy()
    return
  }
  const body = Buffer.from(answer.body)
  response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length })
  if (answer.is === 'reply') {
    response.end(body)
    return
  }
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.socket?.destroy())
}

const serve = async (
  state: EmulatorState,
  clock: Clock,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const body = await bodyOf(incoming)
  if (body === undefined) {
    response.socket?.destroy()
    return
  }
  const answer = await handle(state, requestOf(incoming, body), clock.now())
  if (answer.delayMs > 0) await wait(answer.delayMs, undefined, { ref: false })
  if (!response.destroyed) send(response, answer)
}

export interface HttpDoor {
  readonly url: string
  close(): Promise<void>
}

const listening = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })

/** The emulator over HTTP. Port 0 asks the system for a free one. */
export const openHttpDoor = async (
  state: EmulatorState,
  clock: Clock,
  host: string,
  port: number,
): Promise<HttpDoor> => {
  const server = createServer((incoming, response) => {
    serve(state, clock, incoming, response).catch(() => response.socket?.destroy())
  })
  await listening(server, host, port)
  const address = server.address()
  const actual = typeof address === 'object' && address ? address.port : port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
