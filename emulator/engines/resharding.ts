import { REPLICA } from './access-rules.ts'
import type { Seen } from './cluster-view.ts'
import { slotsOf } from './cluster-view.ts'
import type { NodeWanted } from './port.ts'
import { hasDoor } from './redis-config.ts'
import type { Workshop } from './server.ts'

/** Moves slots with their keys to the shards that are to have them, while clients go on. */
export interface Resharding {
  /** Learns what is wanted from now on. What was wanted before is begun no more. */
  expect(nodes: readonly NodeWanted[]): void
  /**
   * Moves slots for a moment. A slot that lies half here and half there is finished first.
   * @param seen every node of one cluster, all of them in place but for their slots
   */
  step(seen: readonly Seen[]): Promise<void>
  /** How many of the slots that are to move have moved: 0 before the first is begun, 100 when none is to move. */
  movedPercent(clusterKey: string): number
}

interface Progress {
  /** The slots of every shard, as one text. */
  readonly wish: string
  begun: boolean
  total: number
  left: number
}

/** One slot's way. */
interface Move {
  readonly slot: number
  readonly from: Seen
  readonly to: Seen
}

/** How long one step may move slots: other caches wait for it. */
const STEP_MS = 150
/** Slots that move together. A source serves nobody else while it sends their keys. */
const BATCH = 64
const KEYS_AT_ONCE = 100
/** Valkey answers a SETSLOT when all replicas have it, and keeps one connection waiting meanwhile. */
const LANES = { redis: 1, valkey: 8, memcached: 1 } as const
const SEND_TIMEOUT_MS = '2000'

/** Keeps what is known of every cluster's slots. */
export function createResharding(shop: Pick<Workshop, 'own' | 'wake'>): Resharding {
  const clusters = new Map<string, Progress>()

  const moveBatch = async ({ from, to }: Move, slots: readonly number[], lanesOf: (node: Seen) => Promise<Lanes>) => {
    const [source, target] = await Promise.all([lanesOf(from), lanesOf(to)])
    const [sourceId, targetId] = [from.view.self.id, to.view.self.id]
    const set = (lanes: Lanes, ...state: string[]) =>
      Promise.all(
        slots.map((slot, index) => lanes[index % lanes.length]?.call('CLUSTER', 'SETSLOT', String(slot), ...state)),
      )
    // The order matters: whoever is sent on must find the door open.
    await set(target, 'IMPORTING', sourceId)
    await set(source, 'MIGRATING', targetId)
    await sendKeys(await from.server.admin(), to, slots)
    await set(target, 'NODE', targetId)
    await set(source, 'NODE', targetId)
  }

  const sendKeys = async (source: Connection, to: Seen, slots: readonly number[]) => {
    const credentials = ['AUTH2', REPLICA, shop.own.replicaPassword]
    // A copy that a lost reply left behind is older than what its source has.
    const options = ['0', SEND_TIMEOUT_MS, 'REPLACE', ...credentials, 'KEYS']
    for (let left = slots; left.length > 0; ) {
      const found = await Promise.all(
        left.map(async (slot) => {
          const keys = await source.callBytes('CLUSTER', 'GETKEYSINSLOT', String(slot), String(KEYS_AT_ONCE))
          return { slot, keys: keys as string[] }
        }),
      )
      const full = found.filter(({ keys }) => keys.length > 0)
      await Promise.all(
        full.map(({ keys }) =>
          source.callBytes('MIGRATE', to.server.place.host, innerPort(to), '', ...options, ...keys),
        ),
      )
      left = full.map(({ slot }) => slot)
    }
  }

  return {
    expect(nodes) {
      const wishes = wishesOf(nodes)
      for (const key of clusters.keys()) if (!wishes.has(key)) clusters.delete(key)
      for (const [key, wish] of wishes) {
        const known = clusters.get(key)
        if (known?.wish === wish) continue
        // The slots of a new cluster do not move: they are given out.
        clusters.set(key, { wish, begun: false, total: known ? 1 : 0, left: known ? 1 : 0 })
      }
    },
    async step(seen) {
      const [first] = seen
      const key = first && clusterKeyOf(first.wanted)
      const progress = key === undefined ? undefined : clusters.get(key)
      if (key === undefined || !progress) return
      const wish = wishesOf(seen.map(({ wanted }) => wanted)).get(key)
      const current = () => clusters.get(key) === progress && progress.wish === wish
      if (!current()) return
      const moves = movesAmong(seen)
      if (!progress.begun) progress.total = moves.length
      progress.total = Math.max(progress.total, moves.length)
      progress.left = moves.length
      if (moves.length === 0) return
      progress.begun = true
      const lanes = createLanes()
      const end = performance.now() + STEP_MS
      try {
        for (const batch of batchesOf(moves)) {
          if (!current() || performance.now() > end) break
          const slots = batch.map(({ slot }) => slot)
          await moveBatch(batch[0], slots, lanes.of)
          progress.left -= batch.length
        }
      } finally {
        await lanes.close()
      }
      shop.wake()
    },
    movedPercent(clusterKey) {
      const { begun = false, total = 0, left = 0 } = clusters.get(clusterKey) ?? {}
      if (total === 0) return 100
      return begun ? Math.max(1, Math.floor((100 * (total - left)) / total)) : 0
    },
  }
}

type Connection = Awaited<ReturnType<Seen['server']['connect']>>
type Lanes = readonly Connection[]

/** Connections to several servers, opened when they are first needed. */
function createLanes() {
  const opened = new Map<Seen, Promise<Lanes>>()
  return {
    of(node: Seen): Promise<Lanes> {
      const count = LANES[node.wanted.engine]
      const lanes = opened.get(node) ?? Promise.all(Array.from({ length: count }, () => node.server.connect()))
      opened.set(node, lanes)
      return lanes
    },
    async close(): Promise<void> {
      for (const lanes of await Promise.allSettled(opened.values()))
        if (lanes.status === 'fulfilled') for (const lane of lanes.value) lane.close()
    },
  }
}

/** Account, region and id: ids alone are unique in one account and region only. */
function clusterKeyOf({ key, cluster }: NodeWanted): string | undefined {
  return cluster && [...key.split('/').slice(0, 2), cluster.id].join('/')
}

/** The slots that each shard of each cluster is to have. A promotion is no other wish. */
function wishesOf(nodes: readonly NodeWanted[]): ReadonlyMap<string, string> {
  const shards = new Map<string, Map<string, string>>()
  for (const node of nodes) {
    const key = clusterKeyOf(node)
    if (key === undefined || !node.cluster) continue
    const known = shards.get(key) ?? new Map<string, string>()
    shards.set(key, known.set(node.cluster.shard, node.cluster.slots))
  }
  return new Map([...shards].map(([key, slots]) => [key, JSON.stringify([...slots].sort())]))
}

/** The slots that lie elsewhere than they are wanted, those that are half moved first: they go where they were going. */
function movesAmong(seen: readonly Seen[]): readonly Move[] {
  const primaries = seen.filter(({ wanted, view }) => !wanted.primary && !view.self.flags.includes('slave'))
  const byId = new Map(primaries.map((node) => [node.view.self.id, node]))
  const home = new Map(
    primaries.flatMap((node) => slotsOf(node.wanted.cluster?.slots ?? '').map((slot) => [slot, node])),
  )
  const half: Move[] = []
  const whole: Move[] = []
  for (const from of primaries) {
    for (const slot of from.view.self.slots) {
      const underway = byId.get(from.view.migrating.get(slot) ?? '')
      const to = underway ?? home.get(slot)
      // Where two own a slot, the younger claim prevails by itself within moments.
      if (!to || to === from || to.view.self.slots.includes(slot)) continue
      ;(underway ? half : whole).push({ slot, from, to })
    }
  }
  return [...half, ...whole]
}

type Batch = readonly [Move, ...Move[]]

/** Runs of slots with the same way. */
function batchesOf(moves: readonly Move[]): readonly Batch[] {
  const batches: [Move, ...Move[]][] = []
  for (const move of moves) {
    const last = batches.at(-1)
    if (last && last.length < BATCH && last[0].from === move.from && last[0].to === move.to) last.push(move)
    else batches.push([move])
  }
  return batches
}

/** Where the server itself listens, behind a door of ours too. Servers speak TLS among each other where they can. */
function innerPort({ wanted, server: { place } }: Seen): string {
  if (!hasDoor(wanted)) return String(place.port)
  return String(wanted.tls === 'disabled' ? place.plainPort : place.tlsPort)
}
