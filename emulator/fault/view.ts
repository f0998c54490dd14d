import type { World } from '../world/world.ts'
import { withoutNewborn } from './deeds/newborn.ts'
import { pastOf } from './deeds/stale.ts'
import type { ViewFault } from './fault.ts'
import type { Standing } from './standing.ts'

/** What a call sees: the world, the moment, and the fault that bent it. */
export interface View {
  readonly world: World
  readonly nowMs: number
  readonly fault?: ViewFault
}

/** Carries a Describe or List call out. */
export type Look = (view: View) => object

/** The world as a standing fault shows it; undefined when the fault bends something else. */
const bentView = ({ fault, memory, known, orderedAtMs }: Standing, { world, nowMs }: View): View | undefined => {
  if (fault.do === 'stale' && memory) {
    const atMs = fault.lagMs === undefined ? orderedAtMs : Math.max(orderedAtMs, nowMs - fault.lagMs)
    return { world: pastOf(memory, world), nowMs: atMs, fault }
  }
  return fault.do === 'notFoundAfterCreate' && known ? { world: withoutNewborn(world, known), nowMs, fault } : undefined
}

const answerTo = (look: Look, view: View): string => {
  try {
    return JSON.stringify(look(view))
  } catch (error) {
    return String(error)
  }
}

/** What a standing fault shows to a call; undefined when the call would not see a difference. */
export const viewThrough = (entry: Standing, real: View, look: Look): View | undefined => {
  const bent = bentView(entry, real)
  return bent && answerTo(look, bent) !== answerTo(look, real) ? bent : undefined
}
