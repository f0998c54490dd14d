/** One server process as the world wants it. Equal specs mean: leave it alone. */
export interface NodeWanted {
  readonly key: string // '<account>/<region>/<cacheClusterId>/<cacheNodeId>', unique
  readonly engine: 'redis' | 'valkey' | 'memcached'
  readonly engineVersion: string // as AWS names it; what the local binaries are may differ
  readonly port: number // the engine's own port, e.g. 6379
  readonly maxmemoryBytes: number // of the node type, unscaled; the engines scale it by their dial
  readonly parameters: Readonly<Record<string, string>> // effective parameter-group values, ElastiCache names
  readonly tls: 'disabled' | 'preferred' | 'required'
  readonly authTokens: readonly string[] // 0, 1 or 2 valid tokens; with `openToo` also unauthenticated
  readonly openToo: boolean
  readonly primary?: string // key of the node it replicates; absent: it is a primary (or memcached)
  readonly users?: readonly EngineUser[] // role-based access; absent: the tokens decide. A user `default` that is not among them is off
  /**
   * RDB files that it begins with, where it never had data of its own; in cluster mode with the keys of its own slots.
   * Relative paths lie below the data folder.
   */
  readonly seedFiles?: readonly string[]
  readonly durability?: 'async' | 'sync' // what was written survives the process: within a second, or before the reply
  /**
   * Cluster mode. `slots` are those of the shard: '0-5460' or '0-99,200-300'; empty while the shard comes or leaves and
   * holds none. Slots that are wanted elsewhere than they lie move there with their keys, while clients go on.
   */
  readonly cluster?: { readonly id: string; readonly shard: string; readonly slots: string }
  readonly generation: number // rises when the node must be restarted (reboot, replacement)
  readonly name?: string // what clients call it, when that is not its address: certificates and auto-discovery know it
}
/** A user of role-based access, as the server must know it. */
export interface EngineUser {
  readonly name: string // AWS's UserName, e.g. 'default'
  readonly accessString: string // normalised; restricted commands are denied whatever it says
  readonly passwords: readonly string[] // SHA-256 of each, in hex; none with noPassword; a user that is on with neither cannot log in
  readonly noPassword: boolean
}
/** A copy of a node's data, to be written once. Its key becomes ready when the file is whole. */
export interface BackupWanted {
  readonly key: string // '<account>/<region>/snapshot/<name>/<shard>', unique
  readonly node: string // key of the node
  readonly file: string // path of the RDB file, below the data folder; it goes when no wanted backup names it any more
  readonly taken?: boolean // the file was whole once: it is kept, and not written again
}
/** A stable name in front of nodes: follows a failover; what clients connect to. */
export interface FrontWanted {
  readonly key: string // '<account>/<region>/<id>/primary' and so on
  readonly kind: 'primary' | 'reader' | 'configuration' | 'memcached-configuration'
  readonly port: number
  readonly targets: readonly string[] // node keys, in order of preference (reader: spread)
  readonly version: number // memcached-configuration: rises when nodes come or go
  readonly name?: string // as a node's
}
export interface Address {
  readonly host: string
  readonly port: number
}
export interface EnginesWanted {
  readonly nodes: readonly NodeWanted[]
  readonly fronts: readonly FrontWanted[]
  readonly backups: readonly BackupWanted[]
}
/** What a node says of itself, as numbers: INFO of redis and valkey, stats of memcached, under the server's own names. */
export type Figures = Readonly<Record<string, number>>
export interface Engines {
  /** Reserves (or repeats) the address of a node or front key before anything runs there. */
  address(key: string, port: number): Address
  /** Makes what runs equal to what is wanted; returns at once, works in the background, the latest call wins. */
  converge(wanted: EnginesWanted): void
  /** Keys that answer as wanted right now. */
  ready(): ReadonlySet<string>
  /** Keys that cannot be had, and why. */
  failed(): ReadonlyMap<string, string>
  /**
   * Keys of nodes that ended by themselves, until they answer again. They are started again, except for a primary that
   * is not durable and has living replicas: it waits for another to be promoted, or for a new generation.
   */
  lost(): ReadonlySet<string>
  /**
   * How many of the slots that are to move have moved: 0 before the first is begun, 100 when none is to move.
   * The key is '<account>/<region>/<id>'.
   */
  slotsMovedPercent(clusterKey: string): number
  /**
   * The slots that each shard of a cluster really has, by shard id; undefined while that is not known for every slot.
   * A cluster whose slots could not be moved for a while, with no progress at all, is among failed() under its own key:
   * nothing is tried any more until other slots are wanted.
   */
  slotsHeld(clusterKey: string): Readonly<Record<string, string>> | undefined
  /** What a node says of itself right now; undefined when it does not answer. */
  figures(key: string): Promise<Figures | undefined>
  /** Size of the file of a backup key; 0 while there is none. */
  backupBytes(key: string): number
  /** Called whenever ready(), failed() or lost() changed. */
  onChange(listener: () => void): void
  stop(): Promise<void>
}
