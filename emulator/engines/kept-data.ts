import { existsSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { dropLog } from './durability.ts'
import { folderName, isFolderName } from './folder-name.ts'
import type { EnginesWanted, NodeWanted } from './port.ts'
import { type RedisConnection, RedisError } from './resp.ts'

const DUMP = 'dump.rdb'
/** Lies beside a dump that was made at a server's end for the next one, until that has read it. */
const SAVED = 'saved'
/** What a server remembers of its cluster. */
const CLUSTER_FILE = 'nodes.conf'
const SNAPSHOTS = 'snapshots'

const LOOK_AGAIN_MS = 20
/** A server that still writes another copy after this time is ended as it is. */
const PATIENCE_MS = 20_000

/**
 * Prepares a data folder that an earlier emulator left behind. Nodes that are still wanted keep what they saved at its
 * end, and their append-only files; a dump that was not made at its end is old, and goes. So do the files of nodes and
 * snapshots that nobody wants any more. Clusters are made anew: their nodes may have other addresses now.
 */
export const takeOver = (dataFolder: string, wanted: EnginesWanted): void => {
  const nodes = new Set(wanted.nodes.map(({ key }) => folderName(key)))
  for (const name of readdirSync(dataFolder).filter(isFolderName)) {
    const folder = join(dataFolder, name)
    if (!nodes.has(name)) {
      rmSync(folder, { recursive: true, force: true })
      continue
    }
    rmSync(join(folder, CLUSTER_FILE), { force: true })
    if (!existsSync(join(folder, SAVED))) rmSync(join(folder, DUMP), { force: true })
  }
  const files = [...wanted.backups.map(({ file }) => file), ...wanted.nodes.flatMap(({ seedFiles = [] }) => seedFiles)]
  sweep(dataFolder, join(dataFolder, SNAPSHOTS), new Set(files))
}

/** Removes files that are not among the kept, and folders that are empty then. */
const sweep = (dataFolder: string, folder: string, kept: ReadonlySet<string>): void => {
  if (!existsSync(folder)) return
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) sweep(dataFolder, path, kept)
    else if (!kept.has(relative(dataFolder, path))) rmSync(path)
  }
  if (readdirSync(folder).length === 0) rmdirSync(folder)
}

/**
 * Lets a replica of a cluster that is made anew begin empty: with keys of its own it would claim their slots. It gets all
 * of them from its primary.
 */
export const beginEmpty = (wanted: NodeWanted, folder: string): void => {
  if (!wanted.cluster || wanted.primary === undefined || existsSync(join(folder, CLUSTER_FILE))) return
  dropData(folder)
}

const writesItself = async (redis: RedisConnection): Promise<boolean> =>
  /^(aof_rewrite_in_progress|aof_rewrite_scheduled|rdb_bgsave_in_progress):1/m.test(
    String(await redis.call('INFO', 'persistence')),
  )

/** Saves all data of a server, after any copy that it is writing, for the server that comes after it in its folder. */
export const saveForNext = async (redis: RedisConnection, folder: string): Promise<void> => {
  const end = performance.now() + PATIENCE_MS
  while ((await writesItself(redis)) && performance.now() < end) await pause(LOOK_AGAIN_MS)
  try {
    await redis.call('SAVE')
  } catch (error) {
    // It is still reading what was saved the last time, which stays as good as it was.
    if (error instanceof RedisError && error.message.startsWith('LOADING')) return
    throw error
  }
  writeFileSync(join(folder, SAVED), '', { mode: 0o600 })
}

/** The server has read its dump: should the emulator be killed, the dump is old. */
export const dumpRead = (folder: string): void => rmSync(join(folder, SAVED), { force: true })

/** Forgets what a server saved and wrote down. */
export const dropData = (folder: string): void => {
  for (const file of [DUMP, SAVED]) rmSync(join(folder, file), { force: true })
  dropLog(folder)
}
