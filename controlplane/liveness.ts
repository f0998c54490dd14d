import { readFileSync } from 'node:fs'

/**
 * Whether a process runs. A zombie does not: its parent died and nobody collects it, as happens in containers whose
 * first process is no init.
 */
export const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return !isZombie(pid)
}

const isZombie = (pid: number): boolean => {
  try {
    // proc_pid_stat(5): the state is the first field after the name in parentheses.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')
  } catch {
    return false // no /proc on this system
  }
}
