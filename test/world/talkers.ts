import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { Cluster, Redis } from 'ioredis'
import type { TestWorld } from './world.ts'

type Keys = Readonly<Record<string, string>>

/** What a workload has read of its Secret, as it uses it. */
interface Read {
  readonly keys: Keys
  /** Names what was read, for telling the order of things: `tls`, `token`, `cluster`. */
  readonly way: string
}

const wayOf = (keys: Keys): string =>
  [
    keys.tls === 'true' ? 'tls' : 'plain',
    keys.password === undefined ? 'open' : `token ${keys.password.slice(0, 4)}`,
    keys['cluster.nodes'] === undefined ? 'single' : 'cluster',
  ].join(', ')

/** A workload: connects anew each second with what it has read of the Secret, and reads the Secret again now and then. */
export interface Talker {
  readonly requests: () => number
  /** Requests that failed twice in a row: a connection that is cut is made anew at once, as every client does. */
  readonly failures: () => readonly string[]
  /** Connections that were cut, and where the second one was good. */
  readonly cuts: () => number
  /** Each way once, in the order in which the Secret told it. */
  readonly ways: () => readonly string[]
  stop(): Promise<void>
}

const connect = ({ keys }: Read, ca: Buffer, reads: boolean, onError: (error: Error) => void): Redis | Cluster => {
  const { host = '', port = '', username, password } = keys
  const named = reads && keys['reader-host'] !== undefined
  const at = named
    ? { host: keys['reader-host'] ?? '', port: Number(keys['reader-port']) }
    : { host, port: Number(port) }
  const secured = keys.tls === 'true' ? { tls: { ca } } : {}
  const options = {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...secured,
    connectTimeout: 10_000,
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  }
  // The request itself says no more than that the connection is closed.
  const quiet = <T extends Redis | Cluster>(client: T): T => {
    client.on('error', onError)
    return client
  }
  return keys['cluster.nodes'] === undefined
    ? quiet(new Redis({ ...options, ...at }))
    : quiet(
        new Cluster([{ host, port: Number(port) }], {
          redisOptions: options,
          lazyConnect: true,
          clusterRetryStrategy: () => null,
          dnsLookup: (address, callback) => callback(null, address),
        }),
      )
}

interface TalkerOptions {
  readonly world: TestWorld
  readonly secret: string
  readonly does: 'reads' | 'writes'
  /** Between two reads of the Secret; Infinity for one that never learns. */
  readonly rereadMs?: number
  /** Whether it reads where it is told to read; else it reads where it would write. */
  readonly fromReader?: boolean
}

export const startTalker = async ({
  world,
  secret,
  does,
  rereadMs = 3000,
  fromReader = does === 'reads',
}: TalkerOptions): Promise<Talker> => {
  const ca = readFileSync(world.env.SSL_CERT_FILE ?? '')
  const ways: string[] = []
  const failures: string[] = []
  let requests = 0
  let cuts = 0
  let why = ''
  let stopping = false
  const read = async (): Promise<Read> => {
    const keys = (await world.secret(secret)) ?? {}
    const way = wayOf(keys)
    if (ways.at(-1) !== way) ways.push(way)
    return { keys, way }
  }
  let held = await read()
  let readMs = performance.now()
  const once = async () => {
    const client = connect(held, ca, fromReader, (error) => {
      why = String(error)
    })
    try {
      await client.connect()
      if (does === 'writes') await client.set('talk', String(requests))
      else await client.get('talk')
    } finally {
      client.disconnect()
    }
  }
  const loop = async () => {
    while (!stopping) {
      if (performance.now() - readMs >= rereadMs) {
        held = await read()
        readMs = performance.now()
      }
      requests += 1
      try {
        await once().catch(async () => {
          cuts += 1
          await pause(200)
          await once()
        })
      } catch (error) {
        failures.push(`${new Date().toISOString()} ${does} by ${held.way}: ${String(error)} ${why}`)
      }
      await pause(1000)
    }
  }
  const running = loop()
  return {
    requests: () => requests,
    failures: () => failures,
    cuts: () => cuts - failures.length,
    ways: () => ways,
    stop: async () => {
      stopping = true
      await running
    },
  }
}
