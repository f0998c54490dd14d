import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { PID_FILE } from './child.ts'

/** How the names of run folders begin. */
export const RUN_FOLDER = 'larder-'
/** Says, in a data folder, where the servers that use it have their run folder. */
const NOTE = 'run'
const LOOK_AGAIN_MS = 20
/** The watchdog of an emulator that was killed needs moments. After this time it must be gone too. */
const PATIENCE_MS = 5_000

/**
 * Waits until the servers of an emulator that was killed are gone: two servers may not use one data folder. Its watchdog
 * ends them; where that was killed as well, it is done here.
 */
export const awaitPredecessor = async (dataFolder: string, patienceMs = PATIENCE_MS): Promise<void> => {
  const runFolder = read(join(dataFolder, NOTE))
  if (runFolder === undefined || !basename(runFolder).startsWith(RUN_FOLDER)) return
  const folders = [runFolder, `${runFolder}.gone`]
  const end = performance.now() + patienceMs
  while (folders.some((folder) => existsSync(folder)) && performance.now() < end) await pause(LOOK_AGAIN_MS)
  for (const folder of folders.filter((each) => existsSync(each))) {
    for (const name of readdirSync(folder)) endServer(join(folder, name))
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Says to those that come after this emulator where its servers have their run folder. */
export const leaveNote = (dataFolder: string, runFolder: string): void =>
  writeFileSync(join(dataFolder, NOTE), runFolder, { mode: 0o600 })

/** Ends the server of one folder, if the process of that number is still the one that works there. */
const endServer = (folder: string): void => {
  const pid = Number(read(join(folder, PID_FILE)))
  if (!(pid > 0)) return
  try {
    if (readlinkSync(`/proc/${pid}/cwd`) === folder) process.kill(pid, 'SIGKILL')
  } catch {
    // It is gone, or another user's: then the number was given again.
  }
}

const read = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return undefined
  }
}
