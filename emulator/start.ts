import { worldsShown } from './door/admin.ts'
import { openHttpDoor } from './door/http.ts'
import { inProcessDoor, type RequestHandler } from './door/in-process.ts'
import { allWorldsWant, converge, createState, type EmulatorState, refresh, sampleNodes } from './door/state.ts'
import { keepFailingOver } from './door/wake.ts'
import { noEngines } from './engines/none.ts'
import type { Engines, Figures } from './engines/port.ts'
import type { Faults } from './fault/faults.ts'
import type { LedgerEntry } from './fault/ledger.ts'
import { keepSampling } from './neighbours/sampling.ts'
import type { EndpointNames } from './shown/endpoint.ts'
import { openStateFolder, type StateFolder } from './state/state-folder.ts'
import { steadyClock } from './state/steady-clock.ts'
import { type Clock, systemClock } from './world/clock.ts'
import { type ProfileName, profileOf } from './world/profile.ts'
import { DEFAULT_QUOTAS, type Quotas } from './world/quota.ts'
import { worldKey } from './world/world.ts'

export interface EmulatorOptions {
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Default 0: a free one. */
  readonly port?: number
  /** How long things take; default fast. */
  readonly profile?: ProfileName
  /** Divides the profile's durations; default 1. */
  readonly speed?: number
  /** real: server processes behind every node (default). none: addresses only. */
  readonly nodes?: 'real' | 'none'
  /** Multiplies every node type's memory; left to the engines when absent. */
  readonly memoryScale?: number
  /** Where server processes keep their files. */
  readonly dataDir?: string
  /** A folder of its own, in which all resources and the data of their nodes survive the emulator. */
  readonly stateDir?: string
  /** A folder that stands for S3, for snapshots to restore from: `<bucket>/<key>` below it is the object. */
  readonly s3Dir?: string
  /** Raised account limits. */
  readonly quotas?: Partial<Quotas>
  /** Account of an access key; others belong to 123456789012. */
  readonly accounts?: Readonly<Record<string, string>>
  /** Secrets of access keys. Once there is one, every signature is checked; roles' credentials count too. */
  readonly keys?: Readonly<Record<string, string>>
  /** local: addresses that can be connected to (default). aws: AWS's names; GET /_endpoints maps them to addresses. */
  readonly endpoints?: EndpointNames
  /** With nodes 'none': what a node says of itself, for CloudWatch, by its key. By default nothing. */
  readonly figures?: (key: string) => Figures | undefined
  readonly clock?: Clock
  /** Lines about server processes. */
  readonly log?: (line: string) => void
}

export interface Emulator {
  readonly engines: Engines
  readonly clock: Clock
  readonly faults: Faults
  /** The door without a network, into the same worlds. */
  readonly requestHandler: RequestHandler
  /** What GET /_world shows. */
  world(): unknown
  /** Every call, oldest first. */
  ledger(): readonly LedgerEntry[]
  clearLedger(): void
  /** Asks every node for its figures now; by itself that happens at the end of every minute of the clock. */
  sample(): Promise<void>
  stop(): Promise<void>
}

export interface ListeningEmulator extends Emulator {
  readonly url: string
}

const keptIn = (folder: StateFolder, options: EmulatorOptions) => ({
  dataDir: options.dataDir ?? folder.dataDir,
  wanted: allWorldsWant(folder.stored?.worlds ?? [], options.endpoints),
})

const enginesFor = async (options: EmulatorOptions, folder: StateFolder | undefined): Promise<Engines> => {
  if (options.nodes === 'none') return noEngines(options.figures)
  const { createEngines } = await import('./engines/processes.ts')
  return createEngines({
    ...(options.memoryScale === undefined ? {} : { memoryScale: options.memoryScale }),
    ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
    ...(folder === undefined ? {} : { keep: keptIn(folder, options) }),
    log: options.log ?? (() => {}),
  })
}

const follow = (state: EmulatorState, clock: Clock): (() => void) => {
  const failing = keepFailingOver(state, clock)
  state.engines.onChange(() => {
    for (const world of state.worlds.values()) refresh(state, world, clock.now())
    converge(state)
    state.faults.killAgain(clock.now())
    failing.look()
  })
  return failing.end
}

/** Goes on where the state folder was left: what was due in the meantime happens now. */
const goOn = async (folder: StateFolder, state: EmulatorState, clock: Clock): Promise<void> => {
  for (const world of folder.stored?.worlds ?? []) state.worlds.set(worldKey(world), world)
  for (const world of state.worlds.values()) refresh(state, world, clock.now())
  converge(state)
  await folder.begin(() => ({ savedAtMs: clock.now(), worlds: [...state.worlds.values()] }))
}

interface Opened {
  readonly state: EmulatorState
  readonly emulator: Emulator
}

const open = async (options: EmulatorOptions): Promise<Opened> => {
  const folder =
    options.stateDir === undefined ? undefined : await openStateFolder(options.stateDir, options.log ?? (() => {}))
  return openIn(options, folder).catch(async (error: unknown) => {
    await folder?.close().catch(() => {})
    throw error
  })
}

const openIn = async (options: EmulatorOptions, folder: StateFolder | undefined): Promise<Opened> => {
  const given = options.clock ?? systemClock
  const clock = folder ? steadyClock(given, folder.stored?.savedAtMs ?? 0) : given
  const engines = await enginesFor(options, folder)
  const state = await createState({
    profile: profileOf(options.profile ?? 'fast', options.speed),
    quotas: { ...DEFAULT_QUOTAS, ...options.quotas },
    accounts: options.accounts ?? {},
    keys: options.keys ?? {},
    endpoints: options.endpoints ?? 'local',
    ...(options.s3Dir === undefined ? {} : { s3Dir: options.s3Dir }),
    engines,
    realNodes: options.nodes !== 'none',
    changed: () => folder?.changed(),
  })
  const endFollowing = follow(state, clock)
  const endSampling = keepSampling(clock, () => sampleNodes(state, clock.now()))
  const endAll = async () => {
    endSampling()
    endFollowing()
    try {
      // First of all, should somebody lose patience while the servers save.
      await folder?.flush()
    } finally {
      await engines.stop().finally(() => folder?.close())
    }
  }
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= endAll()
    return stopped
  }
  if (folder) {
    await goOn(folder, state, clock).catch(async (error: unknown) => {
      await stop().catch(() => {})
      throw error
    })
  }
  const emulator: Emulator = {
    engines,
    clock,
    faults: state.faults,
    requestHandler: inProcessDoor(state, clock),
    world: () => worldsShown(state, clock.now()),
    ledger: () => state.ledger.entries(),
    clearLedger: () => state.ledger.clear(),
    sample: () => sampleNodes(state, clock.now()),
    stop,
  }
  return { state, emulator }
}

/** An emulator without a network door: give its `requestHandler` to an SDK client. */
export const openEmulator = async (options: EmulatorOptions = {}): Promise<Emulator> => (await open(options)).emulator

/** An emulator that listens; it resolves when it does. `stop` ends it and every server process. */
export const startEmulator = async (options: EmulatorOptions = {}): Promise<ListeningEmulator> => {
  const { state, emulator } = await open(options)
  const door = await openHttpDoor(state, emulator.clock, options.host ?? '127.0.0.1', options.port ?? 0).catch(
    async (error: unknown) => {
      await emulator.stop()
      throw error
    },
  )
  return {
    ...emulator,
    url: door.url,
    stop: async () => {
      await door.close()
      await emulator.stop()
    },
  }
}
