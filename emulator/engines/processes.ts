import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rememberAddresses } from './address-memory.ts'
import { claimAddresses } from './addresses.ts'
import { createBackups } from './backups.ts'
import { resolveBinaries } from './binaries.ts'
import { createFronts } from './fronts.ts'
import { takeOver } from './kept-data.ts'
import type { Log } from './log.ts'
import { createNodes } from './nodes.ts'
import type { Engines, EnginesWanted } from './port.ts'
import { awaitPredecessor, leaveNote, RUN_FOLDER } from './predecessor.ts'
import type { Workshop } from './server.ts'
import { createSetbacks } from './setbacks.ts'
import { createTlsStore } from './tls-files.ts'
import { startWatchdog } from './watchdog.ts'

/** Options of {@link createEngines}. */
export interface EnginesOptions {
  /** How much of a node type's memory its process gets, 0 to 1. By default 1/64: a small node keeps some megabytes. */
  readonly memoryScale?: number
  /** Where nodes store data. By default a folder below the run folder, removed at the end. */
  readonly dataDir?: string
  readonly keep?: Kept
  /** Whether each node may have a loopback address of its own, where the system allows it. By default true. */
  readonly ownAddresses?: boolean
  readonly log: Log
}

/**
 * A data folder that outlives stop(): nodes save their data and have it again the next time, at the same addresses where
 * those are still free. What lies there and is not in `wanted` any more is removed at the start.
 */
export interface Kept {
  readonly dataDir: string
  readonly wanted: EnginesWanted
}

/** Engines on real server processes. */
export interface ProcessEngines extends Engines {
  /** The certificate of the authority that signs every server's certificate, PEM. Gone after stop(). */
  readonly caFile: string
  /** A folder with redis-cli and valkey-cli, for PATH. */
  readonly binDir: string
  /** Process ids by node key, for whoever wants to measure or to break them. */
  pids(): ReadonlyMap<string, number>
}

const DEFAULT_MEMORY_SCALE = 1 / 64
const FIRST_LOOK_MS = 25
const SLOWEST_LOOK_MS = 250
const QUIET_LOOK_MS = 5_000
const NONE: ReadonlySet<string> = new Set()

/**
 * Runs real redis-server, valkey-server and memcached processes as they are wanted. They and their files are gone after
 * stop(), and also when this process ends in any other way. Throws when the programs cannot be had (see binaries.ts).
 */
export async function createEngines(options: EnginesOptions): Promise<ProcessEngines> {
  const { log } = options
  const binaries = await resolveBinaries(log)
  if (options.keep) await succeed(options.keep)
  const memory = options.keep && rememberAddresses(options.keep.dataDir, log)
  const book = await claimAddresses(options.ownAddresses ?? true, memory)
  const runFolder = mkdtempSync(join(tmpdir(), RUN_FOLDER))
  const watchdog = startWatchdog(runFolder)
  if (options.keep) leaveNote(options.keep.dataDir, runFolder)
  const tls = createTlsStore(join(runFolder, 'tls'))
  const dataFolder = options.keep?.dataDir ?? options.dataDir ?? join(runFolder, 'data')
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
  const secret = () => randomBytes(24).toString('hex')

  let wanted: EnginesWanted = { nodes: [], fronts: [], backups: [] }
  let ready: ReadonlySet<string> = new Set()
  let told = ''
  let awake = true
  let stopping = false
  let rouse = () => {}
  const listeners: (() => void)[] = []
  const wake = () => {
    awake = true
    rouse()
  }

  const setbacks = createSetbacks()
  const own = { adminPassword: secret(), replicaPassword: secret() }
  const memoryScale = options.memoryScale ?? DEFAULT_MEMORY_SCALE
  const outlives = options.keep !== undefined
  const shop: Workshop = { binaries, runFolder, dataFolder, outlives, memoryScale, own, tls, log, wake }
  const nodes = createNodes(shop, book, setbacks)
  const fronts = createFronts(book, tls, setbacks)
  const backups = createBackups(dataFolder, (key) => nodes.serverOf(key), setbacks)

  /** Keys that are not ready and have had a setback. */
  const failed = () => new Map([...setbacks.reasons()].filter(([key]) => !ready.has(key)))

  const publish = (now: ReadonlySet<string>) => {
    ready = now
    const words = JSON.stringify([[...now].sort(), [...failed()].sort(), [...nodes.lost()].sort()])
    if (words === told) return
    told = words
    for (const listener of listeners) listener()
  }

  const sleep = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      rouse = () => {
        clearTimeout(timer)
        resolve()
      }
      if (awake) rouse()
    })

  /** A step that fails, say on a full disk, is told and tried again: the loop goes on. */
  const step = async (now: EnginesWanted): Promise<readonly ReadonlySet<string>[]> => {
    try {
      const readyNodes = await nodes.step(now)
      return [readyNodes, await fronts.step(now, readyNodes), await backups.step(now.backups)]
    } catch (error) {
      log(`the caches could not be looked after: ${(error as Error).message}`)
      return []
    }
  }

  const work = (async () => {
    let restMs = FIRST_LOOK_MS
    while (!stopping) {
      if (awake) restMs = FIRST_LOOK_MS
      awake = false
      const now = wanted
      const [readyNodes = NONE, readyFronts = NONE, readyBackups = NONE] = await step(now)
      if (stopping) return
      if (now === wanted) publish(new Set([...readyNodes, ...readyFronts, ...readyBackups]))
      await sleep(readyNodes.size + readyFronts.size + readyBackups.size === sizeOf(now) ? QUIET_LOOK_MS : restMs)
      restMs = Math.min(SLOWEST_LOOK_MS, restMs * 1.25)
    }
  })()

  let stopped: Promise<void> | undefined
  const stopAll = async () => {
    stopping = true
    wake()
    await work
    await fronts.stop()
    await nodes.stop()
    await watchdog.cleanUp()
    await book.release()
  }

  return {
    caFile: tls.caFile,
    binDir: binaries.binDir,
    address: (key, port) => {
      const place = book.place(key, port)
      return { host: place.host, port: place.port }
    },
    converge(next) {
      const unchanged = unchangedKeys(wanted, next)
      if (unchanged.size === sizeOf(wanted) && unchanged.size === sizeOf(next)) return
      wanted = next
      nodes.expect(next)
      // What was ready for another wish has to prove itself again.
      ready = new Set([...ready].filter((key) => unchanged.has(key)))
      told = ''
      wake()
    },
    ready: () => ready,
    failed,
    lost: () => nodes.lost(),
    slotsMovedPercent: (clusterKey) => nodes.slotsMovedPercent(clusterKey),
    slotsHeld: (clusterKey) => nodes.slotsHeld(clusterKey),
    figures: (key) => nodes.figures(key),
    backupBytes: (key) => backups.bytes(key),
    onChange: (listener) => void listeners.push(listener),
    pids: () => nodes.pids(),
    stop: () => {
      stopped ??= stopAll()
      return stopped
    },
  }
}

/** Takes over what an earlier emulator left, once its servers are gone. */
async function succeed({ dataDir, wanted }: Kept): Promise<void> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  await awaitPredecessor(dataDir)
  takeOver(dataDir, wanted)
}

function sizeOf({ nodes, fronts, backups }: EnginesWanted): number {
  return nodes.length + fronts.length + backups.length
}

/** Keys of nodes, fronts and backups that are wanted now just as before. */
function unchangedKeys(before: EnginesWanted, now: EnginesWanted): ReadonlySet<string> {
  const all = ({ nodes, fronts, backups }: EnginesWanted) => [...nodes, ...fronts, ...backups]
  const known = new Map(all(before).map((one) => [one.key, JSON.stringify(one)]))
  return new Set(
    all(now)
      .filter((one) => known.get(one.key) === JSON.stringify(one))
      .map((one) => one.key),
  )
}
