import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { isRunning } from './liveness.ts'

/** One line of the guard's input: something to clean up later, or no longer. */
export type Holding =
  | { readonly hold: 'process'; readonly pid: number }
  | { readonly drop: 'process'; readonly pid: number }
  | { readonly hold: 'path'; readonly path: string }
  | { readonly hold: 'command'; readonly command: readonly [string, ...string[]] }

/** What must not outlive the owner. */
export type Holdings = {
  readonly pids: Set<number>
  readonly paths: Set<string>
  readonly commands: (readonly [string, ...string[]])[]
}

export const noHoldings = (): Holdings => ({ pids: new Set(), paths: new Set(), commands: [] })

export const take = (holdings: Holdings, holding: Holding): void => {
  if ('drop' in holding) holdings.pids.delete(holding.pid)
  else if (holding.hold === 'process') holdings.pids.add(holding.pid)
  else if (holding.hold === 'path') holdings.paths.add(holding.path)
  else holdings.commands.push(holding.command)
}

/** Kills every held process with its group, waits until they are gone, runs the commands, then removes the paths. */
export const cleanUp = async ({ pids, paths, commands }: Holdings): Promise<void> => {
  for (const pid of pids) kill(pid)
  while ([...pids].some(isRunning)) await delay(10)
  for (const [file, ...args] of commands) spawnSync(file, args, { stdio: 'ignore', timeout: 120_000 })
  for (const path of paths) rmSync(path, { recursive: true, force: true, maxRetries: 5 })
}

const kill = (pid: number): void => {
  try {
    process.kill(-pid, 'SIGKILL') // held processes lead a group of their own
  } catch {
    // it ended by itself
  }
}
