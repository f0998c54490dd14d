import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { AddressBook } from './addresses.ts'
import { type ClusterNames, stepCluster } from './cluster.ts'
import { keepsData } from './durability.ts'
import { memcachedFigures, redisFigures } from './figures.ts'
import { folderName } from './folder-name.ts'
import { startMemcached } from './memcached-server.ts'
import type { EnginesWanted, Figures, NodeWanted } from './port.ts'
import { startRedis } from './redis-server.ts'
import { type Member, stepReplication } from './replication.ts'
import { createResharding } from './resharding.ts'
import { createSeeds } from './seeds.ts'
import { type CacheServer, mustRestart, type RedisServer, type Surroundings, type Workshop } from './server.ts'
import type { Setbacks } from './setbacks.ts'
import { frontsOf, type Unit, unitsOf } from './units.ts'

/** All server processes of one emulator. */
export interface Nodes {
  /** Takes one step towards what is wanted. Gives the keys that answer as wanted. */
  step(wanted: EnginesWanted): Promise<ReadonlySet<string>>
  /** What a node says of itself; undefined when it is not there or does not answer. */
  figures(key: string): Promise<Figures | undefined>
  /** The server behind a node key, once it has answered. */
  serverOf(key: string): RedisServer | undefined
  /** Process ids by node key. */
  pids(): ReadonlyMap<string, number>
  /** Keys of nodes that ended by themselves, until they answer again. */
  lost(): ReadonlySet<string>
  /** Learns at once what the next step will be told: no slot begins to move any more that is wanted elsewhere by then. */
  expect(wanted: EnginesWanted): void
  /** How much of a cluster's reshard is done, 0 to 100. */
  slotsMovedPercent(clusterKey: string): number
  /** The slots that each shard of a cluster really has, once all are known. */
  slotsHeld(clusterKey: string): Readonly<Record<string, string>> | undefined
  stop(): Promise<void>
}

/** Starts of processes that have not answered yet, at most: more would only slow each other down. */
const STARTING_AT_ONCE = 8

/** Keeps the processes. Steps must not overlap. */
export function createNodes(shop: Workshop, book: AddressBook, setbacks: Setbacks): Nodes {
  const running = new Map<string, CacheServer>()
  const answering = new Set<string>()
  const lostNodes = new Map<string, NodeWanted>()
  const clusterIds = new Map<string, string>()
  const fallen = new Set<string>()
  /** Those of the step that is being taken. */
  const fallenNow = new Set<string>()
  const seeds = createSeeds(shop, setbacks)
  const resharding = createResharding(shop, setbacks)
  let leading = frontsOf([])
  let awaiting: ReadonlySet<string> = new Set()

  const around = (node: NodeWanted): Surroundings => {
    const place = book.place(node.key, node.port)
    const before = leading.get(node.key) ?? []
    const fronts = before.map((front) => book.place(front.key, front.port).host)
    const names = [node, ...before].flatMap(({ name }) => name ?? [])
    const primary = node.primary === undefined ? undefined : running.get(node.primary)?.place
    return { place, primary, certificate: shop.tls.certificateFor([place.host, ...fronts.sort(), ...names.sort()]) }
  }

  const stopNode = async (key: string, server: CacheServer, next: NodeWanted | undefined) => {
    running.delete(key)
    answering.delete(key)
    // Another engine in the same place is an upgrade, which keeps the data; a reboot loses it.
    const upgrades = next !== undefined && next.engine !== server.started.engine && next.engine !== 'memcached'
    await server.stop(upgrades || keepsData(join(shop.dataFolder, folderName(key)), next))
    if (next) return
    for (const folder of [shop.runFolder, shop.dataFolder])
      rmSync(join(folder, folderName(key)), { recursive: true, force: true })
  }

  const endUnwanted = async (nodes: readonly NodeWanted[]) => {
    const wanted = new Map(nodes.map((node) => [node.key, node]))
    for (const [key, server] of running) {
      if (server.child.ended === undefined) continue
      setbacks.note(key, server.child.ended)
      shop.log(`${key}: ${server.child.ended}`)
      lostNodes.set(key, server.started)
      fallen.add(key)
      fallenNow.add(key)
      await stopNode(key, server, wanted.get(key))
    }
    for (const key of lostNodes.keys()) if (!wanted.has(key)) lostNodes.delete(key)
    for (const key of fallen) if (!wanted.has(key)) fallen.delete(key)
    for (const key of clusterIds.keys()) if (!wanted.has(key)) clusterIds.delete(key)
    await Promise.all(
      [...running].map(([key, server]) => {
        const next = wanted.get(key)
        return !next || mustRestart(server.started, next) ? stopNode(key, server, next) : undefined
      }),
    )
  }

  /**
   * A lost primary whose replicas live is not simply started again: it would come back empty, and they would copy that.
   * It waits until one of them is promoted, or until a new generation says that the loss is meant. A durable one comes
   * back with its data, so that it can hand over and nothing is lost.
   */
  const awaitsPromotion = (node: NodeWanted, nodes: readonly NodeWanted[]) =>
    lostNodes.get(node.key)?.generation === node.generation &&
    node.primary === undefined &&
    node.durability === undefined &&
    nodes.some((other) => other.primary === node.key && answering.has(other.key))

  const startMissing = (nodes: readonly NodeWanted[]) => {
    let starting = running.size - answering.size
    // Primaries first, so that a replica knows from the start whom it follows.
    for (const node of [...nodes].sort((a, b) => Number(a.primary !== undefined) - Number(b.primary !== undefined))) {
      if (running.has(node.key) || setbacks.waitMs(node.key) > 0 || awaiting.has(node.key)) continue
      if (!seeds.inPlace(node, folderName(node.key))) continue
      if (starting++ >= STARTING_AT_ONCE) return
      lostNodes.delete(node.key)
      const start = node.engine === 'memcached' ? startMemcached : startRedis
      try {
        running.set(node.key, start(node, folderName(node.key), around(node), shop))
      } catch (error) {
        setbacks.note(node.key, (error as Error).message)
      }
    }
  }

  const settleUnit = async (unit: Unit): Promise<ReadonlySet<string>> => {
    const settled = await Promise.all(
      unit.nodes.map(async (node) => {
        const server = running.get(node.key)
        const ok = await server?.settle(node, around(node)).catch((error: Error) => {
          setbacks.mention(node.key, error.message)
          return false
        })
        if (ok) {
          answering.add(node.key)
          // A node that is ready and still counts as lost would be recovered twice.
          if (!fallenNow.has(node.key)) fallen.delete(node.key)
          seeds.loaded(node, folderName(node.key))
        }
        return ok ? node : undefined
      }),
    )
    const there = settled.filter((node) => node !== undefined)
    if (unit.is === 'memcached') return new Set(there.map((node) => node.key))
    const members = there.flatMap((wanted): Member[] => {
      const server = running.get(wanted.key)
      return isRedis(server) ? [{ wanted, server }] : []
    })
    const names: ClusterNames = { keys: unit.nodes.map((node) => node.key), ids: clusterIds }
    return unit.is === 'cluster' ? stepCluster(members, names, resharding) : stepReplication(members)
  }

  return {
    async step(wanted) {
      leading = frontsOf(wanted.fronts)
      fallenNow.clear()
      await endUnwanted(wanted.nodes)
      awaiting = new Set(wanted.nodes.filter((node) => awaitsPromotion(node, wanted.nodes)).map(({ key }) => key))
      startMissing(wanted.nodes)
      const ready = new Set<string>()
      await Promise.all(
        unitsOf(wanted.nodes).map(async (unit) => {
          try {
            for (const key of await settleUnit(unit)) ready.add(key)
          } catch (error) {
            // A server that goes or hangs in the middle is met again at the next step.
            for (const { key } of unit.nodes) setbacks.mention(key, (error as Error).message)
          }
        }),
      )
      // However soon a node is back, its loss is told first.
      for (const key of fallenNow) ready.delete(key)
      for (const key of ready) setbacks.clear(key)
      return ready
    },
    async figures(key) {
      const server = running.get(key)
      if (!server) return undefined
      const ca = server.started.tls === 'disabled' ? undefined : shop.tls.ca
      const asked = isRedis(server) ? server.admin().then(redisFigures) : memcachedFigures(server.place, ca)
      return asked.catch(() => undefined)
    },
    serverOf(key) {
      const server = answering.has(key) ? running.get(key) : undefined
      return isRedis(server) ? server : undefined
    },
    pids: () =>
      new Map([...running].flatMap(([key, { child }]) => (child.pid === undefined ? [] : [[key, child.pid]]))),
    lost: () => new Set([...awaiting, ...fallen]),
    expect: (wanted) => resharding.expect(wanted.nodes),
    slotsMovedPercent: (clusterKey) => resharding.movedPercent(clusterKey),
    slotsHeld: (clusterKey) => resharding.held(clusterKey),
    async stop() {
      await seeds.stop()
      const end = (key: string, server: CacheServer) =>
        shop.outlives ? server.stop(true) : stopNode(key, server, undefined)
      await Promise.all([...running].map(([key, server]) => end(key, server)))
    },
  }
}

function isRedis(server: CacheServer | undefined): server is RedisServer {
  return server !== undefined && 'admin' in server
}
