import { execFile } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** How a finished command ended. `code` is undefined when it could not be started or was killed. */
export type CommandResult = {
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
}

export type CommandOptions = {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly input?: string
  readonly timeoutMs?: number
}

/** Runs a short command to its end and never throws: a command that fails is a result. */
export const runCommand = (
  file: string,
  args: readonly string[],
  { cwd, env, input, timeoutMs = 30_000 }: CommandOptions = {},
): Promise<CommandResult> =>
  new Promise((resolve) => {
    const options = { cwd, env, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 64 * 2 ** 20 } as const
    const child = execFile(file, args, options, (error, stdout, stderr) => {
      if (!error) return resolve({ code: 0, stdout, stderr })
      resolve({
        code: typeof error.code === 'number' ? error.code : undefined,
        stdout,
        stderr: stderr || error.message,
      })
    })
    child.stdin?.on('error', () => {}) // it may end before it has read its input
    child.stdin?.end(input ?? '')
  })

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** The first executable file of that name in the folders, or undefined. */
export const findExecutable = (name: string, folders: readonly string[]): string | undefined =>
  folders.map((folder) => join(folder, name)).find(isExecutable)

/** The folders of PATH, in order. */
export const pathFolders = (env: NodeJS.ProcessEnv = process.env): readonly string[] =>
  (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
