import type { Fault } from './fault.ts'

/** Ordered faults, in the order of their orders. */
export interface Faults {
  order(fault: Fault, nowMs: number): void
  /** The first fault that strikes this call, used up by one. */
  take(action: string, id: string | undefined, nowMs: number): Fault | undefined
  list(nowMs: number): readonly Fault[]
  clear(): void
}

interface Standing {
  readonly fault: Fault
  readonly untilMs: number
  left: number
}

export const createFaults = (): Faults => {
  let standing: Standing[] = []
  const alive = (entry: Standing, nowMs: number) => entry.left > 0 && nowMs < entry.untilMs
  return {
    order: (fault, nowMs) => {
      const untilMs = fault.seconds === undefined ? Number.POSITIVE_INFINITY : nowMs + fault.seconds * 1000
      const left = fault.count ?? (fault.seconds === undefined ? 1 : Number.POSITIVE_INFINITY)
      standing.push({ fault, untilMs, left })
    },
    take: (action, id, nowMs) => {
      standing = standing.filter((entry) => alive(entry, nowMs))
      const entry = standing.find(
        ({ fault }) =>
          (fault.action === '*' || fault.action === action) &&
          (fault.id === undefined || fault.id.toLowerCase() === id),
      )
      if (!entry) return undefined
      entry.left -= 1
      return entry.fault
    },
    list: (nowMs) =>
      standing
        .filter((entry) => alive(entry, nowMs))
        .map(({ fault, left }) => (Number.isFinite(left) ? { ...fault, count: left } : fault)),
    clear: () => {
      standing = []
    },
  }
}
