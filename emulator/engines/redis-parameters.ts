/** Settings of a server by their own names. */
export type Settings = Readonly<Record<string, string>>

/** Names that the emulator decides itself, or that no server of ours has: left out. */
const LEFT_OUT = new Set([
  'appendfsync', // durability is not a parameter any more since 2.8.22
  'appendonly',
  'close-on-replica-write', // ElastiCache's own; a stock server answers READONLY and keeps the connection
  'close-on-slave-write',
  'cluster-enabled', // decided by the topology
  'cluster-preferred-endpoint-type', // its value tls-dynamic is ElastiCache's own
  'list-max-ziplist-entries', // gone since 3.2
  'list-max-ziplist-value',
  'lua-replicate-commands', // always on since 7.0
  'maxclients', // 65000 is more than a laptop's limit of open files
  'maxmemory', // of the node type, scaled
  'rename-commands',
  'replica-allow-chaining', // ElastiCache's own
  'reserved-memory', // part of maxmemory
  'reserved-memory-percent',
  'slave-allow-chaining',
])

/** Names that the server spells otherwise. */
const SPELT: Readonly<Record<string, string>> = {
  'cluster-allow-pubsub-shard-when-down': 'cluster-allow-pubsubshard-when-down',
}

/** Settings that a running server cannot change; they take effect when it starts. */
const AT_START = new Set(['databases'])

const OUTPUT_BUFFER = /^client-output-buffer-limit-(normal|pubsub|replica|slave)-(hard-limit|soft-limit|soft-seconds)$/

/** What of a parameter group is set when a server starts. */
export function settingsAtStart(parameters: Settings): Settings {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => AT_START.has(name)))
}

/**
 * What of a parameter group a running server is told, in its own names. ElastiCache has three parameters where the server
 * has one list of output buffer limits; parameters that only ElastiCache has are left out, by the table above.
 */
export function liveSettings(parameters: Settings, maxmemory: number): Settings {
  const settings: Record<string, string> = {}
  const buffers: Record<string, Record<string, string>> = {}
  for (const [name, value] of Object.entries(parameters)) {
    const [, client, limit] = OUTPUT_BUFFER.exec(name) ?? []
    if (client !== undefined && limit !== undefined) {
      const kind = client === 'slave' ? 'replica' : client
      buffers[kind] = { ...buffers[kind], [limit]: value }
    } else if (!LEFT_OUT.has(name) && !AT_START.has(name)) settings[SPELT[name] ?? name] = value
  }
  const limits = Object.entries(buffers).filter(([, { 'hard-limit': hard }]) => isNumber(hard))
  if (limits.length > 0)
    settings['client-output-buffer-limit'] = limits
      .map(([kind, of]) => [kind, of['hard-limit'], number(of['soft-limit']), number(of['soft-seconds'])].join(' '))
      .join(' ')
  const backlog = settings['repl-backlog-size']
  // The backlog counts against maxmemory, which is scaled: unscaled it would evict all that a small node holds.
  if (isNumber(backlog)) settings['repl-backlog-size'] = String(Math.min(Number(backlog), Math.floor(maxmemory / 8)))
  return { ...settings, maxmemory: String(maxmemory) }
}

/** The least that a server starts and replicates with, in bytes. */
const LEAST_MAXMEMORY = 4 * 1024 * 1024

/** The server's maxmemory in bytes: what the node type has, less what the parameter group reserves, by the dial. */
export function scaledMaxmemory(nodeBytes: number, parameters: Settings, scale: number): number {
  const percent = Number(parameters['reserved-memory-percent'] ?? 0)
  const usable = nodeBytes * (1 - percent / 100)
  return Math.max(LEAST_MAXMEMORY, Math.floor(usable * scale))
}

/**
 * What a server in cluster mode uses without any data, in bytes: tables of its slots, links to other nodes, connections
 * that move slots. It counts against maxmemory, and does not become smaller with the dial.
 */
const CLUSTER_OWN_BYTES = 4 * 1024 * 1024

/** The same with cluster mode: on a scaled node the server's own memory would else leave next to nothing for data. */
export const withClusterMemory = (maxmemory: number): number => maxmemory + CLUSTER_OWN_BYTES

function number(text: string | undefined): string {
  return isNumber(text) ? text : '0'
}

function isNumber(text: string | undefined): text is string {
  return text !== undefined && /^\d+$/.test(text)
}
