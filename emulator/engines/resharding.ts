import type { Seen } from './cluster-view.ts'
import { rangesOf } from './cluster-view.ts'
import type { NodeWanted } from './port.ts'
import type { Workshop } from './server.ts'
import type { Setbacks } from './setbacks.ts'
import { sendKeys } from './slot-keys.ts'
import { homesOf, staleMarks, takeBack } from './slot-marks.ts'

/** Moves slots with their keys to the shards that are to have them, while clients go on. */
export interface Resharding {
  /** Learns what is wanted from now on. What was wanted before is begun no more. */
  expect(nodes: readonly NodeWanted[]): void
  /**
   * Moves slots for a moment. A slot that lies half here and half there is finished first, or taken back when it is to
   * stay. After many tries without any progress it is given up until something else is wanted.
   * @param seen every node of one cluster, all of them in place but for their slots
   * @returns whether nothing is left to do
   */
  step(seen: readonly Seen[]): Promise<boolean>
  /** How many of the slots that are to move have moved: 0 before the first is begun, 100 when none is to move. */
  movedPercent(clusterKey: string): number
  /** The slots that each shard has, by shard id; undefined before the first step. */
  held(clusterKey: string): Readonly<Record<string, string>> | undefined
}

interface Progress {
  /** The slots of every shard, as one text. */
  readonly wish: string
  begun: boolean
  total: number
  left: number
  /** Tries in a row that moved nothing. */
  fruitless: number
  held?: Readonly<Record<string, string>>
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
/**
 * Valkey answers a SETSLOT when all replicas have it, and keeps one connection waiting meanwhile. Each connection costs
 * the server some 10 kB of the memory that it counts.
 */
const LANES = { redis: 1, valkey: 16, memcached: 1 } as const
/** About five seconds, at the pace at which the engines look after a cluster that does not get on. */
const FRUITLESS_TRIES = 24
/** How long the replicas of a receiver may take to have what it was sent. */
const REPLICAS_MS = '1000'

/** Keeps what is known of every cluster's slots. */
export function createResharding(shop: Pick<Workshop, 'own' | 'wake'>, setbacks: Setbacks): Resharding {
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
    await sendKeys(await from.server.admin(), to, shop.own.replicaPassword, slots)
    // The source gives a slot up only when the end of one process cannot take its keys.
    await copied(target[0], to.view.role.feeds.length)
    await set(target, 'NODE', targetId)
    await set(source, 'NODE', targetId)
  }

  const moveFor = async (forMs: number, moves: readonly Move[], progress: Progress, current: () => boolean) => {
    progress.begun = true
    const lanes = createLanes()
    const end = performance.now() + forMs
    try {
      for (const batch of batchesOf(moves)) {
        if (!current() || performance.now() > end) break
        const slots = batch.map(({ slot }) => slot)
        await moveBatch(batch[0], slots, lanes.of)
        progress.left -= batch.length
        progress.fruitless = 0
      }
    } finally {
      await lanes.close()
    }
  }

  return {
    expect(nodes) {
      const wishes = wishesOf(nodes)
      for (const key of clusters.keys()) {
        if (wishes.get(key) === clusters.get(key)?.wish) continue
        setbacks.clear(key)
        if (!wishes.has(key)) clusters.delete(key)
      }
      for (const [key, wish] of wishes) {
        const known = clusters.get(key)
        if (known?.wish === wish) continue
        // The slots of a new cluster do not move: they are given out.
        clusters.set(key, { wish, begun: false, total: known ? 1 : 0, left: known ? 1 : 0, fruitless: 0 })
      }
    },
    async step(seen) {
      const [first] = seen
      const key = first && clusterKeyOf(first.wanted)
      const progress = key === undefined ? undefined : clusters.get(key)
      if (key === undefined || !progress) return false
      const wish = wishesOf(seen.map(({ wanted }) => wanted)).get(key)
      const current = () => clusters.get(key) === progress && progress.wish === wish
      if (!current()) return false
      const primaries = seen.filter(({ wanted, view }) => !wanted.primary && !view.self.flags.includes('slave'))
      progress.held = heldBy(primaries)
      const stale = staleMarks(primaries)
      const moves = movesAmong(primaries, stale)
      progress.total = progress.begun ? Math.max(progress.total, moves.length) : moves.length
      progress.left = moves.length
      if (moves.length + stale.length === 0) return true
      if (progress.fruitless >= FRUITLESS_TRIES) return true
      try {
        for (const mark of stale) {
          if (!current()) return false
          await takeBack(mark, shop.own.replicaPassword)
          progress.fruitless = 0
        }
        if (moves.length > 0) await moveFor(STEP_MS, moves, progress, current)
      } catch (error) {
        progress.fruitless++
        if (progress.fruitless >= FRUITLESS_TRIES)
          setbacks.mention(key, `slots do not move: ${(error as Error).message}`)
        throw error
      }
      shop.wake()
      return false
    },
    movedPercent(clusterKey) {
      const { begun = false, total = 0, left = 0 } = clusters.get(clusterKey) ?? {}
      if (total === 0) return 100
      return begun ? Math.max(1, Math.floor((100 * (total - left)) / total)) : 0
    },
    held: (clusterKey) => clusters.get(clusterKey)?.held,
  }
}

/** Waits until so many replicas have all that their primary has now. WAIT itself looks at the command before it. */
async function copied(primary: Connection | undefined, replicas: number): Promise<void> {
  await primary?.call('PING')
  const reached = Number(await primary?.call('WAIT', String(replicas), REPLICAS_MS))
  if (reached < replicas) throw new Error('the replicas of the shard that slots go to do not keep up')
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
    // A shard without slots says nothing: the last that is heard of one that leaves is that it has none.
    if (key === undefined || !node.cluster?.slots) continue
    const known = shards.get(key) ?? new Map<string, string>()
    shards.set(key, known.set(node.cluster.shard, node.cluster.slots))
  }
  return new Map([...shards].map(([key, slots]) => [key, JSON.stringify([...slots].sort())]))
}

/** The slots that lie elsewhere than they are wanted, those whose move was begun first. */
function movesAmong(primaries: readonly Seen[], stale: readonly { readonly slot: number }[]): readonly Move[] {
  const homes = homesOf(primaries)
  const waiting = new Set(stale.map(({ slot }) => slot))
  const half: Move[] = []
  const whole: Move[] = []
  for (const from of primaries) {
    for (const slot of from.view.self.slots) {
      const to = homes.get(slot)
      // Where two own a slot, the younger claim prevails by itself within moments.
      if (!to || to === from || to.view.self.slots.includes(slot) || waiting.has(slot)) continue
      const begun = from.view.migrating.has(slot) || to.view.importing.has(slot)
      ;(begun ? half : whole).push({ slot, from, to })
    }
  }
  return [...half, ...whole]
}

/** The slots of each shard as they are. Where two own a slot it counts once. */
function heldBy(primaries: readonly Seen[]): Readonly<Record<string, string>> {
  const counted = new Set<number>()
  return Object.fromEntries(
    primaries.map(({ wanted, view }) => {
      const own = view.self.slots.filter((slot) => !counted.has(slot))
      for (const slot of own) counted.add(slot)
      const ranges = rangesOf(own).map(([first, last]) => `${first}-${last}`)
      return [wanted.cluster?.shard ?? '', ranges.join(',')]
    }),
  )
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
