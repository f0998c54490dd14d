import type { Engines } from '../engines/port.ts'
import type { Fate } from '../world/tick.ts'
import type { Transition } from '../world/transition.ts'
import type { World } from '../world/world.ts'
import { drawToken } from './deeds/bucket.ts'
import { killAgain, killProblem } from './deeds/kill.ts'
import { withoutNewborn } from './deeds/newborn.ts'
import { hasCapacityError, quotaCodesOf } from './deeds/own-errors.ts'
import { shiftedPage } from './deeds/pages.ts'
import { pastOf, rememberWorld } from './deeds/stale.ts'
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
import { fits, type Standing, standingOf, stands } from './standing.ts'

/** A call as the faults look at it; the id is in lower case. */
export interface Struck {
  readonly action: string
  readonly id: string | undefined
  readonly nowMs: number
}

/** What a call sees: the world, the moment, and the fault that bent it. */
export interface View {
  readonly world: World
  readonly nowMs: number
  readonly fault?: ViewFault
}

/** Ordered faults, in the order of their orders. */
export interface Faults {
  /** What keeps a fault from being ordered, and the cure; undefined when it can be. */
  problem(fault: unknown): string | undefined
  /** Throws an Error with the problem, if there is one. */
  order(fault: Fault, nowMs: number): void
  /** The first fault that strikes this call, used up by one. */
  take(action: string, id: string | undefined, nowMs: number): CallFault | undefined
  /** What a Describe or List call sees of the world. */
  view(call: Struck, world: World): View
  /** A page as a fault shifts it. */
  page(call: Struck, result: object): { readonly result: object; readonly fault?: ViewFault }
  /** What becomes of a state change that is due, when a fault strikes it. */
  fateOf(world: World, transition: Transition, nowMs: number): Fate | undefined
  /** Lets faults that show the past know what a world looks like now. */
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
}

const suits = (fault: CallFault, action: string): boolean => {
  if (fault.do === 'noCapacity') return hasCapacityError(action)
  if (fault.do !== 'quota') return true
  const codes = quotaCodesOf(action)
  return fault.code === undefined ? codes.length > 0 : codes.includes(fault.code)
}

export const createFaults = ({ worlds, engines }: Surroundings): Faults => {
  let standing: Standing[] = []
  const alive = (nowMs: number): readonly Standing[] => {
    standing = standing.filter((entry) => stands(entry, nowMs))
    return standing
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
  const viewOf = ({ fault, memory, known, orderedAtMs }: Standing, call: Struck, world: World): View | undefined => {
    if (fault.do === 'stale' && memory) {
      const atMs = fault.lagMs === undefined ? orderedAtMs : Math.max(orderedAtMs, call.nowMs - fault.lagMs)
      return { world: pastOf(memory, world, atMs).world, nowMs: atMs, fault }
    }
    if (fault.do !== 'notFoundAfterCreate' || !known) return undefined
    const seen = withoutNewborn(world, known, call.action, call.id)
    return seen && { world: seen, nowMs: call.nowMs, fault }
  }
  const viewing = ({ action, id, nowMs }: Struck) =>
    /^(Describe|List)/.test(action)
      ? alive(nowMs).filter(({ fault }) => isViewFault(fault) && fits(fault, action, [id]))
      : []
  return {
    problem,
    order: (fault, nowMs) => {
      const wrong = problem(fault)
      if (wrong !== undefined) throw new Error(wrong)
      const entry = standingOf(fault, worlds.values(), nowMs)
      standing.push(entry)
      kill(entry)
    },
    take: (action, id, nowMs) => {
      for (const entry of alive(nowMs)) {
        const { fault } = entry
        if (!isCallFault(fault) || !fits(fault, action, [id]) || !suits(fault, action)) continue
        if (strike(entry, fault, nowMs)) return fault
      }
      return undefined
    },
    view: (call, world) => {
      for (const entry of viewing(call)) {
        const seen = viewOf(entry, call, world)
        if (!seen) continue
        entry.left -= 1
        return seen
      }
      return { world, nowMs: call.nowMs }
    },
    page: (call, result) => {
      for (const entry of viewing(call)) {
        if (entry.fault.do !== 'shiftPages') continue
        const shifted = shiftedPage(result, entry.fault.shift ?? 'miss')
        if (!shifted) continue
        entry.left -= 1
        return { result: shifted, fault: entry.fault }
      }
      return { result }
    },
    fateOf: (world, transition, nowMs) => {
      if (standing.length === 0) return undefined
      const due = dueOf(world, transition)
      if (!due) return undefined
      const name = `${world.account}/${world.region}/${transition.do}/${transition.id}`
      for (const entry of alive(nowMs)) {
        const { fault, held } = entry
        if (!isWorldFault(fault) || !fits(fault, due.action, due.ids)) continue
        const fate = fateBy(fault, due)
        if (!fate || (entry.left <= 0 && !held.has(name))) continue
        if (!held.has(name)) entry.left -= 1
        if (fate.is === 'held') held.add(name)
        return fate
      }
      return undefined
    },
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
