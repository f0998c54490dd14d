import { rangesOf, slotsOf } from '../engines/cluster-view.ts'

const SLOTS = 16_384

/** A shard and the slots that it has; none yet when it comes. */
export interface SlotHolder {
  readonly id: string
  /** '0-99,200-300'; empty: none. */
  readonly slots: string
}

/** Slots as AWS writes them: '0-99,200-300', a single one as '5-5'. */
const slotText = (slots: readonly number[]): string =>
  rangesOf(slots)
    .map(([first, last]) => `${first}-${last}`)
    .join(',')

/** How many slots each shard gets; the larger shares go to those that have most, so that fewer move. */
const sharesOf = (staying: readonly { readonly id: string; readonly own: readonly number[] }[]) => {
  const least = Math.floor(SLOTS / staying.length)
  const larger = SLOTS - least * staying.length
  const byWealth = staying.toSorted((left, right) => right.own.length - left.own.length)
  return new Map(byWealth.map(({ id }, rank) => [id, rank < larger ? least + 1 : least]))
}

/**
 * The slots of each shard after a reshard, by shard id: balanced to within one slot, and moving as few as possible.
 * @param staying shards that have slots afterwards, those that come among them; at least one
 * @param leaving shards that give all of theirs away
 */
export const balancedSlots = (
  staying: readonly SlotHolder[],
  leaving: readonly SlotHolder[],
): Readonly<Record<string, string>> => {
  const holders = staying.map(({ id, slots }) => ({ id, own: slotsOf(slots) }))
  const shares = sharesOf(holders)
  const kept = holders.map(({ id, own }) => ({ id, own: own.slice(0, shares.get(id)) }))
  const surplus = holders.flatMap(({ id, own }) => own.slice(shares.get(id)))
  const free = [...surplus, ...leaving.flatMap(({ slots }) => slotsOf(slots))].toSorted((left, right) => left - right)
  let next = 0
  const filled = kept.map(({ id, own }) => {
    const missing = (shares.get(id) ?? 0) - own.length
    const got = free.slice(next, next + missing)
    next += missing
    return [id, slotText([...own, ...got])] as const
  })
  return Object.fromEntries([...filled, ...leaving.map(({ id }) => [id, ''] as const)])
}
