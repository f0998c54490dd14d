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
  readonly cluster?: { readonly id: string; readonly shard: string; readonly slots: string } // cluster mode; slots '0-5460' (for the shard)
  readonly generation: number // rises when the node must be restarted (reboot, replacement)
}
/** A stable name in front of nodes: follows a failover; what clients connect to. */
export interface FrontWanted {
  readonly key: string // '<account>/<region>/<id>/primary' and so on
  readonly kind: 'primary' | 'reader' | 'configuration' | 'memcached-configuration'
  readonly port: number
  readonly targets: readonly string[] // node keys, in order of preference (reader: spread)
  readonly version: number // memcached-configuration: rises when nodes come or go
}
export interface Address {
  readonly host: string
  readonly port: number
}
export interface EnginesWanted {
  readonly nodes: readonly NodeWanted[]
  readonly fronts: readonly FrontWanted[]
}
export interface Engines {
  /** Reserves (or repeats) the address of a node or front key before anything runs there. */
  address(key: string, port: number): Address
  /** Makes what runs equal to what is wanted; returns at once, works in the background, the latest call wins. */
  converge(wanted: EnginesWanted): void
  /** Keys that answer as wanted right now. */
  ready(): ReadonlySet<string>
  /** Keys that cannot be had, and why. */
  failed(): ReadonlyMap<string, string>
  /** Called whenever ready() or failed() changed. */
  onChange(listener: () => void): void
  stop(): Promise<void>
}
