import { mkdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const beatMs = 2_000
const staleMs = 30_000

export type LockOptions = {
  /** Called once when somebody else holds the lock. */
  readonly onWait: () => void
  /** Called when the lock is ours, before the work. */
  readonly onHeld: () => void
}

/**
 * Does the work while holding a lock file, so that one process at a time does it. The holder touches the file; one
 * that was not touched for 30 s belongs to a process that is gone. Should two hold it after all (a machine that slept),
 * both do the work: it must be safe, only wasteful, to do it twice.
 */
export const withLock = async <T>(
  path: string,
  { onWait, onHeld }: LockOptions,
  work: () => Promise<T>,
): Promise<T> => {
  await mkdir(dirname(path), { recursive: true })
  for (let first = true; !(await take(path)); first = false) {
    if (first) onWait()
    if (await isStale(path)) await rm(path, { force: true })
    else await delay(200)
  }
  onHeld()
  const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), beatMs)
  try {
    return await work()
  } finally {
    clearInterval(beat)
    await rm(path, { force: true })
  }
}

const take = async (path: string): Promise<boolean> => {
  try {
    await writeFile(path, `${process.pid}\n`, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

const isStale = async (path: string): Promise<boolean> => {
  const found = await stat(path).catch(() => undefined)
  return found !== undefined && Date.now() - found.mtimeMs > staleMs
}
