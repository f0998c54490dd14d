import type { Address } from './port.ts'

/** A node, and its name when that is not its address. */
export interface Discovered extends Address {
  readonly name?: string
}

/**
 * What auto discovery tells of a cluster: its version, and its nodes as `host|ip|port` in alphabetical order
 * (ElastiCache user guide for memcached, "Adding auto discovery to your client library").
 */
export function clusterText(version: number, nodes: readonly Discovered[]): string {
  const entries = nodes.map(({ host, port, name }) => `${name ?? host}|${host}|${port}`).sort()
  return `${version}\n${entries.join(' ')}\n`
}

/** The reply to `config get cluster`. */
export function configReply(text: string): string {
  return `CONFIG cluster 0 ${Buffer.byteLength(text)}\r\n${text}\r\nEND\r\n`
}

/** The key under which engines before 1.4.14 keep the same text. */
export const CLUSTER_KEY = 'AmazonElastiCache:cluster'

/** The reply to `get AmazonElastiCache:cluster`. */
export function valueReply(text: string): string {
  return `VALUE ${CLUSTER_KEY} 0 ${Buffer.byteLength(text)}\r\n${text}\r\nEND\r\n`
}
