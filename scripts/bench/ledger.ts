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

/** When a good call of this action, for this id if one is given, first came: milliseconds of the wall clock. */
export const firstCallMs = (world: World, action: string, id?: string): Promise<number> =>
  until(`${action} ${id ?? ''}`, async () => {
    const calls = await callsOf(world)
    const call = calls.find(
      (one) => one.action === action && one.outcome === 'ok' && (id === undefined || one.id === id),
    )
    return call === undefined ? undefined : Date.parse(call.time)
  })
