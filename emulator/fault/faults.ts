import type { Engines } from '../engines/port.ts'
import type { Fate } from '../world/tick.ts'
import type { Transition } from '../world/transition.ts'
import { type World, worldKey } from '../world/world.ts'
import { drawToken } from './deeds/bucket.ts'
import { killAgain, killProblem } from './deeds/kill.ts'
import { hasCapacityError, quotaCodesOf } from './deeds/own-errors.ts'
import { shiftedPage } from './deeds/pages.ts'
import { rememberWorld } from './deeds/stale.ts'
import { dueOf, fateBy } from './deeds/world.ts'
import {
  type CallFault,
  type Fault,
  isCallFault,
  isNodeFault,
  isViewFault,
  isWorldFault,
  type ViewFault,
} from './fault.ts'
import { faultOf } from './order.ts'
import { fits, isSpent, type Standing, standingOf, stands } from './standing.ts'
import { type Look, type View, viewThrough } from './view.ts'

/** A call as the faults look at it. */
export interface Struck {
  readonly action: string
  /** All resources that it names, in lower case. */
  readonly names: readonly string[]
  readonly nowMs: number
}

/** Ordered faults, in the order of their orders. */
export interface Faults {
  /** What keeps a fault from being ordered, and the cure; undefined when it can be. */
  problem(fault: unknown): string | undefined
  /** Throws an Error with the problem, if there is one. */
  order(fault: Fault, nowMs: number): void
  /** The first fault that strikes this call, used up by one. */
  take(call: Struck): CallFault | undefined
  /** What a Describe or List call sees of the world. */
  view(call: Struck, world: World, look: Look): View
  /** A page as a fault shifts it. */
  page(call: Struck, result: object): { readonly result: object; readonly fault?: ViewFault }
  /**
   * What becomes of a state change that is due, when a fault strikes it.
   * @param mayFail whether it can be given up; else it can only be held
   */
  fateOf(world: World, transition: Transition, nowMs: number, mayFail: boolean): Fate | undefined
  /** Whether a fault shows what was a while ago, and has to be told of every step. */
  looksBack(nowMs: number): boolean
  /** Lets faults that look back know what a world looks like now. */
  remember(world: World, nowMs: number): void
  /** Kills once more what is to be killed several times and answers again. */
  killAgain(nowMs: number): void
  list(nowMs: number): readonly Fault[]
  clear(): void
}

/** What faults look at and strike. */
export interface Surroundings {
  readonly worlds: ReadonlyMap<string, World>
  readonly engines: Engines
  /** Brings all worlds up to date: what was due before an order is none of its matter. */
  readonly bringUp: (nowMs: number) => void
}

const suits = (fault: CallFault, action: string): boolean => {
  if (fault.do === 'noCapacity') return hasCapacityError(action)
  if (fault.do !== 'quota') return true
  const codes = quotaCodesOf(action)
  return fault.code === undefined ? codes.length > 0 : codes.includes(fault.code)
}

const looksBack = ({ fault }: Standing): boolean => fault.do === 'stale' && fault.lagMs !== undefined

/** Ordered faults of an emulator, none at first. */
export const createFaults = ({ worlds, engines, bringUp }: Surroundings): Faults => {
  let standing: Standing[] = []
  const alive = (nowMs: number): readonly Standing[] => {
    // A create may have been due while its fault stood, and be looked at later.
    standing = standing.filter((entry) => !isSpent(entry) && (isWorldFault(entry.fault) || stands(entry, nowMs)))
    return standing.filter((entry) => stands(entry, nowMs))
  }
  const problem = (order: unknown): string | undefined => {
    const fault = faultOf(order)
    if (typeof fault === 'string') return fault
    return isNodeFault(fault) ? killProblem(engines, worlds.values(), fault) : undefined
  }
  const strike = (entry: Standing, fault: CallFault, nowMs: number): boolean => {
    if (fault.do === 'throttleBucket' && entry.bucket && drawToken(entry.bucket, fault, nowMs)) return false
    entry.left -= 1
    return true
  }
  const kill = (entry: Standing): void => {
    if (isNodeFault(entry.fault) && killAgain(engines, worlds.values(), entry.fault, entry.killed)) entry.left -= 1
  }
  const viewing = ({ action, names, nowMs }: Struck) =>
    /^(Describe|List)/.test(action)
      ? alive(nowMs).filter(({ fault }) => isViewFault(fault) && fits(fault, action, names))
      : []
  return {
    problem,
    order: (fault, nowMs) => {
      const wrong = problem(fault)
      if (wrong !== undefined) throw new Error(wrong)
      bringUp(nowMs)
      const entry = standingOf(fault, worlds.values(), nowMs)
      standing.push(entry)
      kill(entry)
    },
    take: ({ action, names, nowMs }) => {
      for (const entry of alive(nowMs)) {
        const { fault } = entry
        if (!isCallFault(fault) || !fits(fault, action, names) || !suits(fault, action)) continue
        if (strike(entry, fault, nowMs)) return fault
      }
      return undefined
    },
    view: (call, world, look) => {
      const real = { world, nowMs: call.nowMs }
      for (const entry of viewing(call)) {
        const seen = viewThrough(entry, real, look)
        if (!seen) continue
        entry.left -= 1
        return seen
      }
      return real
    },
    page: (call, result) => {
      for (const entry of viewing(call)) {
        if (entry.fault.do !== 'shiftPages') continue
        const shifted = shiftedPage(call.action, result, entry.fault.shift ?? 'miss')
        if (!shifted) continue
        entry.left -= 1
        return { result: shifted, fault: entry.fault }
      }
      return { result }
    },
    fateOf: (world, transition, nowMs, mayFail) => {
      if (standing.length === 0) return undefined
      const due = dueOf(world, transition)
      if (!due) return undefined
      const resource = `${worldKey(world)}/${due.resource}`
      const dueAtMs = transition.held ? nowMs : transition.atMs
      for (const entry of standing) {
        const { fault, held } = entry
        if (!isWorldFault(fault) || !fits(fault, due.action, due.ids)) continue
        const fate = fateBy(fault, due)
        if (!fate || (fate.is === 'failed' && !mayFail)) continue
        // What has to wait does so until now; what fails did so when it was due.
        if (!stands(entry, fate.is === 'held' ? nowMs : dueAtMs)) continue
        if (entry.left <= 0 && !held.has(resource)) continue
        if (!held.has(resource)) entry.left -= 1
        if (fate.is === 'held') held.add(resource)
        return fate
      }
      return undefined
    },
    looksBack: (nowMs) => alive(nowMs).some(looksBack),
    remember: (world, nowMs) => {
      for (const { fault, memory } of alive(nowMs)) {
        if (fault.do === 'stale' && fault.lagMs !== undefined && memory)
          rememberWorld(memory, world, nowMs, fault.lagMs)
      }
    },
    killAgain: (nowMs) => {
      for (const entry of alive(nowMs)) kill(entry)
    },
    list: (nowMs) => alive(nowMs).map(({ fault, left }) => (Number.isFinite(left) ? { ...fault, count: left } : fault)),
    clear: () => {
      standing = []
    },
  }
}
