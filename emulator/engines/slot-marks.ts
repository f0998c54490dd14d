import type { Seen } from './cluster-view.ts'
import { slotsOf } from './cluster-view.ts'
import { keysIn, returnKeys } from './slot-keys.ts'

/** A slot whose move was begun, and is not wanted any more: it stays where it belongs. */
export interface StaleMark {
  readonly slot: number
  readonly owner: Seen
  /** Other primaries: any of them may have keys of the slot, after a promotion one that never was told of it too. */
  readonly others: readonly Seen[]
}

/** The primary that is to have each slot. */
export const homesOf = (primaries: readonly Seen[]): ReadonlyMap<number, Seen> =>
  new Map(primaries.flatMap((node) => slotsOf(node.wanted.cluster?.slots ?? '').map((slot) => [slot, node] as const)))

/** Marks of moves that no wish asks for, such as those that a change of wish or a killed node left. */
export const staleMarks = (primaries: readonly Seen[]): readonly StaleMark[] => {
  const homes = homesOf(primaries)
  const owners = new Map(primaries.flatMap((node) => node.view.self.slots.map((slot) => [slot, node] as const)))
  const marked = new Set(primaries.flatMap(({ view }) => [...view.migrating.keys(), ...view.importing.keys()]))
  return [...marked].flatMap((slot) => {
    const owner = owners.get(slot)
    const home = homes.get(slot)
    if (!owner || !home) return []
    const marks = primaries.flatMap(({ view }) => {
      const target = view.migrating.get(slot)
      return [...(target === undefined ? [] : [target]), ...(view.importing.has(slot) ? [view.self.id] : [])]
    })
    // A target that is gone is no reason to go back: its keys may be with the one that took over.
    const known = marks.filter((id) => primaries.some(({ view }) => view.self.id === id))
    if (owner !== home && known.every((id) => id === home.view.self.id)) return []
    return [{ slot, owner, others: primaries.filter((node) => node !== owner) }]
  })
}

/**
 * Takes a begun move back: the owner forgets that the slot was to move, and keys that are on the other side return. An
 * owner that still sends clients on would take no keys, so for moments it does not know those that are on their way.
 * @throws RedisError when the owner has no room for them
 */
export const takeBack = async ({ slot, owner, others }: StaleMark, password: string): Promise<void> => {
  const set = async (node: Seen, ...state: string[]) =>
    (await node.server.admin()).call('CLUSTER', 'SETSLOT', String(slot), ...state)
  await set(owner, 'STABLE')
  for (const other of others) {
    const stray = await other.server.admin()
    // A giver that lost its slot by gossip, since its receiver had it already, keeps its mark.
    let marked = other.view.importing.has(slot) || other.view.migrating.has(slot)
    // Once more after the door was shut: whoever was sent on a moment ago may have written there.
    while (marked || (await keysIn(stray, slot)).length > 0) {
      await set(other, 'IMPORTING', owner.view.self.id)
      await returnKeys(stray, owner, password, slot)
      await set(other, 'STABLE')
      marked = false
    }
  }
}
