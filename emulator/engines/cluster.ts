import { rangesOf, type Seen, slotsOf, viewOf } from './cluster-view.ts'
import type { Member } from './replication.ts'
import { feeds } from './replication-role.ts'
import type { Resharding } from './resharding.ts'

/** Who belongs to a cluster, running or not. */
export interface ClusterNames {
  readonly keys: readonly string[]
  /** The server's own id of each node ever seen, by key. */
  readonly ids: Map<string, string>
}

const NONE: ReadonlySet<string> = new Set()

/**
 * Takes one step towards the wanted cluster: the nodes meet, primaries take the free ones of their slots, replicas join
 * their shard, nodes that are gone are forgotten. Once all have their place, slots move to the shards that are to have
 * them. Gives the keys of the nodes that are where they should be, in a cluster whose state is ok.
 */
export async function stepCluster(
  members: readonly Member[],
  names: ClusterNames,
  resharding: Resharding,
): Promise<ReadonlySet<string>> {
  const seen = await Promise.all(members.map(async (member) => ({ ...member, view: await viewOf(member.server) })))
  for (const { wanted, view } of seen) names.ids.set(wanted.key, view.self.id)
  const leaving = dismissed(seen)
  const keys = names.keys.filter((key) => !leaving.some(({ wanted }) => wanted.key === key))
  const staying = seen.filter((node) => !leaving.includes(node))
  if (!(await meet(staying))) return NONE
  await forgetStrangers(staying, { ...names, keys })
  await takeSlots(staying)
  await joinShards(staying)
  const placed = staying.filter((node) => inPlace(node, staying))
  // Before that nothing moves: a shard that cannot be had leaves all keys where they are.
  if (placed.length < keys.length || !(await resharding.step(staying))) return new Set(placedAlone(placed, staying))
  const forgotten = leaving.filter((node) => !staying.some((other) => knows(other, node.view.self.id)))
  return new Set([...placedAlone(placed, staying), ...forgotten.map(({ wanted }) => wanted.key)])
}

/** Keys of the nodes that have their place and their slots. */
function placedAlone(placed: readonly Seen[], seen: readonly Seen[]): readonly string[] {
  return placed.filter((node) => hasItsSlots(node, seen)).map((node) => node.wanted.key)
}

/**
 * Nodes of shards that leave and have no slots any more, once no slot is where it should not be. The others forget them
 * before they end, so that no client is told of a node that is gone.
 */
function dismissed(seen: readonly Seen[]): readonly Seen[] {
  const primaries = seen.filter(({ wanted }) => wanted.primary === undefined)
  const busy = primaries.some(({ view, wanted }) => {
    const home = new Set(slotsOf(wanted.cluster?.slots ?? ''))
    return view.migrating.size + view.importing.size > 0 || view.self.slots.some((slot) => !home.has(slot))
  })
  if (busy || !primaries.some(({ view }) => view.self.slots.length > 0)) return []
  return seen.filter(({ wanted, view }) => wanted.cluster?.slots === '' && view.self.slots.length === 0)
}

/** Everyone meets everyone: gossip would bring them together too, but takes seconds. */
async function meet(seen: readonly Seen[]): Promise<boolean> {
  let strangers = 0
  for (const [index, node] of seen.entries()) {
    // Distinct epochs from the start spare a cluster of new primaries the resolution of conflicts.
    if (node.view.nodes.length === 1 && node.view.self.slots.length === 0)
      await call(node, 'CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1)).catch(() => undefined)
    for (const other of seen) {
      if (knows(node, other.view.self.id)) continue
      strangers++
      const { host, port, busPort } = other.server.place
      if (seen.indexOf(other) < index) await call(node, 'CLUSTER', 'MEET', host, String(port), String(busPort))
    }
  }
  return seen.length > 0 && strangers === 0
}

function knows({ view }: Seen, id: string): boolean {
  return view.nodes.some((node) => node.id === id && !node.flags.includes('handshake'))
}

/** Nodes that no member is, such as removed replicas. One that is only down is still a member. */
async function forgetStrangers(seen: readonly Seen[], { keys, ids }: ClusterNames): Promise<void> {
  if (!keys.every((key) => ids.has(key))) return
  const ours = new Set(keys.map((key) => ids.get(key)))
  for (const node of seen) {
    // One without slots has given them all away and is gone for good; of any other it must be sure.
    const gone = node.view.nodes.filter(
      ({ id, flags, slots }) =>
        !ours.has(id) &&
        !flags.includes('handshake') &&
        (slots.length === 0 || flags.some((flag) => flag.startsWith('fail'))),
    )
    for (const { id } of gone) await call(node, 'CLUSTER', 'FORGET', id).catch(() => undefined)
  }
}

/**
 * What a node that is there says of itself counts: gossip takes no slot from a node that gave it away, so when the
 * receiver died before others heard of it, they believe for ever that the giver has it.
 */
async function takeSlots(seen: readonly Seen[]): Promise<void> {
  const there = new Set(seen.map(({ view }) => view.self.id))
  const taken = new Set(
    seen
      .flatMap(({ view }) => view.nodes.filter((node) => node === view.self || !there.has(node.id)))
      .flatMap((node) => node.slots),
  )
  for (const node of seen) {
    const { wanted, view } = node
    if (wanted.primary !== undefined || view.self.flags.includes('slave')) continue
    const free = slotsOf(wanted.cluster?.slots ?? '').filter((slot) => !taken.has(slot))
    const others = new Set(view.nodes.flatMap((known) => known.slots))
    const open = free.filter((slot) => !others.has(slot))
    if (open.length > 0) await call(node, 'CLUSTER', 'ADDSLOTSRANGE', ...rangesOf(open).flat().map(String))
    for (const slot of free.filter((each) => others.has(each)))
      await call(node, 'CLUSTER', 'SETSLOT', String(slot), 'NODE', view.self.id)
  }
}

async function joinShards(seen: readonly Seen[]): Promise<void> {
  for (const node of seen) {
    const { wanted, view } = node
    const primary = seen.find((other) => other.wanted.key === wanted.primary)
    if (wanted.primary === undefined) {
      if (view.self.flags.includes('slave')) await promote(node, seen)
    } else if (primary && !primary.view.self.flags.includes('slave') && view.self.slots.length === 0) {
      const { id } = primary.view.self
      if (view.self.of !== id) await call(node, 'CLUSTER', 'REPLICATE', id).catch(() => undefined)
    }
  }
}

/** With its primary alive it takes over in agreement and loses nothing, else on its own authority; if durable, it waits. */
async function promote(node: Seen, seen: readonly Seen[]): Promise<void> {
  const alive = seen.some((other) => other.view.self.id === node.view.self.of)
  if (alive && node.view.role.linked) await call(node, 'CLUSTER', 'FAILOVER')
  else if (node.wanted.durability === undefined) await call(node, 'CLUSTER', 'FAILOVER', 'TAKEOVER')
}

/** Whether a node has its place but for its slots, and all others know. */
function inPlace({ wanted, view, server }: Seen, seen: readonly Seen[]): boolean {
  if (!view.ok) return false
  const known = seen.map((other) => other.view.nodes.find(({ id }) => id === view.self.id))
  if (wanted.primary === undefined) return known.every((node) => node?.of === undefined)
  const primary = seen.find((other) => other.wanted.key === wanted.primary)?.view
  if (!primary || !view.role.linked || !feeds(primary.role, server.place)) return false
  const told = seen.every((other) => other.view.listed.has(view.self.id)) || primary.self.slots.length === 0
  return told && known.every((node) => node?.of === primary.self.id)
}

/** Whether a primary has exactly its slots, in the eyes of all. */
function hasItsSlots({ wanted, view }: Seen, seen: readonly Seen[]): boolean {
  if (wanted.primary !== undefined) return true
  const slots = slotsOf(wanted.cluster?.slots ?? '')
  return seen.every((other) => {
    const owned = new Set(other.view.nodes.find(({ id }) => id === view.self.id)?.slots)
    return owned.size === slots.length && slots.every((slot) => owned.has(slot))
  })
}

function call({ server }: Member, ...command: string[]) {
  return server.admin().then((redis) => redis.call(...command))
}
