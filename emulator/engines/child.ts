import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** A server process. */
export interface Child {
  /** How it ended, in words; undefined while it runs. */
  readonly ended: string | undefined
  readonly pid: number | undefined
  /** Ends it at once: what it should keep is saved before. Resolves when it is gone. */
  stop(): Promise<void>
}

/** What {@link startChild} starts. */
export interface ChildInput {
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Its own folder: process id and last words. The watchdog looks for {@link PID_FILE} there. */
  readonly folder: string
  onEnd(): void
}

export const PID_FILE = 'pid'

/**
 * The shell writes its process id and becomes the server. So the watchdog either finds the id, or has taken the folder
 * away and the server never starts: no moment in between can leave a process behind.
 */
const WRITE_ID_THEN_RUN = 'echo $$ > "$0" && exec "$@"'

/** Starts a server in a session of its own, so that a Ctrl-C meant for the emulator does not reach it first. */
export function startChild(input: ChildInput): Child {
  const { program, args, env, folder } = input
  const pidFile = join(folder, PID_FILE)
  const wordsFile = join(folder, 'words')
  const words = openSync(wordsFile, 'w')
  const child = spawn('/bin/sh', ['-c', WRITE_ID_THEN_RUN, pidFile, program, ...args], {
    cwd: folder,
    detached: true,
    env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', ...env },
    stdio: ['ignore', words, words],
  })
  closeSync(words)
  let ended: string | undefined
  const gone = new Promise<void>((resolve) => {
    const end = (how: string) => {
      if (ended !== undefined) return
      rmSync(pidFile, { force: true })
      ended = [how, ...lastWords(wordsFile), ...lastWords(join(folder, 'server.log'))].join('; ')
      resolve()
      input.onEnd()
    }
    child.on('error', (error) => end(error.message))
    child.on('exit', (status, signal) => end(signal ? `ended by ${signal}` : `ended with status ${status}`))
  })
  return {
    get ended() {
      return ended
    },
    pid: child.pid,
    async stop() {
      if (ended === undefined) child.kill('SIGKILL')
      await gone
    },
  }
}

/** The last lines that a server wrote, without those that quote its configuration: they may hold passwords. */
function lastWords(file: string): string[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n')
    return lines
      .map((line) => line.trim())
      .filter((line) => line !== '' && !/>>>|#[0-9a-f]{16}|auth|user /i.test(line))
      .slice(-2)
  } catch {
    return []
  }
}
