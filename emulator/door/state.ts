import type { Engines, EnginesWanted } from '../engines/port.ts'
import { createFaults, type Faults } from '../fault/faults.ts'
import { createLedger, type Ledger } from '../fault/ledger.ts'
import { nodeKeys } from '../neighbours/dimensions.ts'
import { createSampler, type Sampler } from '../neighbours/sampler.ts'
import { createSessions, type Sessions } from '../neighbours/sessions.ts'
import { loadOperations } from '../operations.ts'
import { type EndpointNames, namedWanted } from '../shown/endpoint.ts'
import { advance } from '../world/advance.ts'
import { allWanted, enginesWanted } from '../world/engines-wanted.ts'
import { noticeLosses } from '../world/losses.ts'
import type { Profile } from '../world/profile.ts'
import type { Quotas } from '../world/quota.ts'
import { movesSlots } from '../world/reshard-failure.ts'
import type { Readiness } from '../world/tick.ts'
import { createWorld, type Place, type World, worldKey } from '../world/world.ts'

export interface Dials {
  readonly profile: Profile
  readonly quotas: Quotas
  /** Account of an access key; others belong to 123456789012. */
  readonly accounts: Readonly<Record<string, string>>
  /** Secrets of access keys; signatures are checked once there is one. */
  readonly keys?: Readonly<Record<string, string>>
  /** How endpoints are shown; by default as addresses that can be connected to. */
  readonly endpoints?: EndpointNames
  /** A folder that stands for S3: a folder for each bucket, and its objects below. */
  readonly s3Dir?: string
  readonly engines: Engines
  /** Whether `engines` runs server processes, and has to be told what the worlds want. */
  readonly realNodes: boolean
  /** Called when a world may have changed. */
  readonly changed?: () => void
}

/** Everything that the doors share. */
export interface EmulatorState extends Dials {
  readonly operations: Awaited<ReturnType<typeof loadOperations>>
  readonly worlds: Map<string, World>
  readonly ledger: Ledger
  readonly faults: Faults
  /** Credentials of assumed roles. */
  readonly sessions: Sessions
  readonly sampler: Sampler
  requestCount: number
  /** What the engines were told last, as JSON. */
  told: string
}

export const createState = async (dials: Dials): Promise<EmulatorState> => {
  const worlds = new Map<string, World>()
  const bringUp = (nowMs: number) => {
    for (const world of worlds.values()) refresh(state, world, nowMs)
  }
  const state: EmulatorState = {
    ...dials,
    operations: await loadOperations(),
    worlds,
    ledger: createLedger(),
    faults: createFaults({ worlds, engines: dials.engines, bringUp }),
    sessions: createSessions(),
    sampler: createSampler((key) => dials.engines.figures(key)),
    requestCount: 0,
    told: '',
  }
  return state
}

export const worldAt = (state: EmulatorState, place: Place): World => {
  const key = worldKey(place)
  const world = state.worlds.get(key) ?? createWorld(place)
  state.worlds.set(key, world)
  return world
}

const readinessOf = ({ engines, realNodes, faults }: EmulatorState, nowMs: number): Readiness => {
  const ready = engines.ready()
  const failed = engines.failed()
  const lost = engines.lost()
  const forgotten = new Set<string>()
  return {
    isReady: (key) => ready.has(key) && !forgotten.has(key),
    forget: (key) => {
      if (realNodes) forgotten.add(key)
    },
    failureOf: (key) => failed.get(key),
    isLost: (key) => lost.has(key),
    slotsMovedPercent: (clusterKey) => engines.slotsMovedPercent(clusterKey),
    slotsHeld: (clusterKey) => engines.slotsHeld(clusterKey),
    backupBytes: (key) => engines.backupBytes(key),
    fateOf: (world, transition) => {
      // Keys that have moved are not given up for a fault.
      const group = transition.do === 'settleGroup' ? world.groups.get(transition.id) : undefined
      const moved = realNodes && group !== undefined && movesSlots(world, engines, group)
      return faults.fateOf(world, transition, nowMs, !moved)
    },
  }
}

/** What all worlds want. */
export const allWorldsWant = (worlds: Iterable<World>, endpoints: EndpointNames | undefined): EnginesWanted =>
  allWanted([...worlds].map(endpoints === 'aws' ? namedWanted : enginesWanted))

/** Says that worlds may have changed, and tells the engines what they want, if that changed. */
export const converge = (state: EmulatorState): void => {
  state.changed?.()
  if (!state.realNodes) return
  const wanted = allWorldsWant(state.worlds.values(), state.endpoints)
  const told = JSON.stringify(wanted)
  if (told === state.told) return
  state.told = told
  state.engines.converge(wanted)
}

/** Asks every node for its figures, for CloudWatch. */
export const sampleNodes = (state: EmulatorState, nowMs: number): Promise<void> =>
  state.sampler.sample(
    [...state.worlds.values()].flatMap((world) => nodeKeys(world)),
    nowMs,
  )

/** When the next state change is due that waits for nothing but its time. */
const dueBetween = (world: World, afterMs: number, beforeMs: number): number | undefined =>
  world.due.find((next) => next.atMs > afterMs && next.atMs < beforeMs && next.held !== true)?.atMs

/**
 * Goes through every moment at which something was due and nobody looked: a fault may show them later.
 * @returns whether anything changed
 */
const stepThrough = (state: EmulatorState, world: World, nowMs: number): boolean => {
  let changed = false
  let atMs = dueBetween(world, Number.NEGATIVE_INFINITY, nowMs)
  for (; atMs !== undefined; atMs = dueBetween(world, atMs, nowMs)) {
    changed = advance(world, state.profile, readinessOf(state, atMs), atMs) || changed
    state.faults.remember(world, atMs)
  }
  return changed
}

/** Brings one world up to date. */
export const refresh = (state: EmulatorState, world: World, nowMs: number): void => {
  const looksBack = state.faults.looksBack(nowMs)
  const stepped = looksBack && stepThrough(state, world, nowMs)
  const nodes = readinessOf(state, nowMs)
  // Losses are rare, and looking for them costs a look at every node.
  const noticed = state.engines.lost().size > 0 && noticeLosses(world, state.profile, nodes, nowMs)
  if (advance(world, state.profile, nodes, nowMs) || noticed || stepped) converge(state)
  if (looksBack) state.faults.remember(world, nowMs)
}
