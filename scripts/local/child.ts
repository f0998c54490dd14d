import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import type { Guard } from '../../controlplane/guard.ts'

/** A program of ours in a process of its own: its words go to a file, it ends with us, and its early end is an error. */
export interface Child {
  readonly name: string
  readonly pid: number
  readonly process: ChildProcess
  /** Rejects when the program ends although nobody asked it to. Never resolves. */
  readonly failed: Promise<never>
  stop(signal?: NodeJS.Signals): Promise<void>
}

interface ChildOptions {
  readonly name: string
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly logFile: string
  readonly guard: Guard
}

const lastLines = (file: string): string => readFileSync(file, 'utf8').trim().split('\n').slice(-5).join('\n')

export const startChild = ({ name, args, env, logFile, guard }: ChildOptions): Child => {
  const log = openSync(logFile, 'a')
  const child = spawn(process.execPath, [...args], {
    detached: true,
    env: { ...process.env, ...env },
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  guard.holdProcess(child)
  let asked = false
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      if (!asked) reject(new Error(`${name} ended (${signal ?? `exit code ${code}`}):\n${lastLines(logFile)}`))
    })
  })
  failed.catch(() => undefined)
  return {
    name,
    pid: child.pid ?? 0,
    process: child,
    failed,
    stop: async (signal = 'SIGTERM') => {
      asked = true
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      await ended
    },
  }
}
