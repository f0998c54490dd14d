import type { Requeue } from '../loop/workers.ts'
import type { RequeueWish } from '../plan/core/requeue.ts'
import type { Random } from '../time/clock.ts'

/** A plan's wish as the loop's rest. Jitter spreads objects that settled together. */
export const requeueFor = (look: RequeueWish, random: Random): Requeue => {
  switch (look.is) {
    case 'now':
      return { is: 'again', afterMs: 0 }
    case 'after':
      return { is: 'again', afterMs: look.jittered ? look.ms * (0.9 + 0.2 * random()) : look.ms }
    case 'backoff':
      return { is: 'backoff', atLeastMs: look.atLeastMs }
  }
}
