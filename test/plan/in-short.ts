import type { Plan } from '../../src/plan/core/outcome.ts'

/** A plan in short: what comes next, or why nothing does. */
export const inShort = (plan: Plan): string => {
  switch (plan.is) {
    case 'act':
      return `act ${plan.next.action.do}`
    case 'blocked':
      return `blocked ${plan.failure.reason}`
    case 'released':
      return 'released'
    default:
      return `${plan.is} ${plan.reason}`
  }
}
