import type { Engines } from '../engines/port.ts'
import { createFaults, type Faults } from '../fault/faults.ts'
import { createLedger, type Ledger } from '../fault/ledger.ts'
import { loadOperations } from '../operations.ts'
import { advance } from '../world/advance.ts'
import { allWanted, enginesWanted } from '../world/engines-wanted.ts'
import type { Profile } from '../world/profile.ts'
import type { Quotas } from '../world/quota.ts'
import type { Readiness } from '../world/tick.ts'
import { createWorld, type Place, type World } from '../world/world.ts'

export interface Dials {
  readonly profile: Profile
  readonly quotas: Quotas
  /** Account of an access key; others belong to 123456789012. */
  readonly accounts: Readonly<Record<string, string>>
  readonly engines: Engines
  /** Whether `engines` runs server processes, and has to be told what the worlds want. */
  readonly realNodes: boolean
}

/** Everything that the doors share. */
export interface EmulatorState extends Dials {
  readonly operations: Awaited<ReturnType<typeof loadOperations>>
  readonly worlds: Map<string, World>
  readonly ledger: Ledger
  readonly faults: Faults
  requestCount: number
  /** What the engines were told last, as JSON. */
  told: string
}

export const createState = async (dials: Dials): Promise<EmulatorState> => ({
  ...dials,
  operations: await loadOperations(),
  worlds: new Map(),
  ledger: createLedger(),
  faults: createFaults(),
  requestCount: 0,
  told: '',
})

export const worldAt = (state: EmulatorState, place: Place): World => {
  const key = `${place.account}/${place.region}`
  const world = state.worlds.get(key) ?? createWorld(place)
  state.worlds.set(key, world)
  return world
}

const readinessOf = (engines: Engines): Readiness => {
  const ready = engines.ready()
  const failed = engines.failed()
  const lost = engines.lost()
  return {
    isReady: (key) => ready.has(key),
    failureOf: (key) => failed.get(key),
    isLost: (key) => lost.has(key),
    slotsMovedPercent: (groupId) => engines.slotsMovedPercent(groupId),
  }
}

/** Tells the engines what all worlds want, if that changed. */
export const converge = (state: EmulatorState): void => {
  if (!state.realNodes) return
  const wanted = allWanted([...state.worlds.values()].map(enginesWanted))
  const told = JSON.stringify(wanted)
  if (told === state.told) return
  state.told = told
  state.engines.converge(wanted)
}

/** Brings one world up to date. */
export const refresh = (state: EmulatorState, world: World, nowMs: number): void => {
  if (advance(world, state.profile, readinessOf(state.engines), nowMs)) converge(state)
}
