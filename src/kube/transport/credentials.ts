import type { AgentOptions, RequestOptions } from 'node:https'
import type { DispatcherOptions, KubeConfig } from '@kubernetes/client-node'

/** How to reach the API server and what to show it, as of now. */
export interface Credentials {
  readonly server: URL
  readonly headers: Readonly<Record<string, string>>
  readonly connection: DispatcherOptions
  /** Equal for equal connections: a new one needs a new pool of sockets. */
  readonly connectionMark: string
}

const markOf = (options: DispatcherOptions): string =>
  JSON.stringify(options, (_name, value: unknown) => (Buffer.isBuffer(value) ? value.toString('base64') : value))

/** Resolves certificates, tokens (files are read again each minute) and exec plugins through the Kubernetes client. */
export const credentialsOf = async (config: KubeConfig): Promise<Credentials> => {
  const cluster = config.getCurrentCluster()
  if (!cluster) throw new Error('the kubeconfig names no current cluster')
  const options: RequestOptions = {}
  await config.applyToHTTPSOptions(options)
  const headers: Record<string, string> = {}
  if (options.headers && !Array.isArray(options.headers))
    for (const [name, value] of Object.entries(options.headers)) headers[name.toLowerCase()] = String(value).trim()
  if (options.auth) headers.authorization = `Basic ${Buffer.from(options.auth).toString('base64')}`
  // The agent that the client made for itself is left unused; it opens no socket until then.
  const { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername } = options
  const connection = config.createDispatcherOptions(cluster, {
    ca,
    cert,
    key,
    pfx,
    passphrase,
    rejectUnauthorized,
    servername,
  } as AgentOptions)
  return { server: new URL(cluster.server), headers, connection, connectionMark: markOf(connection) }
}
