import { join } from 'node:path'
import { ADMIN, type OwnUsers, REPLICA, userLines } from './access-rules.ts'
import type { Place } from './addresses.ts'
import { durabilityAtStart } from './durability.ts'
import type { Address, NodeWanted } from './port.ts'
import { type Settings, settingsAtStart } from './redis-parameters.ts'

/** How a server listens and speaks TLS: all of it can be changed while it runs. */
export function transportSettings(
  wanted: NodeWanted,
  place: Place,
  files: { certificate: string; key: string; ca: string },
): Settings {
  const secured = wanted.tls !== 'disabled'
  const behind = hasDoor(wanted)
  const announced = {
    'cluster-announce-port': String(place.port),
    'cluster-announce-tls-port': secured ? String(place.port) : '0',
  }
  const certificates = { 'tls-cert-file': files.certificate, 'tls-key-file': files.key, 'tls-ca-cert-file': files.ca }
  return {
    ...(secured ? certificates : {}),
    port: String(behind ? place.plainPort : secured ? 0 : place.port),
    'tls-port': String(!secured ? 0 : behind ? place.tlsPort : place.port),
    'tls-replication': secured ? 'yes' : 'no',
    ...(wanted.cluster ? { 'tls-cluster': secured ? 'yes' : 'no', ...announced } : {}),
  }
}

/**
 * Whether a door of ours stands at the node's port. A server cannot take plain and TLS connections at one port, nor
 * clients with and without a token, which ElastiCache does while either is being introduced.
 */
export function hasDoor(wanted: NodeWanted): boolean {
  return wanted.tls === 'preferred' || (wanted.openToo && wanted.authTokens.length > 0)
}

/** What a server's configuration file is made of. */
export interface RedisConfigInput {
  readonly wanted: NodeWanted
  readonly place: Place
  readonly folder: string
  readonly dataFolder: string
  readonly own: OwnUsers
  readonly transport: Settings
  /** Where its primary listens, when it starts as a replica outside cluster mode. */
  readonly primary: Address | undefined
}

/** The configuration file of a redis or valkey server. Customers' tokens are in it as hashes only. */
export function redisConfig(input: RedisConfigInput): string {
  const { wanted, place, folder, dataFolder, own, primary } = input
  const settings: [string, ...string[]][] = [
    ['bind', place.host],
    ['protected-mode', 'no'],
    ['unixsocket', adminSocket(folder)],
    ['unixsocketperm', '700'],
    ['dir', dataFolder],
    ['logfile', join(folder, 'server.log')],
    ['daemonize', 'no'],
    ['save', ''],
    ...durabilityAtStart(wanted, dataFolder).map(([name, value]): [string, string] => [name, value]),
    ['maxclients', '4096'],
    ['rdb-del-sync-files', 'yes'],
    ['repl-diskless-sync-delay', '0'],
    // CLUSTER SLOTS hides a replica until its primary has sent it anything at all.
    ['repl-ping-replica-period', '1'],
    ['tls-auth-clients', 'no'],
    ['masteruser', REPLICA],
    ['masterauth', own.replicaPassword],
    ['replica-announce-ip', place.host],
    ['replica-announce-port', String(place.port)],
    ...Object.entries(settingsAtStart(wanted.parameters)),
    ...Object.entries(input.transport),
  ]
  if (wanted.cluster) settings.push(...clusterSettings(place))
  else if (primary) settings.push(['replicaof', primary.host, String(primary.port)])
  const lines = settings.map(([name, ...values]) => [name, ...values.map(quoted)].join(' '))
  return `${[...lines, ...userLines(wanted, own)].join('\n')}\n`
}

/** The unix socket by which the emulator speaks to a server, whatever its ports, TLS and tokens are. */
export function adminSocket(folder: string): string {
  return join(folder, 'admin.sock')
}

/** The commands' user of {@link adminSocket}. */
export const adminUser = ADMIN

function clusterSettings(place: Place): [string, string][] {
  return [
    ['cluster-enabled', 'yes'],
    ['cluster-config-file', 'nodes.conf'],
    ['cluster-port', String(place.busPort)],
    ['cluster-announce-ip', place.host],
    ['cluster-announce-bus-port', String(place.busPort)],
    ['cluster-node-timeout', '5000'],
    // Who becomes primary is the emulated service's decision, not an election's.
    ['cluster-replica-no-failover', 'yes'],
    ['cluster-allow-replica-migration', 'no'],
  ]
}

function quoted(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`
}
