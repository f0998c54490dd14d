import type { Engines } from './port.ts'

/** Engines that can say which process is behind a key. */
type WithProcesses = Engines & { pids(): ReadonlyMap<string, number> }

/** Whether there are processes to be killed. */
export const hasProcesses = (engines: Engines): engines is WithProcesses => 'pids' in engines

/**
 * Ends the process behind a node key at once, as a broken host would. What follows is the engines' and the world's matter.
 * @returns whether there was one
 */
export const killNode = (engines: Engines, key: string): boolean => {
  const pid = hasProcesses(engines) ? engines.pids().get(key) : undefined
  if (pid === undefined) return false
  process.kill(pid, 'SIGKILL')
  return true
}
