import type { DispatcherOptions } from '@kubernetes/client-node'
import { Agent, type Dispatcher, ProxyAgent } from 'undici'

const pool = {
  // A half-open HTTP/2 session fails every request for many minutes; HTTP/1.1 heals after one time-out.
  allowH2: false,
  pipelining: 1,
  // Below the 90 s after which kube-apiserver closes an idle connection (Go's server sends no hint).
  keepAliveTimeout: 30_000,
  keepAliveMaxTimeout: 30_000,
  // Each request brings its own time-out; a watch is meant to be silent for long.
  headersTimeout: 0,
  bodyTimeout: 0,
} as const

/** One shared pool of at most `connections` sockets, HTTP/1.1 only. */
export const poolOf = (options: DispatcherOptions, connections: number): Dispatcher => {
  // After 30 s without a byte the kernel asks the peer each second, ten times: a half-open connection fails after 40 s.
  const connect = { timeout: 10_000, allowH2: false, keepAlive: true, keepAliveInitialDelay: 30_000 }
  switch (options.type) {
    case 'none':
      return new Agent({ ...pool, connections, connect })
    case 'agent':
      return new Agent({
        ...pool,
        connections,
        connect: { ...options.connect, ...connect } as NonNullable<Agent.Options['connect']>,
      })
    case 'proxy':
      return new ProxyAgent({
        ...pool,
        connections,
        uri: options.uri,
        requestTls: { ...options.requestTls, allowH2: false } as NonNullable<ProxyAgent.Options['requestTls']>,
      })
    case 'socks':
      throw new Error('SOCKS proxies are not supported: set proxy-url in the kubeconfig to an HTTP proxy')
  }
}
