import { existsSync, mkdirSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { BackupWanted } from './port.ts'
import { RedisError } from './resp.ts'
import type { RedisServer } from './server.ts'
import type { Setbacks } from './setbacks.ts'

/** The RDB files that were taken of nodes. */
export interface Backups {
  /** Takes one step: begins a save, or looks after one. Gives the keys whose file is whole. */
  step(wanted: readonly BackupWanted[]): Promise<ReadonlySet<string>>
  /** Size of a file; 0 while there is none. */
  bytes(key: string): number
}

/**
 * Keeps the files below the data folder. A node saves into its own folder, and the finished file is moved from there:
 * what lies under a backup's name is whole. Files that no wish names any more are removed, also when their node has long
 * been gone.
 */
export function createBackups(
  dataFolder: string,
  serverOf: (key: string) => RedisServer | undefined,
  setbacks: Setbacks,
): Backups {
  const paths = new Map<string, string>()
  /** Backups whose save was begun, with the process that saves. */
  const saving = new Map<string, number | undefined>()

  const dropUnwanted = (wanted: readonly BackupWanted[]) => {
    const keys = new Set(wanted.map(({ key }) => key))
    const files = new Set(wanted.map(({ file }) => join(dataFolder, file)))
    for (const [key, path] of paths) {
      if (!keys.has(key)) {
        paths.delete(key)
        saving.delete(key)
        setbacks.clear(key)
      }
      if (!files.has(path)) removeFile(path)
    }
  }

  const begin = async (key: string, server: RedisServer) => {
    try {
      await (await server.admin()).call('BGSAVE')
      saving.set(key, server.child.pid)
    } catch (error) {
      // A save for a replica is under way: ours begins after it.
      if (!(error instanceof RedisError) || /in progress|can't BGSAVE|^LOADING/i.test(error.message)) return
      setbacks.note(key, error.message)
    }
  }

  const finish = async (key: string, server: RedisServer, path: string) => {
    const redis = await server.admin()
    const info = String(await redis.call('INFO', 'persistence'))
    if (!/^rdb_bgsave_in_progress:0/m.test(info)) return
    saving.delete(key)
    if (!/^rdb_last_bgsave_status:ok/m.test(info)) {
      setbacks.note(key, 'the server could not save its data')
      return
    }
    const [, folder = ''] = (await redis.call('CONFIG', 'GET', 'dir')) as string[]
    const saved = join(folder, 'dump.rdb')
    // Another backup of the same node may have moved the file: then the save is repeated.
    if (existsSync(saved)) moveFile(saved, path)
  }

  const look = async (wish: BackupWanted): Promise<boolean> => {
    const { key, taken } = wish
    const path = join(dataFolder, wish.file)
    paths.set(key, path)
    if (existsSync(path)) return true
    if (taken) {
      setbacks.note(key, 'its file is gone')
      return false
    }
    const server = serverOf(wish.node)
    if (!server || setbacks.waitMs(key) > 0) return false
    if (saving.has(key) && saving.get(key) === server.child.pid) await finish(key, server, path)
    else await begin(key, server)
    return existsSync(path)
  }

  return {
    async step(wanted) {
      dropUnwanted(wanted)
      const ready = new Set<string>()
      // A server that goes in the middle is met again at the next step.
      const looks = wanted.map(async (wish) => (await look(wish).catch(() => false)) && ready.add(wish.key))
      await Promise.all(looks)
      for (const key of ready) setbacks.clear(key)
      return ready
    },
    bytes: (key) => statSync(paths.get(key) ?? '', { throwIfNoEntry: false })?.size ?? 0,
  }
}

function moveFile(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 })
  renameSync(from, to)
}

/** Removes a file, and its folder once that is empty. */
function removeFile(path: string): void {
  rmSync(path, { force: true })
  try {
    rmdirSync(dirname(path))
  } catch {
    // Other files are still in it, or it is gone already.
  }
}
