import { randomInt } from 'node:crypto'
import { createServer, type Server } from 'node:net'
import { occupiedPorts } from './occupied-ports.ts'
import type { Address } from './port.ts'

/** Where one node or front lives: what clients see, and the ports kept for its inner side. */
export interface Place extends Address {
  /** The redis cluster bus. */
  readonly busPort: number
  /** Where the server itself listens without TLS while a door stands at `port`. */
  readonly plainPort: number
  /** Where the server itself listens with TLS while a door stands at `port`. */
  readonly tlsPort: number
}

/** Addresses of one emulator. The same key and port always give the same place. */
export interface AddressBook {
  place(key: string, port: number): Place
  /** Lets other emulators have the block. */
  release(): Promise<void>
}

/** What an earlier emulator gave away, and where what this one gives away is noted. */
export interface AddressMemory {
  /** '127.x', or the first of a range of ports. */
  readonly block?: string
  /** By port and key. */
  readonly places: ReadonlyMap<string, Place>
  /** Says which block it is now, and what is given away of it. */
  begin(block: string, places: Map<string, Place>): void
  /** Another address was given away. */
  changed(): void
  /** Notes all of them now. */
  flush(): Promise<void>
}

/** The port at which a holder of a block listens: its bound socket is the claim. */
const CLAIM_PORT = 7639
const BUS_OFFSET = 10_000

/**
 * Claims a block of addresses that no other emulator of this machine has: 127.x.0.0/16 where every loopback address can
 * be bound (Linux), so each node has the engine's own port; else, or when `ownAddresses` is false, a range of ports of
 * 127.0.0.1. With a memory it tries the block of the time before first: there every key keeps its address.
 */
export async function claimAddresses(ownAddresses: boolean, memory?: AddressMemory): Promise<AddressBook> {
  const block = memory?.block ?? ''
  const first = (wished: (number: number) => boolean, numbers: readonly number[]) =>
    shuffled(numbers).sort((a, b) => Number(wished(b)) - Number(wished(a)))
  for (const x of ownAddresses ? first((number) => `127.${number}` === block, range(10, 250)) : []) {
    const claim = await listen(`127.${x}.0.1`, CLAIM_PORT)
    if (claim === 'in use') continue
    if (claim === 'impossible') break
    return bookOf(`127.${x}`, claim, memory)
  }
  const thousands = range(10, 30).map((thousand) => thousand * 1000)
  for (const from of first((number) => String(number) === block, thousands)) {
    const claim = await listen('127.0.0.1', from)
    if (typeof claim !== 'string') return portBookOf(from, claim, memory)
  }
  throw new Error('no block of loopback addresses or ports is free for the emulator')
}

/** One address a key. */
function bookOf(block: string, claim: Server, memory: AddressMemory | undefined): AddressBook {
  const places = placesOf(block, memory)
  const hosts = new Map(before(block, memory).map(([id, { host }]) => [keyIn(id), host]))
  return {
    place(key, port) {
      const known = places.get(`${port} ${key}`)
      if (known) return known
      // 2 to 251 of each /24: neither the claim's own address nor one that looks like a network or a broadcast.
      const host = hosts.get(key) ?? `${block}.${Math.floor(hosts.size / 250)}.${2 + (hosts.size % 250)}`
      hosts.set(key, host)
      const taken = occupiedPorts(host)
      const free = (wished: number) => {
        let found = wished > 65_535 ? wished - 2 * BUS_OFFSET : wished
        while (taken.has(found)) found++
        taken.add(found)
        return found
      }
      const own = free(port)
      const place = {
        host,
        port: own,
        busPort: free(own + BUS_OFFSET),
        plainPort: free(own + 1),
        tlsPort: free(own + 2),
      }
      places.set(`${port} ${key}`, place)
      memory?.changed()
      return place
    },
    release: () => released(claim, memory),
  }
}

/** One address for all: four ports a key out of a thousand. */
function portBookOf(first: number, claim: Server, memory: AddressMemory | undefined): AddressBook {
  const places = placesOf(String(first), memory)
  let next = Math.max(first, ...[...places.values()].map(({ tlsPort }) => tlsPort)) + 1
  return {
    place(key, port) {
      const known = places.get(`${port} ${key}`)
      if (known) return known
      const taken = occupiedPorts('127.0.0.1')
      const free = () => {
        while (taken.has(next)) next++
        if (next >= first + 1000) throw new Error('all ports of this emulator are given away')
        return next++
      }
      const place = { host: '127.0.0.1', port: free(), busPort: free(), plainPort: free(), tlsPort: free() }
      places.set(`${port} ${key}`, place)
      memory?.changed()
      return place
    },
    release: () => released(claim, memory),
  }
}

/** The places of the time before, if the block is the same. */
function before(block: string, memory: AddressMemory | undefined): readonly (readonly [string, Place])[] {
  return memory?.block === block ? [...memory.places] : []
}

/** Those whose ports nobody else has by now. */
function placesOf(block: string, memory: AddressMemory | undefined): Map<string, Place> {
  const free = before(block, memory).filter(([, { host, ...ports }]) => {
    const taken = occupiedPorts(host)
    return !Object.values(ports).some((port) => taken.has(port))
  })
  const places = new Map(free)
  memory?.begin(block, places)
  return places
}

/** Places are known by port and key. */
function keyIn(id: string): string {
  return id.slice(id.indexOf(' ') + 1)
}

async function released(claim: Server, memory: AddressMemory | undefined): Promise<void> {
  await memory?.flush()
  await closed(claim)
}

function listen(host: string, port: number): Promise<Server | 'in use' | 'impossible'> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'EADDRINUSE' ? 'in use' : 'impossible'),
    )
    server.listen({ host, port }, () => resolve(server.unref()))
  })
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
  })
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index)
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, rank: randomInt(2 ** 32) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item)
}
