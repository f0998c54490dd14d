import { until } from '../local/until.ts'
import type { World } from '../local/world.ts'

/** A call that reached AWS, as the emulator wrote it down. */
export interface Call {
  readonly time: string
  readonly action: string
  readonly id?: string
  readonly outcome: string
}

export const callsOf = async (world: World): Promise<readonly Call[]> =>
  (await world.emulator<{ calls: readonly Call[] }>('/_ledger')).calls

export const clearCalls = async (world: World): Promise<void> => void (await world.emulator('/_ledger', {}))

/** How many calls of which action. */
export const counted = (calls: readonly Call[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const { action } of calls) counts[action] = (counts[action] ?? 0) + 1
  return counts
}

/** Without the pages of polls: what was asked or changed for single objects. */
export const forObjects = (calls: readonly Call[]): readonly Call[] =>
  calls.filter(({ action, id }) => id !== undefined || !action.startsWith('Describe'))

/** When the last good call of that action came: milliseconds of the wall clock. */
export const lastCallMs = (calls: readonly Call[], action: string): number =>
  Math.max(...calls.filter((one) => one.action === action && one.outcome === 'ok').map(({ time }) => Date.parse(time)))

/** When polls began: each with a page of groups that follows a page of clusters. */
export const pollsOf = (calls: readonly Call[]): readonly number[] => {
  const pages = calls.filter(({ action, id }) => id === undefined && action.startsWith('Describe'))
  return pages
    .filter(({ action }, index) => action === 'DescribeReplicationGroups' && pages[index - 1]?.action !== action)
    .map(({ time }) => Date.parse(time))
}

/** When a good call of this action, for this id if one is given, first came: milliseconds of the wall clock. */
export const firstCallMs = (world: World, action: string, id?: string): Promise<number> =>
  until(`${action} ${id ?? ''}`, async () => {
    const calls = await callsOf(world)
    const call = calls.find(
      (one) => one.action === action && one.outcome === 'ok' && (id === undefined || one.id === id),
    )
    return call === undefined ? undefined : Date.parse(call.time)
  })
