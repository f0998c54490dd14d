import type { OwnUsers } from './access-rules.ts'
import type { Place } from './addresses.ts'
import type { Binaries } from './binaries.ts'
import type { Child } from './child.ts'
import type { Log } from './log.ts'
import type { Address, NodeWanted } from './port.ts'
import type { RedisConnection } from './resp.ts'
import type { TlsFiles, TlsStore } from './tls-files.ts'

/** What every server process of one emulator shares. */
export interface Workshop {
  readonly binaries: Binaries
  /** One folder a node below it: process id, configuration, sockets. */
  readonly runFolder: string
  /** One folder a node below it: what the node stores. */
  readonly dataFolder: string
  /** Whether what is in the data folder at the end is for an emulator that comes after this one. */
  readonly outlives: boolean
  readonly memoryScale: number
  readonly own: OwnUsers
  readonly tls: TlsStore
  readonly log: Log
  /** Something happened that calls for another look. */
  wake(): void
}

/** What a server needs to know of its surroundings. */
export interface Surroundings {
  readonly place: Place
  readonly certificate: TlsFiles
  /** Where the node that it replicates listens. */
  readonly primary: Address | undefined
}

/** A server process under our care. */
export interface CacheServer {
  /** What it was started for. */
  readonly started: NodeWanted
  readonly place: Place
  readonly child: Child
  /** Changes what a running server can change. Says whether it answers, and is set as wanted. */
  settle(wanted: NodeWanted, around: Surroundings): Promise<boolean>
  /** Ends it. `keepData` leaves its data for the server that is started next in its place. */
  stop(keepData: boolean): Promise<void>
}

/** A redis or valkey server: it can also be spoken to. */
export interface RedisServer extends CacheServer {
  /** Calls as our own user, who may do everything. */
  admin(): Promise<RedisConnection>
  /** Another connection of that user, for whoever closes it. */
  connect(): Promise<RedisConnection>
}

/** Whether the wish can be had only by a new process. Parameters that wait for a reboot wait for `generation`. */
export function mustRestart(started: NodeWanted, wanted: NodeWanted): boolean {
  const changed = (field: 'engine' | 'port' | 'generation') => started[field] !== wanted[field]
  if (changed('engine') || changed('port') || changed('generation')) return true
  if (wanted.engine === 'memcached')
    return (
      started.maxmemoryBytes !== wanted.maxmemoryBytes || (started.tls === 'disabled') !== (wanted.tls === 'disabled')
    )
  return started.cluster?.id !== wanted.cluster?.id
}
