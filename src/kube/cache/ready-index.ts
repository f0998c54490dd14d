import type { Kind } from '../../crds/kind.ts'
import type { KubeObject } from '../port.ts'
import { isRecord } from './slim.ts'

/** Name of an index of the objects' Ready conditions: counting them for metrics then costs nothing at the scrape. */
export const readyIndex = 'ready'

const none = ['Unknown', ''] as const

/** `status/reason` of the Ready condition. */
export const readyOf = ({ status }: KubeObject): string => {
  const conditions = isRecord(status) && Array.isArray(status.conditions) ? status.conditions.filter(isRecord) : []
  const found = conditions.find(({ type }) => type === 'Ready')
  return (found ? [String(found.status), String(found.reason)] : none).join('/')
}

/** How many objects are ready or not, for which reason. */
export const readyCounts = (
  kube: { counts(kind: Kind, index: string): ReadonlyMap<string, number> },
  kinds: readonly Kind[],
): { kind: string; ready: string; reason: string; count: number }[] =>
  kinds.flatMap((kind) =>
    [...kube.counts(kind, readyIndex)].map(([value, count]) => {
      const [ready = '', reason = ''] = value.split('/')
      return { kind: kind.kind, ready, reason, count }
    }),
  )
