import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect as connectTcp, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import type { Address, FrontWanted, NodeWanted } from '../../emulator/engines/port.ts'
import { createEngines, type EnginesOptions, type ProcessEngines } from '../../emulator/engines/processes.ts'
import { type RedisConnection, speakRedis } from '../../emulator/engines/resp.ts'
import { patience, patienceMs } from '../patience.ts'

/** A node as AWS's smallest type would be wanted. */
export function node(name: string, changes: Partial<NodeWanted> = {}): NodeWanted {
  return {
    key: `123456789012/us-east-1/${name}`,
    engine: 'redis',
    engineVersion: '7.1',
    port: 6379,
    maxmemoryBytes: 536_870_912,
    parameters: { 'maxmemory-policy': 'volatile-lru', 'reserved-memory-percent': '25' },
    tls: 'disabled',
    authTokens: [],
    openToo: false,
    generation: 1,
    ...changes,
  }
}

/** A front before nodes. */
export function front(
  name: string,
  kind: FrontWanted['kind'],
  targets: readonly NodeWanted[],
  version = 1,
): FrontWanted {
  const port = targets[0]?.port ?? 6379
  return { key: `123456789012/us-east-1/${name}`, kind, port, targets: targets.map(({ key }) => key), version }
}

/** Engines that write what they say into `said`. */
export async function startEngines(
  options: Partial<EnginesOptions> = {},
): Promise<ProcessEngines & { readonly said: readonly string[] }> {
  const said: string[] = []
  const engines = await createEngines({ ...options, log: (line) => said.push(line) })
  return Object.assign(engines, { said })
}

/** Resolves when all wanted nodes and fronts answer; rejects with the reasons when they do not. */
export function settle(
  engines: ProcessEngines,
  nodes: readonly NodeWanted[],
  fronts: readonly FrontWanted[] = [],
): Promise<void> {
  engines.converge({ nodes, fronts, backups: [] })
  const keys = [...nodes, ...fronts].map(({ key }) => key)
  return untilReady(engines, keys)
}

/** Resolves when all these keys are ready; rejects when nothing has changed for long. */
export function untilReady(engines: ProcessEngines, keys: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const missing = () => keys.filter((key) => !engines.ready().has(key))
    const late = () => reject(new Error(`not ready: ${missing().join(', ')} ${JSON.stringify([...engines.failed()])}`))
    const deadline = setTimeout(late, patienceMs)
    const look = () => {
      if (missing().length > 0) return void deadline.refresh()
      clearTimeout(deadline)
      resolve()
    }
    engines.onChange(look)
    look()
  })
}

/** Asks again until the answer is yes. */
export async function until(what: string, ask: () => Promise<boolean> | boolean): Promise<void> {
  const waits = patience()
  while (!(await ask())) {
    if (!waits()) throw new Error(`waited in vain until ${what}`)
    await pause(25)
  }
}

const sockets = new Set<Socket>()

/** A customer's connection to a redis or valkey address, over TLS when there is a CA file. */
export function redisAt(at: Address, caFile?: string): RedisConnection {
  const socket = caFile === undefined ? connectTcp(at) : connectTls({ ...at, ca: readFileSync(caFile) })
  return speakRedis(kept(socket))
}

/** A customer's connection to a memcached address: say something, get the answer up to and with `end`. */
export function memcachedAt(at: Address, caFile?: string): (text: string, end: string) => Promise<string> {
  const socket = kept(caFile === undefined ? connectTcp(at) : connectTls({ ...at, ca: readFileSync(caFile) }))
  return async (text, end) => {
    socket.write(text)
    let heard = ''
    while (!heard.endsWith(end)) heard += String((await once(socket, 'data'))[0])
    return heard
  }
}

/** Closes what {@link redisAt} and {@link memcachedAt} opened. */
export function hangUp(): void {
  for (const socket of sockets) socket.destroy()
  sockets.clear()
}

/** Whether a process runs. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function kept(socket: Socket): Socket {
  socket.on('error', () => {})
  sockets.add(socket)
  return socket
}
