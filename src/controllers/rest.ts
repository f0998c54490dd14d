import type { Random } from '../loop/clock.ts'
import type { Rest } from '../loop/turn.ts'
import type { LookAgain } from '../plan/rest.ts'

/** A plan's wish as the loop's rest. Jitter spreads objects that settled together. */
export const restFor = (look: LookAgain, random: Random): Rest => {
  switch (look.is) {
    case 'now':
      return { is: 'again', afterMs: 0 }
    case 'after':
      return { is: 'again', afterMs: look.jittered ? look.ms * (0.9 + 0.2 * random()) : look.ms }
    case 'backoff':
      return { is: 'backoff', atLeastMs: look.atLeastMs }
  }
}
