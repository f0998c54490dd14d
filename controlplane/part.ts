import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Program } from './binary.ts'
import type { Guard } from './guard.ts'

/** One running process of the control plane. */
export type Part = {
  readonly name: string
  readonly pid: number
  /** Why it ended, with the end of its log; undefined while it runs. */
  failure(): string | undefined
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>
  /** Ends it with SIGKILL and waits until it is gone. */
  kill(): Promise<void>
}

export type PartOptions = {
  readonly program: Program
  readonly flags: readonly string[]
  readonly logFile: string
  readonly guard: Guard
}

/**
 * Becomes the program when a line comes, which is sent when the guard holds the process; ends when the parent dies
 * before that. So there is no moment at which an unguarded program could make files.
 */
const gate = 'read -r line && exec "$0" "$@"'

/** Starts a process that writes into a log file and ends with this one. Throws when it cannot be started. */
export const startPart = async (name: string, { program, flags, logFile, guard }: PartOptions): Promise<Part> => {
  const log = openSync(logFile, 'a', 0o600)
  const child = spawn('/bin/sh', ['-c', gate, ...program, ...flags], {
    detached: true, // a Ctrl-C in the terminal is for the parent, which then ends this in its own order
    env: { ...process.env, LARDER_EXIT_WITH_STDIN: '1' },
    stdio: ['pipe', log, log],
  })
  closeSync(log)
  const ended = endOf(child)
  guard.holdProcess(child)
  const { pid } = child
  if (pid === undefined) throw new Error(`${name} did not start: ${await ended}`)
  child.stdin?.on('error', () => {}) // it may end at once
  child.stdin?.write('\n')
  let reason: string | undefined
  const gone = ended.then((why) => {
    reason = `${name} ${why}`
  })
  return {
    name,
    pid,
    failure: () => reason && [`${reason}; the end of ${basename(logFile)}:`, ...lastLines(logFile)].join('\n  '),
    ended: gone,
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
  }
}

const endOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ? `was ended by ${signal}` : `ended with code ${code}`))
  })

const lastLines = (file: string, count = 12): string[] => {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count)
  } catch {
    return []
  }
}
