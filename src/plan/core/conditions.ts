import { type Condition, type ConditionType, conditionTypes } from '../../crds/conditions.ts'

export interface ConditionNow {
  readonly type: ConditionType
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly message: string
}

/**
 * The conditions as they stand now. A condition that is not named is gone: Reconciling and Stalled are absent when all is
 * well (kstatus). lastTransitionTime moves only when status does.
 */
export const nextConditions = (
  before: readonly Condition[] | undefined,
  at: { readonly nowIso: string; readonly generation: number },
  now: readonly ConditionNow[],
): Condition[] =>
  conditionTypes.flatMap((type) => {
    const found = now.find((condition) => condition.type === type)
    if (found === undefined) return []
    const was = before?.find((condition) => condition.type === type)
    const since = was?.status === found.status ? was.lastTransitionTime : at.nowIso
    return [{ ...found, lastTransitionTime: since, observedGeneration: at.generation }]
  })

/** How long something has taken, for messages, in steps of a minute so that a wait doesn't rewrite status at every look. */
export const lasting = (ms: number): string => {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 1) return 'less than 1m'
  return minutes < 60 ? `${minutes}m` : `${Math.floor(minutes / 60)}h ${minutes % 60}m`
}
