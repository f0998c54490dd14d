import type { Member } from './replication.ts'
import { type Role, readRole } from './replication-role.ts'
import type { RedisServer } from './server.ts'

/** One node as another one knows it. */
export interface KnownNode {
  readonly id: string
  readonly flags: readonly string[]
  /** Id of the node that it replicates. */
  readonly of: string | undefined
  readonly slots: readonly number[]
}

/** What one node says of its cluster. */
export interface ClusterView {
  readonly self: KnownNode
  readonly nodes: readonly KnownNode[]
  /** All slots are served, as far as it knows. */
  readonly ok: boolean
  readonly role: Role
  /** Ids of the nodes that it tells clients of (CLUSTER SLOTS). */
  readonly listed: ReadonlySet<string>
  /** Its slots that are on their way to another node, by number: that node's id. */
  readonly migrating: ReadonlyMap<number, string>
  /** Slots of others that are on their way to it, by number: the other node's id. */
  readonly importing: ReadonlyMap<number, string>
}

/** A node together with what it says. */
export interface Seen extends Member {
  readonly view: ClusterView
}

/** Asks a node (CLUSTER NODES, CLUSTER INFO, INFO replication). */
export async function viewOf(server: RedisServer): Promise<ClusterView> {
  const redis = await server.admin()
  const ask = (...command: string[]) => redis.call(...command)
  const [lines, info, replication, slots] = await Promise.all([
    ask('CLUSTER', 'NODES'),
    ask('CLUSTER', 'INFO'),
    ask('INFO', 'replication'),
    ask('CLUSTER', 'SLOTS'),
  ])
  const nodes = String(lines).trim().split('\n').map(knownNode)
  const self = nodes.find((node) => node.flags.includes('myself'))
  if (!self) throw new Error('the node does not know itself')
  const ids = (slots as [number, number, ...[string, number, string][]][]).flatMap(([, , ...at]) =>
    at.map(([, , id]) => id),
  )
  return {
    self,
    nodes,
    ok: String(info).includes('cluster_state:ok'),
    role: readRole(String(replication)),
    listed: new Set(ids),
    migrating: marksIn(String(lines), '>'),
    importing: marksIn(String(lines), '<'),
  }
}

/** All slots of a list such as `0-99,200` (commas or spaces). */
export function slotsOf(text: string): number[] {
  return text
    .split(/[\s,]+/)
    .filter((range) => /^\d+(-\d+)?$/.test(range))
    .flatMap((range) => {
      const [first = 0, last = first] = range.split('-').map(Number)
      return Array.from({ length: last - first + 1 }, (_, index) => first + index)
    })
}

/** The same slots as ranges, for CLUSTER ADDSLOTSRANGE: first and last of each. */
export function rangesOf(slots: readonly number[]): [number, number][] {
  const ranges: [number, number][] = []
  for (const slot of [...slots].sort((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last && last[1] === slot - 1) last[1] = slot
    else ranges.push([slot, slot])
  }
  return ranges
}

/** `[93->-292f8b365bb7edb5e285caf0b7e6ddc7265d2f4f]`, and `[93-<-...]` at the other end; only a node's own line has them. */
function marksIn(lines: string, way: '<' | '>'): ReadonlyMap<number, string> {
  const marks = lines.matchAll(way === '>' ? /\[(\d+)->-(\w+)\]/g : /\[(\d+)-<-(\w+)\]/g)
  return new Map([...marks].map(([, slot, id = '']) => [Number(slot), id]))
}

function knownNode(line: string): KnownNode {
  const [id = '', , flags = '', of = '-', , , , , ...slots] = line.split(' ')
  return { id, flags: flags.split(','), of: of === '-' ? undefined : of, slots: slotsOf(slots.join(' ')) }
}
