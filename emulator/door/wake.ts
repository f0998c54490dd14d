import type { Clock } from '../world/clock.ts'
import { type EmulatorState, refresh } from './state.ts'

const SHORTEST_MS = 20

/**
 * Failovers and recoveries go on when nobody calls: their clients wait for them. Everything else is brought up to date by
 * the calls that ask for it. A clock that a test moves has no time of its own to wait for.
 */
export const keepFailingOver = (state: EmulatorState, clock: Clock): { look(): void; end(): void } => {
  let timer: NodeJS.Timeout | undefined
  const look = () => {
    clearTimeout(timer)
    if (clock.runs !== true) return
    const nowMs = clock.now()
    const next = [...state.worlds.values()]
      .flatMap(({ due }) => due)
      .find((each) => (each.do === 'stepFailover' || each.do === 'settleRecovery') && each.held !== true)
    if (!next) return
    timer = setTimeout(
      () => {
        for (const world of state.worlds.values()) refresh(state, world, clock.now())
        look()
      },
      Math.max(SHORTEST_MS, next.atMs - nowMs),
    )
    timer.unref()
  }
  return { look, end: () => clearTimeout(timer) }
}
