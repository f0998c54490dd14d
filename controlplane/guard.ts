import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { cleanUp, type Holding, noHoldings, take } from './holdings.ts'

/**
 * Sees to it that what this process started ends with it, also when it is killed with SIGKILL.
 * A small process of its own reads what is held from a pipe; when the pipe closes, it cleans up.
 */
export type Guard = {
  /** Holds a process that was spawned `detached`, until it exits. */
  holdProcess(child: ChildProcess): void
  /** Holds a file or folder, which need not exist yet. */
  holdPath(path: string): void
  /** Holds a command to run when the processes are gone, before the paths are removed. */
  holdCommand(command: readonly [string, ...string[]]): void
  /** Cleans up now: kills, waits, runs, removes. May be called more than once. */
  close(): Promise<void>
}

const program = fileURLToPath(new URL('./guard-process.ts', import.meta.url))

export const openGuard = (): Guard => {
  const holdings = noHoldings()
  // Not the parent's group, folder or streams: a Ctrl-C or a closed terminal must not reach it.
  const child = spawn(process.execPath, [program], {
    detached: true,
    cwd: '/',
    env: quietEnv(),
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const ended = new Promise<boolean>((resolve) => {
    child.once('error', () => resolve(false))
    child.once('exit', (code) => resolve(code === 0))
  })
  child.stdin.on('error', () => {}) // it was killed; close() then cleans up here
  const tell = (holding: Holding): void => {
    take(holdings, holding)
    child.stdin.write(`${JSON.stringify(holding)}\n`)
  }
  const close = async (): Promise<void> => {
    child.stdin.end()
    if (!(await ended)) await cleanUp(holdings)
  }
  let closing: Promise<void> | undefined
  return {
    holdProcess(held) {
      const pid = held.pid
      if (pid === undefined) return // it never started
      tell({ hold: 'process', pid })
      held.once('exit', () => {
        if (!closing) tell({ drop: 'process', pid })
      })
    },
    holdPath: (path) => tell({ hold: 'path', path }),
    holdCommand: (command) => tell({ hold: 'command', command }),
    close() {
      closing ??= close()
      return closing
    },
  }
}

/** The environment without what would make the guard write coverage files or load the parent's hooks. */
const quietEnv = (): NodeJS.ProcessEnv => {
  const { NODE_OPTIONS: _options, NODE_V8_COVERAGE: _coverage, ...env } = process.env
  return env
}
