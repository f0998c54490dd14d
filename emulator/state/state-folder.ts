import { chmod, mkdir, readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { tryLock } from '../engines/folder-lock.ts'
import { decodeState, encodeState, type StoredState } from './format.ts'
import { type KeptFile, keepFile } from './kept-file.ts'

/** A folder that cannot be used: the message says why and what helps. */
export class StateFolderError extends Error {}

/** The folder in which an emulator survives its process. It belongs to one emulator at a time. */
export interface StateFolder {
  /** What was in it; undefined in a new one. */
  readonly stored: StoredState | undefined
  /** Where server processes keep their files. */
  readonly dataDir: string
  /** Writes what is there to be kept, and again whenever it has changed. */
  begin(current: () => StoredState): Promise<void>
  /** The state may have changed: it is written soon. */
  changed(): void
  /** Writes the state as it is now. */
  flush(): Promise<void>
  /** Writes for the last time, if it was begun, and lets others have the folder. */
  close(): Promise<void>
}

const STATE_FILE = 'state.json'
const LOCK_FILE = 'lock'

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** A folder that is empty or was one of ours; others stay untouched, since files below it will be removed. */
const makeOwn = async (dir: string): Promise<void> => {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const names = await readdir(dir)
  if (names.length > 0 && !names.some((name) => name.startsWith(STATE_FILE) || name.startsWith(LOCK_FILE))) {
    throw new StateFolderError(
      `${dir} holds other files. The state needs a folder of its own: name an empty one, or one that is not there yet.`,
    )
  }
  await chmod(dir, 0o700)
}

const readState = async (file: string): Promise<StoredState | undefined> => {
  try {
    return decodeState(await readFile(file, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new StateFolderError(
      `${file} cannot be used: ${reasonOf(error)}. Nothing was changed. ` +
        'Start the version of the emulator that wrote it, name another folder, or move the file away to begin anew.',
    )
  }
}

/**
 * Opens a state folder, makes it where there is none, and locks it. Everything in it is readable by its owner only, since
 * AUTH tokens are in it. Throws {@link StateFolderError}, and then has changed nothing that was there.
 */
export const openStateFolder = async (path: string, log: (line: string) => void): Promise<StateFolder> => {
  const dir = resolve(path)
  const file = join(dir, STATE_FILE)
  await makeOwn(dir).catch((error: unknown) => {
    if (error instanceof StateFolderError) throw error
    throw new StateFolderError(`${dir} cannot be used: ${reasonOf(error)}. Name a folder that can be written to.`)
  })
  const lock = await tryLock(join(dir, LOCK_FILE))
  if (!lock.taken) {
    throw new StateFolderError(
      `${dir} is in use by the emulator with the process id ${lock.holder}. End that one, or name another folder.`,
    )
  }
  const stored = await readState(file).catch(async (error: unknown) => {
    await lock.release()
    throw error
  })
  // Before all is read and understood nothing is written.
  let kept: KeptFile | undefined
  let closed = false
  return {
    stored,
    dataDir: join(dir, 'data'),
    begin: (current) => {
      kept = keepFile(file, () => encodeState(current()), log)
      return kept.flush()
    },
    changed: () => {
      if (!closed) kept?.touch()
    },
    flush: async () => {
      if (!closed) await kept?.flush()
    },
    close: async () => {
      if (closed) return
      closed = true
      try {
        await kept?.flush()
      } finally {
        await lock.release()
      }
    },
  }
}
