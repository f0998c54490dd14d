import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Registry } from 'prom-client'

export interface HealthOptions {
  readonly host: string
  readonly port: number
  readonly registry: Registry
  /** Undefined: the process should be left alone. Else why the kubelet should start it anew. */
  readonly alive: () => string | undefined
  /** Undefined: it has seen both Kubernetes and AWS. Else what is missing, and why: `Kubernetes: ... not listed: forbidden`. */
  readonly ready: () => string | undefined
}

export interface Health {
  readonly port: number
  close(): Promise<void>
}

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const refuse = ({ code, message }: NodeJS.ErrnoException) => {
      const why = code === 'EADDRINUSE' ? 'something else listens there' : message
      reject(new Error(`can't listen on ${host}:${port} (--listen): ${why}`))
    }
    server.once('error', refuse).listen(port, host, () => {
      server.off('error', refuse)
      resolve()
    })
  })

/** /healthz, /readyz and /metrics, in plain HTTP. Nothing else is served and nothing is read from a request but its path. */
export const serveHealth = async ({ host, port, registry, alive, ready }: HealthOptions): Promise<Health> => {
  const text = (status: number, body: string) => ({ status, type: 'text/plain', body: `${body}\n` })
  const answer = (wrong: string | undefined, word: string) =>
    wrong === undefined ? text(200, 'ok') : text(503, `${word}: ${wrong}`)
  const replyTo = async (path: string | undefined) => {
    switch (path) {
      case '/healthz':
        return answer(alive(), 'not alive')
      case '/readyz':
        return answer(ready(), 'not yet')
      case '/metrics':
        return { status: 200, type: registry.contentType, body: await registry.metrics() }
      default:
        return text(404, 'only /healthz, /readyz and /metrics are served')
    }
  }
  const server = createServer(async (request, response) => {
    // What a metric or a probe asks may throw; the process lives on, and says so.
    const reply = replyTo(request.url?.split('?', 1)[0]).catch((error: unknown) => text(500, String(error)))
    const { status, type, body } = await reply
    response.writeHead(status, { 'content-type': type }).end(body)
  })
  await listen(server, host, port)
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  }
}
