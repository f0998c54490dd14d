import type { Plan, PlannedAction } from '../../core/outcome.ts'
import type { CacheFacts } from '../facts.ts'
import type { Intent } from '../intent.ts'

export type Check = (facts: CacheFacts, intent: Intent) => Plan | undefined

export const cacheOf = ({ observed }: CacheFacts) => (observed.is === 'seen' ? observed.cache : undefined)

export const firstOf = ([next, ...later]: readonly PlannedAction[]): Plan | undefined =>
  next === undefined ? undefined : { is: 'act', next, later }

export const lastOf = (events: CacheFacts['events']): string => {
  const last = events.at(-1)
  return last === undefined ? '' : `. AWS's last event: ${last.message}`
}
