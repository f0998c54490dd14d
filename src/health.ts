import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Registry } from 'prom-client'

export interface HealthOptions {
  readonly host: string
  readonly port: number
  readonly registry: Registry
  /** Whether the process should be left alone: false asks the kubelet for a restart. */
  readonly alive: () => boolean
  /** Whether it has seen both Kubernetes and AWS. */
  readonly ready: () => boolean
}

export interface Health {
  readonly port: number
  close(): Promise<void>
}

/** /healthz, /readyz and /metrics, in plain HTTP. Nothing else is served and nothing is read from a request but its path. */
export const serveHealth = async ({ host, port, registry, alive, ready }: HealthOptions): Promise<Health> => {
  const answer = (good: boolean) => ({
    status: good ? 200 : 503,
    type: 'text/plain',
    body: good ? 'ok\n' : 'not yet\n',
  })
  const replyTo = async (path: string | undefined) => {
    switch (path) {
      case '/healthz':
        return answer(alive())
      case '/readyz':
        return answer(ready())
      case '/metrics':
        return { status: 200, type: registry.contentType, body: await registry.metrics() }
      default:
        return { status: 404, type: 'text/plain', body: 'only /healthz, /readyz and /metrics are served\n' }
    }
  }
  const server = createServer(async (request, response) => {
    const { status, type, body } = await replyTo(request.url)
    response.writeHead(status, { 'content-type': type }).end(body)
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  }
}
