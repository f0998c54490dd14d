import type { World } from '../world/world.ts'
import { type Bucket, newBucket } from './deeds/bucket.ts'
import { type Known, knownIn } from './deeds/newborn.ts'
import { type Memory, memoryOf } from './deeds/stale.ts'
import { type Fault, isNodeFault } from './fault.ts'

/** A fault on order, and what it has to remember. */
export interface Standing {
  readonly fault: Fault
  readonly untilMs: number
  readonly orderedAtMs: number
  left: number
  readonly bucket?: Bucket
  readonly memory?: Memory
  readonly known?: Known
  /** Resources that it holds; each counts once. */
  readonly held: Set<string>
  /** Processes that it has killed. */
  readonly killed: Set<number>
}

/** Those that are a state of things, not a blow: without count and seconds they stand until they are cleared. */
const LASTING: ReadonlySet<Fault['do']> = new Set(['throttleBucket', 'stuckModifying'])

/** A fault from its order on. */
export const standingOf = (fault: Fault, worlds: Iterable<World>, nowMs: number): Standing => {
  const seconds = isNodeFault(fault) ? undefined : fault.seconds
  const once = seconds === undefined && !LASTING.has(fault.do)
  return {
    fault,
    untilMs: seconds === undefined ? Number.POSITIVE_INFINITY : nowMs + seconds * 1000,
    orderedAtMs: nowMs,
    left: fault.count ?? (once ? 1 : Number.POSITIVE_INFINITY),
    ...(fault.do === 'throttleBucket' ? { bucket: newBucket(fault, nowMs) } : {}),
    ...(fault.do === 'stale' ? { memory: memoryOf(worlds, nowMs) } : {}),
    ...(fault.do === 'notFoundAfterCreate' ? { known: knownIn(worlds) } : {}),
    held: new Set(),
    killed: new Set(),
  }
}

/** Whether it has struck as often as it was to, and holds nothing. */
export const isSpent = ({ left, held }: Standing): boolean => left <= 0 && held.size === 0

/** Whether it may still strike at a moment, or holds something. */
export const stands = (entry: Standing, nowMs: number): boolean => nowMs < entry.untilMs && !isSpent(entry)

/** Whether a fault fits a call or a state change, by its action and the names of resources in it. */
export const fits = (fault: Fault, action: string, names: readonly string[]): boolean =>
  !isNodeFault(fault) &&
  (fault.action === '*' || fault.action === action) &&
  (fault.id === undefined || names.includes(fault.id.toLowerCase()))
