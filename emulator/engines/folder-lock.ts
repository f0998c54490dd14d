import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const LOOK_AGAIN_MS = 200
const QUICK_LOOK_MS = 20
/** Longer than anybody takes to write a number: a lock that still names nobody was left by a process that died. */
const QUICK_LOOKS = 100
/** Lock files that this process holds: in a container, the process before it may have had the same number. */
const held = new Set<string>()

/** What became of a try for a lock: it is held until `release`, or somebody else has it. */
export type LockTried =
  | { readonly taken: true; release(): Promise<void> }
  | { readonly taken: false; readonly holder: number }

/** Takes a lock like {@link withLock}'s for a longer time, or says which process has it. */
export async function tryLock(file: string): Promise<LockTried> {
  for (let looks = 1; ; looks++) {
    if (await take(file)) return { taken: true, release: () => release(file) }
    const holder = await holderOf(file)
    if (lives(file, holder)) return { taken: false, holder }
    if (holder === 0 && looks % QUICK_LOOKS === 0) await removeStale(file, holder)
    await pause(QUICK_LOOK_MS)
  }
}

/**
 * Runs `work` while no other process of this machine holds the same lock file.
 * The file names its holder's process id, so a lock whose holder died is taken over.
 */
export async function withLock<T>(file: string, waiting: () => void, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true })
  for (let said = false; !(await take(file)); said = true) {
    if (!said) waiting()
    await pause(LOOK_AGAIN_MS)
  }
  try {
    return await work()
  } finally {
    await release(file)
  }
}

async function release(file: string): Promise<void> {
  held.delete(file)
  await rm(file, { force: true })
}

async function holderOf(file: string): Promise<number> {
  return Number(await readFile(file, 'utf8').catch(() => ''))
}

function lives(file: string, holder: number): boolean {
  return holder === process.pid ? held.has(file) : holder > 0 && alive(holder)
}

async function take(file: string): Promise<boolean> {
  if (held.has(file)) return false
  held.add(file)
  try {
    await writeFile(file, String(process.pid), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    held.delete(file)
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const holder = await holderOf(file)
  // An empty file belongs to someone who is just writing his number into it.
  if (holder > 0 && !lives(file, holder)) await removeStale(file, holder)
  return false
}

/** Removes the lock of a holder that died, unless somebody else took it over in between. */
async function removeStale(file: string, holder: number): Promise<void> {
  const aside = `${file}.${process.pid}`
  try {
    await rename(file, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  if ((await holderOf(aside)) !== holder) await link(aside, file).catch(() => {})
  await rm(aside, { force: true })
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
